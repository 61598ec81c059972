"""``git gt nudge`` and ``git gt broadcast``: a word in the ear of agents that are at work."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.cli.mail import box
from gitgt.cli.noun import Noun
from gitgt.errors import RefusedError

if TYPE_CHECKING:
    from gitgt.services.mail.nudging import Nudged
    from gitgt.services.town import Town

command = Noun(
    "Say a word to agents as their turn ends.",
    {"to": "gitgt.cli.nudge:to", "list": "gitgt.cli.nudge:every"},
    usual="to",
    otherwise="to",
)


@click.command()
@click.argument("target")
@click.argument("text", metavar="[MESSAGE]", required=False)
@click.option("--message", "-m", help="What to say; - reads stdin.")
@click.option("--stdin", is_flag=True, help="Read what to say from stdin.")
@click.option(
    "--mode",
    type=click.Choice(["wait-idle", "queue", "immediate"]),
    default="wait-idle",
    help="wait-idle: now if it is idle, else at the end of its turn; queue: at the end of "
    "its turn; immediate: now, whatever it does.",
)
@click.option("--priority", type=click.Choice(["normal", "urgent"]), default="normal",
              help="urgent lasts two hours, and comes before the rest.")  # fmt: skip
@click.option("--urgent", is_flag=True, help="The same as --priority urgent.")
@click.option("--after", metavar="SPAN", help="Not before that, such as 10m.")
@click.option("--if-fresh", is_flag=True, help="Only if this session began within a minute.")
@click.option("--force", "-f", is_flag=True, help="Though it wants to hear nothing.")
@output.json_option
def to(
    *,
    target: str,
    text: str | None,
    message: str | None,
    stdin: bool,
    mode: str,
    priority: str,
    urgent: bool,
    after: str | None,
    if_fresh: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Nudge an agent, or all whom a pattern, a group or a channel means.

    It hears it at the end of its turn, fenced and with your name. One that could not be
    delivered within half an hour, two hours if urgent, has expired; git gt nudge list shows it.
    """
    from gitgt.services.mail import nudging

    town = context.town()
    if if_fresh and not _is_fresh(town):
        _answer([], as_json=as_json)
        return
    me = box.mine(town)
    said = box.body(message, text, stdin=stdin)
    word = nudging.Word(
        text=said, urgent=urgent or priority == "urgent", after=_moment(town, after),
        mode=mode, force=force,
    )  # fmt: skip
    found = nudging.receivers(town, target, me, _own_rig(town, me))
    _answer(nudging.nudge(town, found, word, me, context.me()), as_json=as_json)


@click.command("list")
@click.argument("address", required=False)
@output.json_option
def every(*, address: str | None, as_json: bool) -> None:
    """List the nudges that were not delivered: waiting, being told, or expired."""
    from gitgt.model.instant import text_of
    from gitgt.services.mail import nudges

    town = context.town()
    found = nudges.every(town, box.spelled(town, address) if address else "")
    if as_json:
        output.answer_json([{**each.fields(), "state": str(state)} for each, state in found])
    else:
        output.table(
            (each.to, str(state), text_of(each.at), each.sender, each.text)
            for each, state in found
        )


@click.command()
@click.argument("text", metavar="[MESSAGE]", required=False)
@click.option("--message", "-m", help="What to say; - reads stdin.")
@click.option("--stdin", is_flag=True, help="Read what to say from stdin.")
@click.option("--rig", metavar="RIG", help="Only agents of this rig.")
@click.option("--all", "everybody", is_flag=True, help="The town's agents and roles, too.")
@click.option("--dry-run", is_flag=True, help="Only say who would hear it.")
@click.option("--urgent", is_flag=True, help="It comes before the rest, and lasts two hours.")
@output.json_option
def broadcast(
    *, text: str | None, message: str | None, stdin: bool, rig: str | None, everybody: bool,
    dry_run: bool, urgent: bool, as_json: bool,
) -> None:  # fmt: skip
    """Nudge all that are at work.

    Those are the crew and the polecats, and with --all the town's agents and roles.
    """
    from gitgt.services.mail import broadcasting, nudging

    said = box.body(message, text, stdin=stdin)
    if not said.strip() and not dry_run:
        raise RefusedError("a nudge says something", hint='git gt broadcast "..."')
    town = context.town()
    me = box.mine(town)
    found = broadcasting.listeners(town, me, rig=rig or "", everybody=everybody)
    if dry_run:
        _answer([nudging.Nudged(each, nudging.Fate.WAITS) for each in found], as_json=as_json)
        return
    word = nudging.Word(text=said, urgent=urgent)
    _answer(nudging.nudge(town, found, word, me, context.me()), as_json=as_json)


def _answer(done: Sequence[Nudged], *, as_json: bool) -> None:
    from gitgt.services.mail.nudging import Fate

    if as_json:
        rows = [{"to": each.to, "fate": str(each.fate), "why": each.why} for each in done]
        output.answer_json(rows)
        return
    said = {
        Fate.TYPED: "hears it now",
        Fate.WAITS: "hears it at the end of its turn",
        Fate.MUTED: "wants to hear nothing: --force says it anyway",
    }
    for each in done:
        output.answer(f"{each.to} {said.get(each.fate, f'cannot be told: {each.why}')}")
    if not done:
        output.answer("nobody is nudged")


def _is_fresh(town: Town) -> bool:
    from gitgt.services.mail import hygiene

    return town.clock() - hygiene.began(os.environ, town) < 60.0


def _moment(town: Town, after: str | None) -> float:
    from gitgt.model import when

    return when.ahead(after, town.clock()) if after else 0.0


def _own_rig(town: Town, me: str) -> str:
    rig, slash, _ = me.partition("/")
    return rig if slash and rig in town.rigs() else ""
