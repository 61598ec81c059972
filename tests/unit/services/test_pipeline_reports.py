"""What a pipeline has found, and the code that it ends with."""

import pytest

from gitgt.model.ci.report import Level, Row
from gitgt.model.gate import Verdict
from gitgt.model.push.broken import Broken
from gitgt.services.ci.reporting import of_test, of_verification
from gitgt.services.ci.testing import GatesSaid
from gitgt.services.ci.verifying import Verified
from gitgt.services.gates.gate_asked import Answer

HEAD, TREE = "a" * 40, "b" * 40


def said(verdict, why="", **more):
    return Answer("check", TREE, verdict, why, 1.25, "r1", "2026-11-22T14:30:00Z", **more)


@pytest.mark.parametrize(
    ("answers", "code", "in_short", "rows"),
    [
        ((), 0, "no gate is needed", ()),
        (
            (said(Verdict.PASS, fresh=True),), 0, "all gates pass",
            (Row("gate check", "passes, in 1.2 s", seconds=1.25),),
        ),
        (
            (said(Verdict.FAIL, "it exited with 1", fresh=False),), 1, "red: check",
            (
                Row(
                    "gate check", "was red at 2026-11-22T14:30:00Z: known, not run again",
                    Level.ERROR, "FIXME", seconds=1.25,
                ),
            ),
        ),
        (
            (said(Verdict.COULD_NOT_RUN, "no space"),), 75, "could not run: check",
            (Row("gate check", "could not run: no space", Level.WARNING, seconds=1.25),),
        ),
        (
            (said(Verdict.FAIL, "no", fresh=True, quarantine="flaky"),), 0, "no gate is needed",
            (
                Row(
                    "gate check", "is red: no (in quarantine)", Level.WARNING, "FIXME",
                    seconds=1.25,
                ),
            ),
        ),
    ],
)  # fmt: skip
def test_a_code_follows_from_what_gates_said(answers, code, in_short, rows):
    red = any(each.verdict is Verdict.FAIL for each in answers)
    found = GatesSaid("fix", HEAD, "main", answers=answers)
    report = of_test(found, {"check": "FIXME"} if red else {})
    assert (report.code, report.rows) == (code, rows)
    assert report.headline == f"fix at {HEAD[:12]}, merged with main: {in_short}"


def test_verdicts_that_did_not_arrive_are_told():
    report = of_test(GatesSaid(f"gt/probe/{HEAD}", HEAD, shared=False), {})
    assert [each.title for each in report.rows] == ["verdicts"]
    assert report.headline == f"gt/probe/{HEAD} at {HEAD[:12]}: no gate is needed"


def test_what_is_left_for_people_is_told():
    broken = Broken("a.yaml", 3, "size", "too much", "less", "c" * 40)
    report = of_verification(Verified((broken,), (broken,), unjudged="cut off"))
    assert report.code == 1
    assert report.headline == (
        "the ledger was pushed past its rules: 1 is broken, 1 left for people to mend"
    )
    assert report.rows == (
        Row("size", f"too much (in {'c' * 12})", Level.ERROR, "hint: less", "a.yaml", 3),
        Row("not judged", "cut off", Level.WARNING),
    )
