"""Call for a person's judgement: ``git gt escalate -s HIGH "..."``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.cli.escalate import see
from gitgt.errors import RefusedError
from gitgt.model.documents import Escalation, Severity
from gitgt.services import submit
from gitgt.services.escalation import escalations

if TYPE_CHECKING:
    from gitgt.services.town import Rig, Town


@click.command("raise")
@click.argument("text", metavar="[WHAT]", required=False)
@click.option("--severity", "-s", default="medium", metavar="SEVERITY",
              type=click.Choice([*Severity], case_sensitive=False),
              help="critical, high, medium or low; medium if nothing is said.")  # fmt: skip
@click.option("--message", "--reason", "-m", "-r", default="", help="More of it: what was "
              "tried, which ways there are, and which one you would take.")  # fmt: skip
@click.option("--to", metavar="WHO", help="Whom to tell first; else whoever the routes name.")
@click.option("--source", default="", metavar="S", help="What noticed it: plugin:backup.")
@click.option("--related", metavar="BEAD", help="A bead that it has to do with.")
@click.option("--cause", default="", help="Calls of one cause are one; else those of one text.")
@click.option("--stdin", is_flag=True, help="Read more of it from stdin.")
@click.option("--dry-run", "-n", is_flag=True, help="Only say what would be told to whom.")
@context.rig_option
@output.json_option
def call(
    *, text: str | None, severity: str, message: str, to: str | None, source: str,
    related: str | None, cause: str, stdin: bool, dry_run: bool, rig: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Call for a person's judgement; without a text, list what was called for."""
    if text is None and not stdin:
        see.list_open(as_json=as_json)
        return
    more = sys.stdin.read() if stdin else message
    title, more = _split(text, more)
    town = context.town()
    place, bead = _place(town, rig, related)
    loud = Severity(severity.lower())
    if dry_run:
        _say_what(town, loud, title, to or "", as_json=as_json)
        return
    found = submit.escalate(
        town, place, context.me(), severity=loud, title=title, about=bead, description=more,
        cause=cause or title, to=_spelled(town, to), source=source, related=bead, afresh=True,
    )  # fmt: skip
    context.after_writing(town)
    _answer(escalations.one(town, found.id), as_json=as_json)


def _split(text: str | None, more: str) -> tuple[str, str]:
    """Return the title and what more is said; of what stdin says alone the first line."""
    title, rest = (text, more) if text is not None else (*more.split("\n", 1), "")[:2]
    if not title.strip():
        raise RefusedError("an escalation says what it is about", hint='git gt escalate "..."')
    return title, rest.strip("\n")


def _place(town: Town, rig: str | None, related: str | None) -> tuple[Rig | None, str]:
    """Return in whose ledger it is told, and the full id of the bead that it is about."""
    if related is None:
        return context.ledger_for(town, rig), ""
    bead = town.ledger_of(related).snapshot().complete(related)
    return town.rig_of(bead) if rig is None else context.ledger_for(town, rig), str(bead)


def _spelled(town: Town, to: str | None) -> str:
    from gitgt.cli.mail import box

    return box.spelled(town, to) if to else ""


def _say_what(town: Town, severity: Severity, title: str, to: str, *, as_json: bool) -> None:
    from gitgt.model.wording import fit_line
    from gitgt.services.escalation import routing

    settings, to = routing.read(town), _spelled(town, to)
    routes = [each for each in settings.channels(severity) if not settings.missing(each)]
    ways = [*([f"mail:{to}"] if to else []), *map(str, routes)]
    if as_json:
        said = {"title": fit_line(title), "severity": str(severity), "routes": ways}
        output.answer_json({**said, "recipient": to} if to else said)
    else:
        output.answer(f"would call for judgement, {severity}: {output.one_line(title)}")
        output.answer(f"by {', '.join(ways)}")


def _answer(found: Escalation, *, as_json: bool) -> None:
    if as_json:
        output.answer_json(found.fields())
        return
    times = f", called for {1 + found.repeats} times" if found.repeats else ""
    output.answer(f"{found.id} is {found.status}, {found.severity}{times}")
