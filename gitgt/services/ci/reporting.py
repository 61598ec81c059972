"""What a pipeline has done, as a report: headline, rows, and the code that it ends with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from gitgt.model.ci.report import Level, Report, Row
from gitgt.model.documents import MergeRequest
from gitgt.model.gate import Verdict
from gitgt.model.push.broken import Broken
from gitgt.services.ci.testing import GatesSaid
from gitgt.services.ci.verifying import Verified
from gitgt.services.forge.synced import Synced
from gitgt.services.gates.gate_asked import Answer

FAILED: Final = 1
# As ``git gt gate run`` ends where a gate could not run.
COULD_NOT_RUN: Final = 75
_LEVEL: Final = {
    Verdict.PASS: Level.NOTICE,
    Verdict.FAIL: Level.ERROR,
    Verdict.COULD_NOT_RUN: Level.WARNING,
}
_SHORT: Final = 12


def of_test(found: GatesSaid, logs: Mapping[str, str]) -> Report:
    """Return the report of a test; *logs* has what red gates printed, by their names."""
    if found.clash:
        paths = ", ".join(found.clash) or "everything"
        row = Row("conflict", f"{found.branch} and {found.onto} disagree: {paths}", Level.ERROR)
        merge = f"git merge origin/{found.onto}"
        return Report(
            f"{found.branch} at {found.commit[:_SHORT]} conflicts with {found.onto}",
            (row,), FAILED, hint=merge,
        )  # fmt: skip
    rows = [_of_answer(each, logs.get(each.gate, "")) for each in found.answers]
    if not found.shared:
        said = "the verdicts did not reach the remote; whoever needs them runs the gates again"
        rows.append(Row("verdicts", said, Level.WARNING))
    return Report(f"{found.called}: {_in_short(found.answers)}", tuple(rows), _code(found))


def _of_answer(answer: Answer, log: str) -> Row:
    aside = " (in quarantine)" if answer.quarantine else ""
    level = Level.WARNING if answer.quarantine else _LEVEL[answer.verdict]
    what = {
        Verdict.PASS: f"passes, in {answer.seconds:.1f} s",
        Verdict.FAIL: f"is red: {answer.why}",
        Verdict.COULD_NOT_RUN: f"could not run: {answer.why}",
    }[answer.verdict]
    passed = answer.verdict is Verdict.PASS
    if not answer.fresh and answer.verdict is not Verdict.COULD_NOT_RUN:
        what = f"{'passed' if passed else 'was red'} at {answer.at}: known, not run again"
    level = Level.NOTICE if passed else level
    return Row(f"gate {answer.gate}", f"{what}{aside}", level, log, seconds=answer.seconds)


def _in_short(answers: Sequence[Answer]) -> str:
    counted = [each for each in answers if not each.quarantine]
    red = [each.gate for each in counted if each.verdict is Verdict.FAIL]
    lost = [each.gate for each in counted if each.verdict is Verdict.COULD_NOT_RUN]
    if red:
        return f"red: {', '.join(red)}"
    if lost:
        return f"could not run: {', '.join(lost)}"
    return "all gates pass" if counted else "no gate is needed"


def _code(found: GatesSaid) -> int:
    said = {each.verdict for each in found.answers if not each.quarantine}
    if Verdict.FAIL in said:
        return FAILED
    return COULD_NOT_RUN if Verdict.COULD_NOT_RUN in said else 0


def with_note(report: Report, said: str) -> Report:
    """Return the report with one more line, if there is anything to say."""
    return replace(report, rows=(*report.rows, Row("forge", said))) if said else report


def with_issues(report: Report, followed: Synced | None) -> Report:
    """Return the report with what became of the forge's issues, if it was asked of them."""
    if followed is None:
        return report
    rows = [Row(bead or "issues", said) for bead, said in followed.done]
    rows += [Row("issues", followed.trouble, Level.WARNING)] if followed.trouble else []
    return replace(report, rows=(*report.rows, *rows))


def of_pass(
    before: Sequence[MergeRequest], after: Sequence[MergeRequest],
    held: Sequence[str] = (), proposed: Synced | None = None,
) -> Report:  # fmt: skip
    """Return the report of a pass of the refinery: what became of the requests *before*.

    *held* is what keeps things from landing, or who else lets them; *proposed* is what asking
    the forge came to, if it was asked.
    """
    rows = tuple(_moves(before, after))
    waits = sum(not each.is_closed for each in after)
    done = f"{len(rows)} moved" if rows else "nothing moved"
    more = [Row("the queue", each, Level.WARNING) for each in held]
    if proposed is not None:
        more += [Row(request, said) for request, said in proposed.done]
        more += [Row("forge", proposed.trouble, Level.WARNING)] if proposed.trouble else []
    return Report(f"the refinery made a pass: {done}, {waits} waiting", (*rows, *more))


def _moves(before: Sequence[MergeRequest], after: Sequence[MergeRequest]) -> Iterator[Row]:
    then = {each.id: each for each in before}
    for each in after:
        old = then.get(each.id)
        if old is None or old.status == each.status:
            continue
        landed = f" as {each.landed[:_SHORT]}" if each.landed else ""
        why = f": {each.reason}" if each.reason else ""
        said = f"{each.title} ({each.branch}): {each.status}{landed}{why}"
        yield Row(str(each.id), said, Level.NOTICE if each.is_closed else Level.WARNING)


def of_verification(found: Verified) -> Report:
    """Return the report of a push to the ledger."""
    rows = [_of_broken(each) for each in found.broken]
    rows += [Row("written", f"{said} ({each[:_SHORT]})") for each, said in found.commits]
    if found.unjudged:
        rows.append(Row("not judged", found.unjudged, Level.WARNING))
    if not found.broken:
        headline = "the ledger is as its rules want it"
        return Report(headline, tuple(rows))
    many = len(found.broken)
    what = f"the ledger was pushed past its rules: {many} {'is' if many == 1 else 'are'} broken"
    done = f"{len(found.left)} left for people to mend" if found.left else "set aside"
    return Report(f"{what}, {done}", tuple(rows), FAILED)


def _of_broken(broken: Broken) -> Row:
    by = f" (in {broken.commit[:_SHORT]})" if broken.commit else ""
    more = f"hint: {broken.hint}" if broken.hint else ""
    said = f"{broken.said}{by}"
    return Row(broken.rule, said, Level.ERROR, more, path=broken.path, line=broken.line)
