"""``git gt prime``: what an agent is told when it begins."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, exclusive, output
from gitgt.cli.one_of import OneOf

if TYPE_CHECKING:
    from gitgt.model.prime.facts import Facts
    from gitgt.services.town import Town


@click.command()
@click.argument("address", required=False, metavar="[ADDRESS]")
@click.option(
    "--hook", is_flag=True, help="Called by a program's start hook: its JSON is read."
)
@click.option(
    "--source",
    type=OneOf("gitgt.model.turns:Source"),
    help="Why it is told; without it: startup.",
)
@click.option("--state", is_flag=True, help="Say only how the session begins.")
@click.option("--explain", is_flag=True, help="Say what is told, why, and what was cut.")
@click.option("--dry-run", is_flag=True, help="Note nothing of what the start hook says.")
@output.json_option
def command(
    *, address: str | None, hook: bool, source: str | None, state: bool, explain: bool,
    dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Tell an agent who it is and what to do.

    That is: its role, the directives of town and rig, what is remembered, unread mail, what is
    on its hook with its steps, and what was tried before. The agent is the one that calls, or
    whose place we stand in; or ADDRESS, to see what it would be told.
    """
    exclusive.exclude(hook=hook, state=state, explain=explain)
    told = _from_hook(dry_run=dry_run) if hook else ""
    town = context.town()
    known = _facts(town, address)
    why = source or told or "startup"
    if state:
        _answer_state(known, as_json=as_json)
    elif explain:
        _answer_explained(known)
    elif as_json:
        from gitgt.services.prime import plain

        output.answer_json(plain.fields(known, why))
    else:
        from gitgt.services import prime

        output.answer(prime.shown(known, why).rstrip("\n"))


def _facts(town: Town, address: str | None) -> Facts:
    from gitgt.services import prime
    from gitgt.services.prime import gather, who

    session = os.environ.get("GT_SESSION", "")
    if address is not None:
        return prime.facts(town, address)
    asking, wrong = who.asking(town, os.environ, Path.cwd())
    return gather.facts(town, asking, session=session, warnings=wrong)


def _from_hook(*, dry_run: bool) -> str:
    """Return why a program's start hook calls, and note what it says of its session."""
    from gitgt.services.prime import heard

    said = heard.read()
    if not dry_run:
        heard.note(said, os.environ)
    return said.source


def _answer_state(known: Facts, *, as_json: bool) -> None:
    from gitgt.services.prime import plain

    found = plain.state(known)
    if as_json:
        output.answer_json(found)
        return
    for name, value in found.items():
        if value:
            output.answer(f"{name}: {value}")


def _answer_explained(known: Facts) -> None:
    from gitgt.services.prime import plain

    output.table(plain.explained(known))
