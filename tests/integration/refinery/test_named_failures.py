"""What failed in a gate, by name: from what it prints, or from the report that it writes."""

from __future__ import annotations

import pytest

from gitgt.git.repository import Repository
from gitgt.ledger.gate_past import GatePast
from gitgt.ledger.verdicts import Record, Verdicts
from gitgt.model.failures import Failures
from gitgt.model.flaky import Flakes
from gitgt.model.gate import Gate, Verdict

REPORT = """\
<testsuites><testsuite name="shop" tests="3" failures="1" errors="1">
<testcase classname="shop" name="apple"/>
<testcase classname="shop" name="pear"><failure message="no"/></testcase>
<testcase classname="shop" name="plum"><error message="oh"/></testcase>
</testsuite></testsuites>
"""
PEAR_AND_PLUM = frozenset({"shop::pear", "shop::plum"})


def named(shop, script: str, commit: str = "", **more) -> frozenset[str] | None:
    gate = Gate(name="test", command=("sh", "-c", script), **more)
    run = shop.begin(gate, commit)
    shop.end(gate)
    return shop.evidence(run, gate).failures


def writes(report: str, *, to: str = "out.xml", then: str = "exit 1") -> str:
    return f"cat >'{to}' <<'EOF'\n{report}EOF\n{then}"


def test_a_report_names_what_failed(shop):
    assert named(shop, writes(REPORT), junit="out.xml") == PEAR_AND_PLUM
    records = Verdicts(shop.repository)
    ref = shop.repository.ref("refs/gt/verdicts")
    (path,) = [each for each in shop.repository.files(ref) if "." not in each]
    tree, digest = path.replace("/", "").split("-")
    (run,) = records.records(tree, digest)
    assert (run["failures"], run["whole"]) == (sorted(PEAR_AND_PLUM), True)


@pytest.mark.parametrize(
    "script",
    [
        "exit 1",
        writes("<testsuites>"),
        writes(REPORT.replace('failures="1"', 'failures="2"')),
        writes(f"<!DOCTYPE x [<!ENTITY a 'b'>]>{REPORT}"),
        writes(REPORT, to="there.xml", then="ln -s there.xml out.xml; exit 1"),
        writes(REPORT, then="touch -d 1999-01-01 out.xml; exit 1"),
        "mkfifo out.xml; exit 1",
        "mkdir out.xml; exit 1",
        writes(REPORT, then="kill -9 $$"),
        writes(REPORT, then="echo 10 >price; exit 1"),
        writes(REPORT, then="echo '!!! Interrupted: 1 error during collection !!!'; exit 2"),
    ],
)
def test_a_report_that_nobody_can_rely_on_names_nothing(shop, script):
    assert named(shop, script, junit="out.xml") is None


def test_a_report_that_the_branch_brings_is_not_read(shop):
    commit = shop.commit("out.xml", REPORT)
    assert named(shop, "exit 1", commit, junit="out.xml") is None


def test_a_report_outside_of_the_worktree_is_not_read(shop):
    script = f"{writes(REPORT, to='../out.xml')}"
    assert named(shop, script, junit="../out.xml") is None
    assert named(shop, f"ln -s .. up; {script}", junit="up/out.xml") is None


TREE, GATE = "a" * 40, "0" * 16


def record(run: str, verdict: Verdict, *names: str, whole: bool = True, at: str = "") -> Record:
    told = Failures(frozenset(names), whole=whole) if names else Failures()
    return Record(run=run, gate="test", verdict=verdict, seconds=1, at=at, failures=told)


def test_what_failed_in_every_run_is_kept_apart_from_what_failed_once(rig):
    verdicts = Verdicts(Repository.at(rig.path))
    verdicts.put(TREE, GATE, record("1", Verdict.FAIL, "pear", "plum"))
    verdicts.put(TREE, GATE, record("2", Verdict.FAIL, "pear", "fig"))
    found = verdicts.evidence(TREE, GATE)
    assert found.failures == {"pear"}
    assert found.seen == {"pear", "plum", "fig"}
    verdicts.put(TREE, GATE, record("3", Verdict.FAIL, "pear", whole=False))
    found = verdicts.evidence(TREE, GATE)
    assert (found.failures, found.seen) == (None, frozenset())


def test_the_end_of_what_a_pass_printed_is_kept_too(rig):
    verdicts = Verdicts(Repository.at(rig.path))
    verdicts.put(TREE, GATE, record("1", Verdict.FAIL), b"no pears\n")
    verdicts.put(TREE, GATE, record("2", Verdict.PASS), b"x" * 10_000 + b"\n9 passed\n")
    assert verdicts.log(TREE, GATE) == "no pears\n"
    log = verdicts.log(TREE, GATE, Verdict.PASS)
    assert log.startswith("[... 1818 bytes left out ...]\nxxx")
    assert log.endswith("\n9 passed\n")


def test_flakes_are_counted_once_and_brought_up_to_date_by_what_changed(rig):
    repository = Repository.at(rig.path)
    verdicts, counts = Verdicts(repository), GatePast(repository)
    assert counts.flakes() == {}
    stamp = "2026-11-22T14:30:0{}Z".format
    verdicts.put(TREE, GATE, record("1", Verdict.FAIL, at=stamp(1)))
    assert counts.flakes() == {GATE: Flakes(1, 0)}
    verdicts.put(TREE, GATE, record("2", Verdict.PASS, at=stamp(2)))
    verdicts.put("b" * 40, GATE, record("3", Verdict.FAIL, at=stamp(3)))
    verdicts.put("b" * 40, "1" * 16, record("4", Verdict.PASS, at=stamp(4)))
    told = {GATE: Flakes(3, 1, stamp(2)), "1" * 16: Flakes(1, 0)}
    assert counts.flakes() == told
    kept = repository.gt / "gate-past.json"
    kept.unlink()
    assert counts.flakes() == told
    for broken in ("{", '{"format": 1}', kept.read_text().replace('"tip": "', '"tip": "0')):
        kept.write_text(broken)
        assert counts.flakes() == told
