"""``git gt handoff``: another session goes on from here."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Final

import click

from gitgt.cli import context, output
from gitgt.cli import handoff_answers as answers
from gitgt.errors import RefusedError
from gitgt.model.actor import Standing

if TYPE_CHECKING:
    from gitgt.services.handoff.over import Left, Words
    from gitgt.services.handoff.seat import Seat
    from gitgt.services.town import Town

# For so many seconds a successor is waited for where somebody wants to see it.
_PATIENCE: Final = 60.0
_STEP: Final = 0.2


@click.command()
@click.argument("target", required=False, metavar="[BEAD|ADDRESS]")
@click.option("--subject", "-s", default="", help="What it is about, in one line.")
@click.option("--message", "-m", default="", help="What the successor is to know.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the message from stdin.")
@click.option("--collect", "-c", is_flag=True, help="Add hook, branch, commits, changes.")
@click.option("--auto", is_flag=True, help="Only note how far it is; the session goes on.")
@click.option("--cycle", is_flag=True, help="Begin another session (it always does).")
@click.option("--reason", default="", help="Why, such as: compaction.")
@click.option("--no-git-check", is_flag=True, help="Do not tell of what is not committed.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.option("--dry-run", "-n", is_flag=True, help="Only show what would be left.")
@click.option("--watch", "-w", is_flag=True, help="Wait until the successor has begun.")
@output.json_option
def command(*, target: str | None, as_json: bool, **how: Any) -> None:  # noqa: ANN401 - words of the command line
    """Let another session go on from here.

    What is not committed is saved, what you say is kept for whoever goes on, this session ends
    and another begins in the same place, with the same work on its hook. With a bead, that is
    put on the hook first; with an address, that agent hands over.
    """
    town = context.town()
    seat = _seat(town, target)
    words = _words(how)
    if how["dry_run"]:
        _show(town, seat, words, as_json=as_json)
    elif how["auto"]:
        _note(town, seat, words, as_json=as_json)
    else:
        _hand_over(town, seat, words, how, as_json=as_json)


def _seat(town: Town, target: str | None) -> Seat:
    """Return whose handoff it is; a bead is put on the own hook first."""
    from gitgt.model.address import is_address
    from gitgt.services.handoff import finding

    if target is None or not is_address(target):
        mine = finding.seat(town, context.address_here(town))
        if target is not None:
            _hook(town, mine, target)
        return mine
    return finding.seat(town, target)


def _hook(town: Town, seat: Seat, bead: str) -> None:
    from gitgt.services import sling

    order = sling.Order(to=seat.address, convoy=False)
    for each in sling.sling(town, [bead], order, context.me()):
        if isinstance(each, RefusedError):
            raise each


def _words(how: dict[str, Any]) -> Words:
    from gitgt.services.handoff.over import Words

    text = sys.stdin.read() if how["from_stdin"] else how["message"]
    collect = how["collect"] or how["auto"] or not (text or how["subject"])
    return Words(subject=how["subject"], text=text, reason=how["reason"], collect=collect)


def _show(town: Town, seat: Seat, words: Words, *, as_json: bool) -> None:
    from gitgt.services.handoff import over

    note = over.note_of(town, seat, words)
    if as_json:
        output.answer_json(answers.left(seat.address, "", note))
    else:
        output.answer(f"{seat.address} would hand over: {note.subject}")
        output.answer(note.text)


def _note(town: Town, seat: Seat, words: Words, *, as_json: bool) -> None:
    from gitgt.services.handoff import checkpoints

    record = checkpoints.write(town, seat, words)
    assert record.checkpoint is not None
    if as_json:
        output.answer_json(answers.left(seat.address, record.id, record.checkpoint))
    else:
        output.answer(f"{seat.address}: noted how far it is: {record.checkpoint.subject}")


def _hand_over(
    town: Town, seat: Seat, words: Words, how: dict[str, Any], *, as_json: bool
) -> None:
    from gitgt.services.handoff import over, state

    if not how["no_git_check"] and state.is_dirty(seat):
        output.say(f"gt: not everything is committed in {seat.worktree}: it is saved")
        output.say("hint: git gt recover brings back what is not there any more")
    who = context.me()
    if who.standing is Standing.PERSON and not how["yes"] and sys.stdin.isatty():
        click.confirm(f"end the session of {seat.address} and begin another?", abort=True)
    left = over.hand_over(town, seat, words, who)
    _answer(seat, left, as_json=as_json)
    # This may be the end of us: we are part of the session.
    over.end(seat)
    context.after_writing(town)
    if how["watch"] and left.runs and not as_json:
        _wait(town, seat, left)


def _answer(seat: Seat, left: Left, *, as_json: bool) -> None:
    if as_json:
        told = answers.left(seat.address, left.record.id, left.note, runs=left.runs)
        output.answer_json(told)
        return
    output.answer(f"{seat.address} hands over {left.record.id}: {left.note.subject}")
    if not left.runs:
        output.answer("no session of ours runs there: whoever begins next is told")


def _wait(town: Town, seat: Seat, left: Left) -> None:
    from gitgt.services.sessions import session_records

    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        last = session_records.last(town, seat.place, seat.address)
        if last is not None and last.follows == left.record.id:
            output.answer(f"{seat.address} goes on in {last.id}")
            return
        time.sleep(_STEP)
    output.say("gt: nobody sits there yet; who does is in: git gt agents")
