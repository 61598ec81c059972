"""``git gt gate``: run gates by hand, and see what they have said and why it counts."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.cli.exits import COULD_NOT_RUN
from gitgt.model.gate import Verdict
from gitgt.services.town import Rig, Town

if TYPE_CHECKING:
    from gitgt.services.gates.gate_asked import Answer, Place
    from gitgt.services.gates.gate_said import Log, Told

_FAILED = 1


@click.command()
@click.argument("words", metavar="[RIG] [COMMIT]", nargs=-1)
@click.option("--gate", "name", help="This gate alone.")
@click.option(
    "--worktree", is_flag=True,
    help="What this worktree holds, committed or not; so it is without a COMMIT.",
)  # fmt: skip
@click.option("--again", is_flag=True, help="Also what is known already.")
@output.json_option
def run(
    *, words: tuple[str, ...], name: str | None, worktree: bool, again: bool, as_json: bool
) -> None:
    """Run gates as the queue would, and keep their verdicts.

    They are run in a worktree of their own, on the very tree that is asked about, so the queue
    does not test that tree again. Ends with 0 if all pass, 1 if one is red, 75 if one could
    not run.
    """
    from gitgt.services.gates import gate_asked

    town = context.town()
    rig, commit = _rig_and_commit(town, words)
    if commit and worktree:
        raise click.UsageError("either a COMMIT or --worktree")
    here = Path.cwd()
    place = (
        gate_asked.commit_at(town, rig, commit, here)
        if commit
        else gate_asked.here(town, rig, here)
    )
    for left_out in place.left_out:
        output.say(f"gt: not tested: {left_out}")
    answers = []
    for each in gate_asked.chosen(town, rig, name):
        shown = _nothing if as_json else _shown()
        answers.append(gate_asked.ask(town, rig, each, place, again=again, shown=shown))
        if not as_json:
            output.answer(_line(answers[-1], place))
    if as_json:
        output.answer_json([each.fields() for each in answers])
    context.after_writing(town)
    raise SystemExit(_code(answers, asked_for=name))


def _rig_and_commit(town: Town, words: tuple[str, ...]) -> tuple[Rig, str]:
    """Return the rig, named or where we stand, and the commit, if one was named."""
    if len(words) > 2:
        raise click.UsageError("one RIG and one COMMIT at the most")
    if words and words[0] in town.rigs():
        return town.rig(words[0]), "".join(words[1:])
    if len(words) == 2:
        town.rig(words[0])  # says which there are
    return _rig_of(town, ""), "".join(words)


def _rig_of(town: Town, what: str) -> Rig:
    """Return the rig whose ledger has *what*, if that is an id, or that we stand in."""
    from gitgt.model.ids import is_bead_id

    found = town.rig_of(what) if is_bead_id(what) else None
    return found or context.rig_for(town, None, option=False)


def _nothing(_: bytes) -> None:
    """Show nothing of what a gate prints."""


def _shown() -> Callable[[bytes], None]:
    """Return what shows a gate's output as it comes."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def show(chunk: bytes) -> None:
        text = decoder.decode(chunk)
        if text:
            output.raw(text)

    return show


def _line(each: Answer, place: Place) -> str:
    aside = " (in quarantine)" if each.quarantine else ""
    what = f"{each.gate}{aside}"
    if not each.fresh:
        known = "passed" if each.verdict is Verdict.PASS else "was red"
        return f"{what} {known} on {place.called} at {each.at}: known, not run again"
    if each.verdict is Verdict.COULD_NOT_RUN:
        return f"{what} could not run on {place.called}: {each.why}"
    if each.verdict is Verdict.FAIL:
        return f"{what} is red on {place.called}: {each.why}, after {each.seconds:.1f} s"
    flaky = "; it was red on the same tree before" if each.flaky else ""
    return f"{what} passes on {place.called}, in {each.seconds:.1f} s{flaky}"


def _code(answers: list[Answer], *, asked_for: str | None) -> int:
    counted = [each.verdict for each in answers if asked_for or not each.quarantine]
    if Verdict.FAIL in counted:
        return _FAILED
    return COULD_NOT_RUN if Verdict.COULD_NOT_RUN in counted else 0


@click.command()
@click.argument("words", metavar="[RIG] GATE [TREE|COMMIT|REQUEST]", nargs=-1, required=True)
@output.json_option
def log(*, words: tuple[str, ...], as_json: bool) -> None:
    """Show what a gate printed, on the target or on what is named.

    Of a red run beginning and end are kept, of a pass the end.
    """
    from gitgt.services.gates import gate_asked, gate_said

    if len(words) > 3:
        raise click.UsageError("one RIG, one GATE and one of its runs at the most")
    town = context.town()
    is_named = len(words) == 3 or (len(words) == 2 and words[0] in town.rigs())
    name, *rest = words[1:] if is_named else words
    where = town.rig(words[0]) if is_named else _rig_of(town, "".join(rest))
    (wanted,) = gate_asked.chosen(town, where, name)
    subject = gate_said.subject(town, where, "".join(rest) or where.branch)
    found = gate_said.log(town, where, wanted, subject)
    if as_json:
        output.answer_json(found.fields())
        return
    output.say(_head(found))
    output.raw(found.text)


def _head(found: Log) -> str:
    record = found.record
    why = f": {record['why']}" if record.get("why") else ""
    return (
        f"{found.gate} {record['verdict']} on {found.tree[:12]} at {record['at']}, "
        f"{record['seconds']:.1f} s, run {record['run'].rpartition('.')[2]}{why}"
    )


@click.command()
@click.argument("words", metavar="[RIG] COMMIT|REQUEST", nargs=-1, required=True)
@output.json_option
def why(*, words: tuple[str, ...], as_json: bool) -> None:
    """Say whether something may land, gate by gate."""
    from gitgt.services.gates import gate_said

    if len(words) > 2:
        raise click.UsageError("one RIG and one COMMIT or REQUEST at the most")
    town = context.town()
    what = words[-1]
    where = town.rig(words[0]) if len(words) == 2 else _rig_of(town, what)
    told = gate_said.why(town, where, gate_said.subject(town, where, what))
    if as_json:
        output.answer_json(told.fields())
        return
    output.answer(_called(told))
    output.table(
        (each.gate, each.verdict, _aside(each.why, each.quarantine)) for each in told.gates
    )
    output.answer(f"it may {'land' if told.may_land else 'not land'}: {told.reason}")


def _called(told: Told) -> str:
    request = told.subject.request
    status = f", {request.status}" if request is not None else ""
    tree = f", tree {told.tree[:12]}" if told.tree else ""
    return f"{told.subject.called}{status}, for {told.subject.target}{tree}"


def _aside(said: str, quarantine: str) -> str:
    return f"{said} (in quarantine: {quarantine})" if quarantine else said
