"""``--dry-run``: what would be done is told, and nothing is."""

import hashlib
import importlib
import json
import os
import sys

import pytest

from gitgt.cli.bead.outputs import OTHERS
from gitgt.cli.loading import everything as everything_there_is
from gitgt.errors import LedgerConflictError
from gitgt.git import rehearsal
from gitgt.git.command import git
from gitgt.git.rehearsal import Ended
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs
from tests.support.commandline import gt
from tests.support.outputs import validator


@pytest.fixture
def rehearsing(rig):
    rig.commit("README.md", "# Figs\n")
    yield rehearsal.begin()
    rehearsal.end()


def everything(folder):
    """Return all files below *folder* but for objects, and what may be lost."""
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if "objects" in parts or "gt" in parts or not path.is_file():
            continue
        found["/".join(parts)] = hashlib.sha1(path.read_bytes()).hexdigest()
    return found


WRITERS = """
bead update {bead} --priority 0 | priority: 2 -> 0
bead close {bead} | close {bead}
bead comment {bead} Hello | comment
bead dep add {bead} {other} | {bead}
bead label add {bead} net | label
bead defer {bead} --until 2099-01-01 | defer
sling {bead} | sling {bead} to shop/polecats/
convoy create Both {bead} {other} | create convoy
gate add shop lint true | shop/settings/config.yaml
mail send mayor/ -s Hi -m There | mail from
remember figs | remember figs
rig park shop | park shop
rig dock shop | dock shop
hook attach {bead} shop/zed | sling {bead}
estop | freeze the town
crew add ann --rig shop | then: run git worktree
config default-agent codex | settings/agents.yaml
formula create mine | then: write
wisp create Ping -k patrol | wisp
rig add more {project} | then: make
polecat identity add shop zed | zed
up | then: run
"""


def test_what_is_rehearsed_is_told_and_not_done(town, tmp_path):
    rig = town.rig()
    ids = {"bead": town.bead(rig, "Figs").id, "other": town.bead(rig, "Limes").id}
    ids["project"] = str(tmp_path / "projects" / "shop")
    root = town.town.root
    before, wrong = everything(root), []

    for row in WRITERS.strip().splitlines():
        words, said = (each.strip() for each in row.format(**ids).split(" | "))
        answer = gt(*words.split(" "), "--dry-run", cwd=root)
        if said not in answer.stdout or (answer.code, answer.stderr) != (
            0,
            "gt: nothing was done\n",
        ):
            wrong.append((words, answer))
        assert everything(root) == before, words
    assert not wrong, "\n".join(map(str, wrong))


def test_what_is_told_is_what_is_done(town):
    rig = town.rig()
    figs = town.bead(rig, "Figs").id
    closing = ("bead", "close", figs, "--reason", "no figs")

    told = json.loads(gt(*closing, "--dry-run", "--json", cwd=town.town.root).stdout)
    validator(OTHERS["--dry-run"]).validate(told)
    [transaction] = told["transactions"]
    assert (transaction["why"], told["next"]) == (f"close {figs}: no figs", "")
    [move] = transaction["moves"]
    repository = town.town.ledger_at(rig).repository
    assert (move["ref"], move["old"]) == (
        "refs/heads/beads",
        repository.ref("refs/heads/beads"),
    )
    [document] = transaction["documents"]
    assert (document["id"], document["how"]) == (figs, "changed")

    assert gt(*closing, cwd=town.town.root).code == 0
    now = town.town.ledger_at(rig).snapshot().bead(figs).fields()
    foretold = {each["field"]: each["now"] for each in document["changes"]}
    assert {name: now[name] for name in foretold if name != "closed_at"} == {
        name: value for name, value in foretold.items() if name != "closed_at"
    }


def test_whatever_may_write_can_be_rehearsed():
    writing = {"--fix", "--force", "--cleanup", "--clean", "--notify", "--revert", "--delete"}
    for each in everything_there_is():
        offered = {name for option in each.command.params for name in option.opts}
        assert not offered & writing or "--dry-run" in offered, each.command_path


def test_what_would_be_refused_is_refused(town):
    rig = town.rig()
    figs = town.bead(rig, "Figs").id
    root = town.town.root
    told = gt("bead", "update", figs, "--parent", figs, cwd=root)
    assert told.code
    assert gt("bead", "update", figs, "--parent", figs, "--dry-run", cwd=root) == told


def test_refs_move_for_this_process_alone(rig, rehearsing):
    repository = Repository.at(rig.path)
    head = repository.ref("refs/heads/main")
    move_refs(repository, [RefMove("refs/heads/new", None, head)], why="try")
    move_refs(repository, [RefMove("refs/heads/new", head, None)], why="try")
    move_refs(repository, [RefMove("refs/gt/x", None, head)], why="try")

    assert repository.ref("refs/heads/new") is None
    assert repository.refs("refs/gt/") == {"refs/gt/x": head}
    with pytest.raises(LedgerConflictError, match="refs/gt/x moved"):
        move_refs(repository, [RefMove("refs/gt/x", None, head)], why="again")
    assert len(rehearsing.transactions) == 3
    assert b"refs/gt/x" not in git("for-each-ref", cwd=rig.path)
    rehearsal.end()
    assert repository.refs("refs/gt/") == {}


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda path: (path / "new").write_text("x"), "write {}/new"),
        (lambda path: (path / "README.md").unlink(), "remove {}/README.md"),
        (lambda path: (path / "README.md").rename(path / "x"), "write {}/x"),
        (lambda path: (path / "folder").mkdir(), "make {}/folder"),
        (lambda path: git("branch", "x", cwd=path), "run git branch x"),
        (lambda path: git("-c", "a.b=c", "push", "x y", cwd=path), "run git push 'x y'"),
        (lambda path: git("worktree", "add", "x", cwd=path), "run git worktree add x"),
        (lambda _: os.kill(0, 0), "signal 0"),
    ],
    ids=["write", "remove", "rename", "make", "branch", "push", "worktree", "signal"],
)
def test_what_cannot_be_pretended_ends_it(rig, rehearsing, act, told):
    with pytest.raises(Ended) as ended:
        act(rig.path)
    assert ended.value.act == told.format(rig.path)
    assert not rehearsing.transactions


def test_a_module_that_is_read_for_the_first_time_ends_nothing(rig, monkeypatch):
    (rig.path / "new_here.py").write_text("FIGS = 1\n")
    monkeypatch.syspath_prepend(rig.path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    going = rehearsal.begin()
    try:
        assert importlib.import_module("new_here").FIGS == 1
    finally:
        rehearsal.end()
        sys.modules.pop("new_here", None)
    assert not going.transactions


def test_reading_goes_on(rig, rehearsing):
    path = rig.path
    assert (path / "README.md").read_text()
    assert git("log", "--format=%s", cwd=path)
    assert git("worktree", "list", "--porcelain", cwd=path)
    assert git("--no-optional-locks", "-c", "a.b=c", "status", "-sb", cwd=path)
    path.mkdir(exist_ok=True)
    (path / "none").unlink(missing_ok=True)
    assert Repository.at(path).write_blob(b"x")
    assert not rehearsing.transactions
