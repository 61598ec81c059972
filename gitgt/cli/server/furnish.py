"""Furnish a server, see how it stands, and leave it as it was."""

from __future__ import annotations

import time
from pathlib import Path

import click

from gitgt.cli import context, output
from gitgt.services.server.furnishing import Standing, Wanted

_bare = click.argument("bare", metavar="BARE_REPO", type=click.Path(path_type=Path))


@click.command()
@_bare
@click.option("--ledger", metavar="BRANCH", help="The branch that holds the beads: beads.")
@click.option(
    "--protect", "protected", multiple=True, metavar="BRANCH",
    help="A branch that is neither deleted nor rewound, perhaps with a *; usually HEAD's.",
)  # fmt: skip
@click.option(
    "--closed", multiple=True, metavar="BRANCH",
    help="A branch that moves only by landing, pushed together with its ledger.",
)  # fmt: skip
@click.option(
    "--largest", type=click.IntRange(min=1), metavar="BYTES",
    help="The largest file that a ledger takes.",
)  # fmt: skip
@click.option(
    "--signatures", type=click.Choice(["none", "people", "all"]),
    help="Whose commits on the ledger must be signed.",
)  # fmt: skip
@click.option(
    "--town", type=click.Path(path_type=Path), help="The town on this machine that is told."
)
@click.option(
    "--refinery", is_flag=True, help="Test and land here, in a town beside the repository."
)
@output.json_option
def install(
    *, bare: Path, ledger: str | None, protected: tuple[str, ...], closed: tuple[str, ...],
    largest: int | None, signatures: str | None, town: Path | None, refinery: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Put our hooks into a bare repository; those that are there are run as before.

    Said again, it mends, and changes the rules that are named.
    """
    from gitgt.services.server import furnishing

    wanted = Wanted(
        ledger, protected or None, closed or None, largest, signatures, town, refinery
    )
    with output.progress("furnishing the server"):
        found, fresh = furnishing.install(
            bare, wanted, context.person("furnishing a server is"), time.time
        )
    if as_json:
        output.answer_json({**found.fields(), "changed": fresh})
        return
    told = "judges what is pushed to it" if fresh else "judges already: nothing changed"
    output.answer(f"{bare} {told}")
    if found.rules is not None and found.rules.passes:
        output.answer(f"what is handed in there is tested and landed by {found.rules.town}")


@click.command()
@_bare
@output.json_option
def uninstall(*, bare: Path, as_json: bool) -> None:
    """Leave a bare repository as it was before us, byte for byte."""
    from gitgt.services.server import furnishing

    context.person("taking our hooks away is")
    done = furnishing.uninstall(bare)
    if as_json:
        output.answer_json({"changed": done})
    else:
        told = "has the hooks that it had before" if done else "has no hooks of ours"
        output.answer(f"{bare} {told}")
    for each in furnishing.edited(bare) if done else ():
        output.say(f"gt: what somebody made of a hook of ours is kept in {each}")


@click.command()
@click.argument("bare", metavar="[BARE_REPO]", type=click.Path(path_type=Path), default=Path())
@output.json_option
def status(*, bare: Path, as_json: bool) -> None:
    """See whether a bare repository judges what is pushed to it, and by which rules."""
    from gitgt.services.server import furnishing

    found = furnishing.standing(bare)
    if as_json:
        output.answer_json(found.fields())
        return
    output.table([*_rows(found)])


def _rows(found: Standing) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [(each.name, str(each.state)) for each in found.hooks]
    if found.rules is None:
        return rows
    rules = found.rules.fields()
    rows.append(("ledger", rules["ledger"] + ("" if found.has_ledger else ", not there yet")))
    rows += [("protected", each) for each in rules["protected"]]
    rows += [("closed", each) for each in rules["closed"]]
    rows += [("largest", f"{rules['largest']} bytes")] if rules["largest"] else []
    if rules["signatures"] != "none":
        rows.append(("signed by", rules["signatures"]))
    if rules["town"]:
        rows.append(("town", rules["town"] + (", which lands" if rules["refinery"] else "")))
    if not found.runs:
        rows.append(("gitgt", "cannot be started: git gt server install mends it"))
    return rows
