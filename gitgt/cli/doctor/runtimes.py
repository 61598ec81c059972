"""``git gt doctor runtimes``: whether agents can run here, and really do as they must."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gitgt.cli import context, output

if TYPE_CHECKING:
    from gitgt.services.doctor.probe import Probed
    from gitgt.services.doctor.runtimes import Looked
    from gitgt.services.town import Town


@click.command("runtimes")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--probe", "probing", is_flag=True, help="Run each that is here, on no model.")
@click.option(
    "--launcher",
    type=click.Choice(["exec", "process", "tmux"]),
    default="exec",
    show_default=True,
    help="What it is probed in.",
)
@output.json_option
def command(*, names: tuple[str, ...], probing: bool, launcher: str, as_json: bool) -> None:
    """Show whether agents' programs are here, and with --probe whether they do as they must.

    A probe runs your own program as an agent, in a home and a town that are thrown away, with a
    dummy key, on a model on loopback that is none: it says whether the program called its taps,
    got its context, was held back by the guard, committed, and whether that landed. Nothing of
    your configuration is read or touched. It takes some ten seconds each.
    """
    from gitgt.services.doctor import runtimes

    town = context.town()
    with output.progress("asking for versions"):
        looked = runtimes.look(town, names)
    no_jail = runtimes.no_jail(town)
    probed = _probed(town, looked, launcher, as_json=as_json) if probing else None
    if as_json:
        _answer_json(looked, probed, no_jail)
    elif not probing:
        output.table([_cells(each) for each in looked])
    if no_jail and not as_json:
        output.say(f"gt: agents run without a jail: {no_jail}")
    if _is_ill(looked, probed, asked=bool(names)):
        raise click.exceptions.Exit(1)


def _is_ill(looked: list[Looked], probed: list[Probed] | None, *, asked: bool) -> bool:
    """Tell whether something is wrong: only who is asked for must be here."""
    from gitgt.services.doctor.runtimes import State

    states = {each.state for each in looked}
    return (
        State.BROKEN in states
        or (asked and State.MISSING in states)
        or any(not each.is_well for each in probed or ())
    )


def _probed(town: Town, looked: list[Looked], launcher: str, *, as_json: bool) -> list[Probed]:
    from gitgt.services.doctor import runtimes

    found = []
    for each in runtimes.probe_each(town, looked, launcher):
        found.append(each)
        if not as_json:
            _tell(each)
    return found


def _tell(probed: Probed) -> None:
    if probed.skipped:
        output.answer(f"{probed.runtime}  not probed: {probed.skipped}")
    output.table(
        (probed.runtime, each.what, _painted(ok=each.ok), output.one_line(each.said))
        for each in probed.findings
    )
    if probed.kept is not None:
        output.say(f"gt: what {probed.runtime} did is kept in {probed.kept}")


def _painted(*, ok: bool) -> str:
    return output.paint("yes", "green") if ok else output.paint("NO", "red")


def _cells(looked: Looked) -> tuple[str, ...]:
    fields = looked.fields()
    verified = f"verified: {fields['verified'] or 'no'}"
    return (
        looked.name,
        str(looked.state),
        fields["version"] or "-",
        "-" if looked.state == "plain" else verified,
        fields["program"] or looked.said or "-",
    )


def _answer_json(looked: list[Looked], probed: list[Probed] | None, no_jail: str) -> None:
    by_name = {each.runtime: each for each in probed or ()}
    output.answer_json({
        "unjailed": no_jail,
        "runtimes": [
            {**each.fields(), "probe": _fields(by_name.get(each.name))} for each in looked
        ],
    })  # fmt: skip


def _fields(probed: Probed | None) -> dict[str, Any] | None:
    if probed is None:
        return None
    return {
        "well": probed.is_well,
        "skipped": probed.skipped,
        "findings": [
            {"what": each.what, "ok": each.ok, "said": each.said} for each in probed.findings
        ],
        "kept": None if probed.kept is None else str(probed.kept),
    }
