"""``git gt boot``: look after the watcher itself, from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun

if TYPE_CHECKING:
    from gitgt.daemon.boot import Look
    from gitgt.services.town import Town

command = Noun(
    "Look after the watcher itself.",
    {
        "status": "gitgt.cli.boot:status",
        "triage": "gitgt.cli.boot:triage",
        "spawn": "gitgt.cli.boot:spawn",
    },
    usual="status",
)
_agent_option = click.option(
    "--agent", is_flag=False, flag_value="-", default=None, metavar="[RUNTIME]",
    help="Let a model look at it, too, and do not wait for it.",
)  # fmt: skip


@click.command()
@output.json_option
def status(*, as_json: bool) -> None:
    """Show how the watcher stands, and what triage would do; nothing is changed."""
    from gitgt.daemon import boot
    from gitgt.model.instant import text_of

    town = context.town()
    seen, last = boot.look(town), boot.status(town)
    if as_json:
        output.answer_json({**seen.fields(), "last": last or None})
        return
    _tell(seen)
    if last:
        what = f"{last.get('decision')}: {last.get('did')}"
        output.answer(output.one_line(f"  last {text_of(float(last['at']))}: {what}"))


@click.command()
@_agent_option
@output.json_option
def triage(*, agent: str | None, as_json: bool) -> None:
    """Look after the watcher: wake it, or start another if it died or does nothing any more.

    For a timer of the system; a command that notices that notes are not heard does so itself.
    One that was ended with git gt down is left alone.
    """
    from gitgt.daemon import boot

    town = context.town()
    context.leader(["deacon"])
    done = boot.triage(town)
    if agent is not None:
        _ask(town, done, agent)
    if as_json:
        output.answer_json(done.fields())
    else:
        _tell(done)


@click.command()
@_agent_option
@output.json_option
def spawn(*, agent: str | None, as_json: bool) -> None:
    """Start a watcher if none lives, also where the last one was ended on purpose."""
    from gitgt.daemon import boot

    town = context.town()
    context.leader(["deacon"])
    did = boot.spawn(town)
    if agent is not None:
        _ask(town, boot.look(town), agent)
    if as_json:
        output.answer_json({"did": did})
    else:
        output.answer(did)


def _ask(town: Town, seen: Look, agent: str) -> None:
    from gitgt.services.deacon import helper

    runtime = "" if agent == "-" else agent
    begun = helper.ask(town, context.me(), seen=seen.verdict.why, agent=runtime)
    output.say(f"gt: session {begun.session} of the deacon's helper was asked")


def _tell(seen: Look) -> None:
    output.answer(f"{seen.verdict.decision}: {output.one_line(seen.verdict.why)}")
    if seen.did:
        output.answer(f"  {output.one_line(seen.did)}")
