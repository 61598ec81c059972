"""A project's own history goes through the whole machine, and comes out as it was."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from gitgt.daemon import ending
from gitgt.daemon.instance import Instance
from tests.support.checkout import Checkout
from tests.support.commandline import gt
from tests.support.histories import HISTORIES
from tests.support.waiting import until

pytestmark = pytest.mark.e2e

# What comes back: once for each merge that git cannot make by itself. Whether it sees a folder
# move while a file is added to it depends on what landed first.
CAME_BACK = {
    "conflicting": 1, "differing": 1, "unrelated": 2, "submodules": 1, "binary": 1, "names": 1,
}  # fmt: skip
QUICK = ("conflicting", "differing", "octopus", "names")


def replayed(where: Checkout, *words: str) -> dict:
    """Replay, and return what was said of it; it must have come out the same."""
    answer = gt(
        "replay", str(where.path), "--json", *words, cwd=where.path.parent, patience=110
    )
    assert answer.code == 0, answer
    return json.loads(answer.stdout)


@pytest.mark.parametrize(
    "name",
    [
        each if each in QUICK else pytest.param(each, marks=pytest.mark.slow)
        for each in HISTORIES
    ],
)
def test_every_shape_of_history_comes_out_the_same(name, tmp_path):
    source = HISTORIES[name](tmp_path / "a project")
    before = (source.git("for-each-ref"), source.git("status", "--porcelain", "-z"))

    told = replayed(source, "--workers", "3")

    assert told["same"]
    assert told["landed"] + told["empty"] == told["steps"]
    if name != "renames":
        assert len(told["returns"]) == CAME_BACK.get(name, 0)
    assert (source.git("for-each-ref"), source.git("status", "--porcelain", "-z")) == before


def test_a_gate_that_was_red_in_the_original_is_waived_and_counted(tmp_path):
    source = gated(tmp_path / "project")

    told = replayed(source, "--gate", "./check", "--workers", "2")

    assert told["same"]
    assert told["steps"] == told["landed"] == 6
    # Three trees are red; what lands together with its mending needs no waiver.
    assert 1 <= told["waived"] <= 3
    assert told["gate_runs"] >= 4


def test_what_a_person_reads(tmp_path):
    source = HISTORIES["straight"](tmp_path / "project")

    code, told, talk = gt("replay", str(source.path), "--limit", "3", "--keep", cwd=tmp_path)

    lines = [line.split(None, 1) for line in told.splitlines()]
    assert [name for name, *_ in lines] == [
        "landed",
        "merges",
        "sent",
        "gate",
        "time",
        "tree",
        "report",
    ]
    assert lines[0][1] == "3 of 3 steps"
    assert lines[3][1] == "runs  0, under a recorded waiver"
    report = Path(lines[-1][1])
    town = report.parent / "town"
    assert (code, talk) == (0, f"the town is kept at {town}\n")
    assert "the same tree came out" in report.read_text()
    rig = Checkout(town / "project/.repo.git")
    assert rig.git("rev-parse", "main^{tree}") == source.git("rev-parse", "HEAD^{tree}")
    rig.git("fsck", "--no-dangling")


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["--from", "nowhere"], "'nowhere' is no commit of {path}", "see: git log --oneline"),
        (
            ["--from", "side"],
            "{side} is not on the first-parent chain of {head}",
            "choose one of",
        ),
        (["--from", "HEAD"], "there is nothing to replay between HEAD and HEAD", ""),
    ],
)
def test_what_cannot_be_replayed_is_refused(words, message, hint, tmp_path):
    source = HISTORIES["conflicting"](tmp_path / "project")
    names = {"path": source.path, "side": source.git("rev-parse", "side")[:10]}

    code, told, talk = gt("replay", str(source.path), *words, cwd=tmp_path)

    assert (code, told) == (1, "")
    assert talk.splitlines()[0] == f"gt: {message.format(head=source.head[:10], **names)}"
    assert hint in talk


def test_a_project_that_names_its_objects_otherwise_is_refused_before_anything_is_made(
    tmp_path, monkeypatch
):
    source = Checkout(tmp_path / "modern")
    source.path.mkdir()
    source.git("init", "-q", "--object-format=sha256")
    source.commit("README")
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    code, told, talk = gt("replay", str(source.path), cwd=tmp_path)

    assert (code, told) == (1, "")
    assert talk.splitlines() == [
        f"gt: {source.path} names its objects by SHA-256, and a town's rigs do so by SHA-1",
        "hint: replay a SHA-1 copy of it: git fast-export --all | git -C COPY fast-import",
    ]
    assert [each.name for each in tmp_path.iterdir()] == ["modern"]


def test_when_its_terminal_is_closed_nothing_lives_on(tmp_path, monkeypatch):
    source = HISTORIES["straight"](tmp_path / "project")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    argv = ["git-gt", "replay", str(source.path), "--gate", f"touch {tmp_path}/here; sleep 100"]
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever tests us may ignore it
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as replay:
        signal.signal(signal.SIGHUP, before)
        until((tmp_path / "here").exists, patience=60)
        replay.send_signal(signal.SIGHUP)
        _, talk = replay.communicate(timeout=60)

    (town,) = tmp_path.glob("gitgt-replay-*/town")
    assert replay.returncode == 130
    assert f"the town is kept at {town}" in talk.splitlines()
    assert not Instance(town / ".git/gt").is_running()
    assert ending.alive(town) == []


def gated(path: Path) -> Checkout:
    """Make a project whose check came late, and was red once."""
    repo = Checkout(path)
    path.mkdir()
    repo.git("init", "-q", "-b", "main")
    repo.commit("README")
    repo.write("check", "#!/bin/sh\n! grep -r bad parts\n").chmod(0o755)
    repo.write("parts/a", "good\n")
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "A check")
    repo.commit("parts/b", "bad\n", message="Break it")
    repo.commit("parts/c", "good\n", message="Meanwhile")
    repo.commit("parts/b", "good\n", message="Mend it")
    repo.commit("parts/d", "good\n")
    return repo
