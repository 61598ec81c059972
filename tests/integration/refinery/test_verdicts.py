from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gitgt.errors import RefusedError
from gitgt.git import side_ref
from gitgt.git.repository import Repository, Signature
from gitgt.ledger.gate_log import runs_since
from gitgt.ledger.verdicts import REF, Record, Verdicts, join, path_of
from gitgt.model.gate import Evidence, Verdict
from gitgt.model.instant import text_of
from gitgt.model.queue.queue_cost import Ran

TREE, OTHER, GATE = "a" * 40, "b" * 40, "0123456789abcdef"


def record(run, verdict=Verdict.PASS, **more):
    said = {"gate": "test", "seconds": 1.5, "at": "2026-11-22T14:30:00Z", **more}
    return Record(run=run, verdict=verdict, **said)


@pytest.fixture
def verdicts(rig):
    return Verdicts(Repository.at(rig.path), clock=lambda: 1_795_357_800)


def test_nothing_is_known_at_first(verdicts):
    assert verdicts.evidence(TREE, GATE) == Evidence()
    assert verdicts.log(TREE, GATE) == ""


def test_a_verdict_belongs_to_tree_and_definition(verdicts):
    verdicts.put(TREE, GATE, record("r1"))
    assert verdicts.evidence(TREE, GATE) == Evidence(passes=1, passed_at=1)
    assert verdicts.evidence(OTHER, GATE) == Evidence()
    assert verdicts.evidence(TREE, "f" * 16) == Evidence()


def test_a_pass_after_a_fail_wins_and_shows_as_a_flake(verdicts):
    verdicts.put(TREE, GATE, record("r1", Verdict.FAIL, doubtful=True), b"went wrong\n")
    verdicts.put(TREE, GATE, record("r2"))
    found = verdicts.evidence(TREE, GATE)
    assert found == Evidence(passes=1, fails=1, passed_at=2, failed_at=1, doubtful=True)
    assert found.verdict is Verdict.PASS
    assert found.is_flaky


def test_verdicts_are_numbered_in_one_order(verdicts):
    verdicts.put(TREE, GATE, record("r1"))
    verdicts.put(OTHER, GATE, record("r2", Verdict.FAIL))
    verdicts.put(TREE, GATE, record("r3"))
    assert verdicts.evidence(OTHER, GATE).failed_at == 2
    assert verdicts.evidence(TREE, GATE).passed_at == 3


def test_a_run_that_is_reported_twice_counts_once(verdicts):
    verdicts.put(TREE, GATE, record("r1", Verdict.FAIL))
    verdicts.put(TREE, GATE, record("r1", Verdict.FAIL))
    assert verdicts.evidence(TREE, GATE).fails == 1


def test_people_can_read_them_with_git(verdicts, rig):
    verdicts.put(TREE, GATE, record("r1", Verdict.FAIL, why="it exited with 1"), b"2 failed\n")
    path = path_of(TREE, GATE)
    assert path == f"aa/{'a' * 38}-{GATE}"
    assert '"why": "it exited with 1"' in rig.git("show", f"{REF}:{path}")
    assert rig.git("show", f"{REF}:{path}.log") == "2 failed"
    assert rig.git("log", "--format=%an: %s", REF) == f"refinery: test fail on {TREE[:12]}"


def test_of_a_long_log_beginning_and_end_are_kept(verdicts):
    output = b"begin\n" + b"x" * 1_000_000 + b"\nend\n"
    verdicts.put(TREE, GATE, record("r1", Verdict.FAIL), output)
    log = verdicts.log(TREE, GATE)
    assert log.startswith("begin\n")
    assert log.endswith("\nend\n")
    assert "[... 918091 bytes left out ...]" in log


def test_who_looks_back_sees_what_was_said_since_and_of_whom(rig):
    now = [1_795_357_800.0]
    repository = Repository.at(rig.path)
    verdicts = Verdicts(repository, clock=lambda: now[0])
    assert runs_since(repository) == []
    said = []
    for number, verdict in enumerate((Verdict.FAIL, Verdict.PASS, Verdict.PASS)):
        now[0] += 3600
        tree = OTHER if number == 2 else TREE
        at, heads = text_of(now[0]), ("c" * 40,) * number
        verdicts.put(tree, GATE, record(f"r{number}", verdict, at=at, heads=heads))
        flake = verdict is Verdict.FAIL
        said.append(Ran("test", verdict, now[0], 1.5, heads, flake=flake))
    assert runs_since(repository) == said
    assert runs_since(repository, said[1].at) == said[1:]
    assert runs_since(repository, said[1].at + 1) == said[2:]
    assert runs_since(repository, now[0] + 1) == []


WRITER = """
import sys
from pathlib import Path
from gitgt.git.repository import Repository
from gitgt.ledger.verdicts import Record, Verdicts
from gitgt.model.gate import Verdict

AT = "2026-11-22T14:30:00Z"
path, who = sys.argv[1:]
verdicts = Verdicts(Repository.at(Path(path)))
print(flush=True)
sys.stdin.readline()
for number in range(15):
    tree = f"{number:02x}" + who * 38
    said = Record(run=who, gate="test", verdict=Verdict.PASS, seconds=1, at=AT)
    verdicts.put(tree, "0" * 16, said)
    verdicts.put("c" * 40, "0" * 16, Record(run=f"{who}{number}", gate="test",
        verdict=Verdict.FAIL, seconds=1, at=AT))
"""


def test_six_processes_write_at_once_from_the_first_commit_on_and_none_is_lost(verdicts, rig):
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(rig.path), who], text=True,
            cwd=Path(__file__).parents[3], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for who in "abcdef"
    ]  # fmt: skip
    for writer in writers:
        writer.stdout.readline()
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()
    assert [writer.communicate() and writer.returncode for writer in writers] == [0] * 6
    for who in "abcdef":
        for number in range(15):
            assert verdicts.evidence(f"{number:02x}" + who * 38, "0" * 16).passes == 1
    assert verdicts.evidence("c" * 40, "0" * 16).fails == 90
    assert rig.git("rev-list", "--count", REF) == "180"


_GOOD = {
    "run": "r9", "gate": "test", "verdict": "pass", "number": 9, "seconds": 1,
    "at": "2026-11-22T14:30:00Z",
}  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        b"\xff{", b"[" * 100_000, b"[]", b'{"runs": 1}', b'{"runs": [1]}', b'{"runs": [{}]}',
        json.dumps({"runs": [{**_GOOD, "verdict": "fine"}]}).encode(),
        json.dumps({"runs": [{**_GOOD, "number": True}]}).encode(),
        json.dumps({"runs": [{**_GOOD, "failures": [[]], "whole": True}]}).encode(),
        json.dumps({"runs": [{**_GOOD, "whole": True}]}).encode(),
    ],
)  # fmt: skip
def test_what_others_wrote_there_that_is_no_verdict_is_none(rig, verdicts, said):
    verdicts.put(TREE, GATE, record("r1"))
    repo = Repository.at(rig.path)
    ours, path = repo.ref(REF), path_of(TREE, GATE)
    before = verdicts.evidence(TREE, GATE)
    who = Signature("Eve", "eve@example.com", 1_795_357_800)
    tree = repo.write_tree(None, {path: repo.write_blob(said)})
    theirs = repo.write_commit(tree, [], "Nothing of the kind\n", who)
    rig.git("update-ref", REF, theirs)
    assert verdicts.evidence(TREE, GATE) == Evidence()
    assert runs_since(repo) == []
    rig.git("update-ref", REF, join(repo, ours, theirs))
    assert verdicts.evidence(TREE, GATE) == before


def test_a_run_without_a_date_is_passed_over_by_whoever_looks_back(rig, verdicts):
    verdicts.put(TREE, GATE, record("r1", at="soon"))
    assert runs_since(Repository.at(rig.path)) == []


def test_a_ref_of_others_that_is_no_commit_is_not_taken_in(rig):
    repo = Repository.at(rig.path)
    blob = repo.write_blob(b"a")
    with pytest.raises(RefusedError, match="is no commit there"):
        side_ref.meet(repo, REF, blob, join, what="the verdicts")
    assert repo.ref(REF) is None
