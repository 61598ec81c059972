"""Landings, and landings that are cut short anywhere."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gitgt.errors import GitFailedError, LedgerConflictError
from gitgt.git.intent import INTENTS, Intent
from gitgt.git.landing import Ending, land, recover
from gitgt.git.locks import remove_stale
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs
from tests.support.checkout import Checkout

MAIN, BEADS = "refs/heads/main", "refs/heads/beads"
ACTS = ("unlock", "pin", "intent", "detach", "move", "follow", "forget")


class DiedError(BaseException):
    """The process ends here."""


class Rig:
    """A bare repository with a target and a ledger, and what each is to become."""

    def __init__(self, path: Path) -> None:
        self.work = Checkout.init(path / "work")
        self.work.git("init", "-q", "--bare", "-b", "gt-unborn", str(path / "a rig.git"))
        self.bare = Checkout(path / "a rig.git")
        self.repository = Repository(self.bare.path)
        self.work.git("switch", "-q", "--orphan", "beads")
        self.ledger = (self.work.commit("bead", "open\n"), self.work.commit("bead", "closed\n"))
        self.work.git("switch", "-q", "main")
        self.target = (self.work.head, self.work.commit("shoes", "red\n"))
        self.put(0, 0)

    def put(self, target: int, ledger: int) -> None:
        ids = (self.target[target], self.ledger[ledger])
        refspecs = [f"{oid}:{name}" for oid, name in zip(ids, (MAIN, BEADS), strict=True)]
        self.work.git("push", "-q", "--force", str(self.bare.path), *refspecs)
        for oid in (self.target[1], self.ledger[1]):
            self.work.git(
                "push", "-q", "--force", str(self.bare.path), f"{oid}:refs/keep/{oid}"
            )

    @property
    def moves(self) -> tuple[RefMove, RefMove]:
        return RefMove(MAIN, *self.target), RefMove(BEADS, *self.ledger)

    @property
    def stands(self) -> tuple[int, int]:
        """Where target and ledger stand: 0 before, 1 after."""
        refs = self.repository.ref(MAIN), self.repository.ref(BEADS)
        return self.target.index(refs[0]), self.ledger.index(refs[1])

    @property
    def intents(self) -> dict[str, str]:
        return self.repository.refs(INTENTS)

    @property
    def locks(self) -> list[str]:
        found = self.bare.path.rglob("*.lock")
        ours = self.repository.gt
        return sorted(each.name for each in found if ours not in each.parents)

    def checkout(self, path: Path) -> Checkout:
        self.bare.git("worktree", "add", "-q", str(path), "main")
        return Checkout(path)

    def land(self, before=lambda _: None):
        return land(self.repository, self.moves, "land gt-abc12", before=before)

    def is_sound(self) -> bool:
        return not self.bare.git("fsck", "--strict", "--no-dangling")


@pytest.fixture
def rig(tmp_path):
    return Rig(tmp_path)


def dying_before(act, *, after=0):
    def before(name):
        nonlocal after
        if name == act:
            if not after:
                raise DiedError(act)
            after -= 1

    return before


def test_target_and_ledger_move_together_and_the_intent_is_gone(rig):
    rig.land()
    assert rig.stands == (1, 1)
    assert rig.intents == {}
    assert rig.locks == []
    assert rig.bare.git("reflog", "show", "--format=%gs", MAIN) == "land gt-abc12"


def test_what_lands_is_pinned_first(rig):
    land(rig.repository, rig.moves, "land", pins={"gt-mr-abc12": rig.target[1]})
    assert rig.repository.ref("refs/gt/pin/gt-mr-abc12") == rig.target[1]


@pytest.mark.parametrize("stands", [(1, 0), (0, 1)])
def test_a_lost_race_moves_nothing(rig, stands):
    rig.put(*stands)
    with pytest.raises(LedgerConflictError):
        rig.land()
    assert rig.stands == stands
    assert rig.intents == {}


def test_the_intent_keeps_what_is_to_land_from_being_collected(rig):
    with pytest.raises(DiedError):
        rig.land(dying_before("move"))
    for name in rig.repository.refs("refs/keep/"):
        rig.bare.git("update-ref", "-d", name)
    rig.bare.git("gc", "-q", "--prune=now")
    (commit,) = rig.intents.values()
    assert Intent.read(rig.repository, commit).moves == rig.moves
    assert rig.bare.git("cat-file", "-t", rig.target[1]) == "commit"


@pytest.mark.parametrize("dirty", [False, True])
@pytest.mark.parametrize("act", ACTS)
def test_whoever_dies_before_an_act_leaves_all_or_nothing(rig, tmp_path, act, dirty):
    seat = rig.checkout(tmp_path / "a seat")
    if dirty:
        seat.write("README", "mine\n")
    before = seat.git("status", "--porcelain"), seat.git("ls-files", "--stage")
    with pytest.raises(DiedError):
        rig.land(dying_before(act))
    recover(rig.repository)
    assert rig.stands in {(0, 0), (1, 1)}
    assert rig.intents == {}
    if rig.stands == (0, 0):
        assert seat.branch == "main"
        rig.land()
    assert rig.stands == (1, 1)
    assert rig.is_sound()
    if dirty:
        assert (seat.git("status", "--porcelain"), seat.git("ls-files", "--stage")) == before
        assert (seat.branch, seat.head) == ("", rig.target[0])
    else:
        assert (seat.branch, seat.git("status", "--porcelain")) == ("main", "")
        assert seat.read("shoes") == "red\n"


@pytest.mark.parametrize("act", ["unlock", "complete", "follow", "forget"])
def test_whoever_recovers_may_die_too(rig, tmp_path, act):
    seat = rig.checkout(tmp_path / "seat")
    with pytest.raises(DiedError):
        rig.land(dying_before("move"))
    move_refs(rig.repository, rig.moves[:1], why="half a landing")
    with pytest.raises(DiedError):
        recover(rig.repository, before=dying_before(act))
    recover(rig.repository)
    assert rig.stands == (1, 1)
    assert rig.intents == {}
    assert (seat.branch, seat.git("status", "--porcelain")) == ("main", "")


def half_done(rig, *, moved: int, locks: int) -> None:
    """Leave what a kill -9 leaves between the renames: some refs moved, the others locked."""
    with pytest.raises(DiedError):
        rig.land(dying_before("move"))
    if moved:
        move_refs(rig.repository, rig.moves[:moved], why="half a landing")
    for move in rig.moves[moved : moved + locks]:
        (rig.bare.path / f"{move.name}.lock").write_text(f"{move.new}\n")
    (rig.bare.path / "packed-refs.lock").touch()
    (rig.bare.path / "HEAD.lock").touch()


@pytest.mark.parametrize(
    ("moved", "locks", "ending", "stands"),
    [
        (0, 2, Ending.DROPPED, (0, 0)),
        (1, 1, Ending.COMPLETED, (1, 1)),
        (2, 0, Ending.FINISHED, (1, 1)),
    ],
)
def test_between_the_renames(rig, moved, locks, ending, stands):
    half_done(rig, moved=moved, locks=locks)
    (recovered,) = recover(rig.repository)
    assert (recovered.ending, rig.stands) == (ending, stands)
    assert rig.locks == []
    assert rig.intents == {}
    assert recover(rig.repository) == []
    assert rig.is_sound()


def test_a_lock_that_a_killed_push_left_on_the_target_is_no_obstacle(rig):
    (rig.bare.path / f"{MAIN}.lock").write_text(f"{rig.target[1]}\n")
    rig.land()
    assert (rig.stands, rig.locks) == ((1, 1), [])


def test_the_next_landing_recovers_by_itself(rig):
    half_done(rig, moved=0, locks=2)
    rig.land()
    assert rig.stands == (1, 1)


def test_a_target_that_somebody_moved_meanwhile_is_left_alone(rig):
    half_done(rig, moved=0, locks=0)
    (rig.bare.path / "packed-refs.lock").unlink()
    (rig.bare.path / "HEAD.lock").unlink()
    rig.work.git("push", "-q", "--force", str(rig.bare.path), f"{rig.ledger[0]}:{MAIN}")
    (recovered,) = recover(rig.repository)
    assert recovered.ending is Ending.DROPPED
    assert rig.repository.ref(MAIN) == rig.ledger[0]
    assert rig.repository.ref(BEADS) == rig.ledger[0]


def test_a_ledger_that_went_elsewhere_is_not_forced(rig):
    half_done(rig, moved=1, locks=0)
    (rig.bare.path / "packed-refs.lock").unlink()
    (rig.bare.path / "HEAD.lock").unlink()
    rig.work.git("push", "-q", "--force", str(rig.bare.path), f"{rig.target[0]}:{BEADS}")
    (recovered,) = recover(rig.repository)
    assert recovered.ending is Ending.TORN
    assert rig.repository.ref(BEADS) == rig.target[0]
    assert rig.intents == {}


def test_what_others_landed_on_top_counts_as_landed(rig):
    half_done(rig, moved=2, locks=0)
    (rig.bare.path / "packed-refs.lock").unlink()
    (rig.bare.path / "HEAD.lock").unlink()
    rig.work.git("push", "-q", str(rig.bare.path), f"{rig.work.commit('more')}:{MAIN}")
    (recovered,) = recover(rig.repository)
    assert recovered.ending is Ending.FINISHED


def test_a_checkout_whose_folder_is_gone_is_detached(rig, tmp_path):
    seat = rig.checkout(tmp_path / "seat")
    shutil.rmtree(seat.path)
    landed = rig.land()
    assert landed.detached == (seat.path,)
    rows = rig.bare.git("worktree", "list", "--porcelain").splitlines()
    assert "detached" in rows


def test_a_clean_checkout_comes_along_and_keeps_what_git_does_not_know(rig, tmp_path):
    seat = rig.checkout(tmp_path / "seat")
    seat.write("notes", "mine\n")
    assert rig.land().followed == (seat.path,)
    assert seat.read("notes") == "mine\n"
    assert seat.git("status", "--porcelain") == "?? notes"
    assert seat.branch == "main"


def test_a_file_in_the_way_is_not_overwritten(rig, tmp_path):
    seat = rig.checkout(tmp_path / "seat")
    seat.write("shoes", "mine\n")
    assert rig.land().detached == (seat.path,)
    assert seat.read("shoes") == "mine\n"


def test_a_merge_in_progress_is_left_as_it_stands(rig, tmp_path):
    seat = rig.checkout(tmp_path / "seat")
    seat.git("switch", "-q", "-c", "side")
    seat.commit("side")
    seat.git("switch", "-q", "main")
    seat.git("merge", "-q", "--no-ff", "--no-commit", "side")
    assert rig.land().detached == (seat.path,)
    seat.git("commit", "-q", "-m", "The merge ends where it began")
    assert rig.stands == (1, 1)


def test_a_checkout_of_something_else_is_nobodys_business(rig, tmp_path):
    rig.bare.git("worktree", "add", "-q", "-b", "crew/max", str(tmp_path / "max"), "main")
    landed = rig.land()
    assert (landed.followed, landed.detached) == ((), ())


def test_a_lock_that_somebody_holds_open_stays(rig):
    lock = rig.bare.path / f"{BEADS}.lock"
    script = "import sys; held = open(sys.argv[1], 'w'); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as owner:
        owner.stdout.readline()
        assert remove_stale(rig.bare.path, [lock]) == []
        owner.stdin.close()
        owner.wait()
    assert remove_stale(rig.bare.path, [lock]) == [lock]


def test_a_transaction_that_only_waits_is_not_robbed_of_its_locks(rig):
    with subprocess.Popen(
        ["git", "update-ref", "--stdin"], cwd=rig.bare.path, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    ) as waiting:  # fmt: skip
        waiting.stdin.write(f"start\nupdate {MAIN} {rig.target[1]} {rig.target[0]}\nprepare\n")
        waiting.stdin.flush()
        assert [waiting.stdout.readline() for _ in range(2)] == ["start: ok\n", "prepare: ok\n"]
        lock = rig.bare.path / f"{MAIN}.lock"
        assert remove_stale(rig.bare.path, [lock]) == []
        in_an_hour = lock.stat().st_mtime + 3600
        assert remove_stale(rig.bare.path, [], clock=lambda: in_an_hour) == []
        with pytest.raises(LedgerConflictError):
            rig.land()
        waiting.stdin.write("commit\n")
        waiting.stdin.close()
        waiting.wait()
    assert rig.stands == (1, 0)


CHILD = """
import sys
from pathlib import Path
from gitgt.git.landing import land, recover
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove

def before(act):
    print(act, flush=True)
    if act == sys.argv[2]:
        sys.stdin.read()

moves = [RefMove(*words.split()) for words in sys.argv[3:]]
land(Repository(Path(sys.argv[1])), moves, "land", before=before)
"""


@pytest.mark.parametrize("act", ACTS)
def test_kill_9_before_any_act(rig, tmp_path, act):
    seat = rig.checkout(tmp_path / "seat")
    words = [f"{move.name} {move.old} {move.new}" for move in rig.moves]
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(rig.bare.path), act, *words],
        cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        while child.stdout.readline().strip() != act:
            assert child.poll() is None
        child.send_signal(signal.SIGKILL)
        child.wait()
    recover(rig.repository)
    if rig.stands == (0, 0):
        rig.land()
    assert rig.stands == (1, 1)
    assert rig.intents == {}
    assert rig.is_sound()
    assert (seat.branch, seat.git("status", "--porcelain")) == ("main", "")


# A git whose nth transaction of refs is killed at its kth call of one kind.
TRACED_GIT = """#!/bin/sh
case "$*" in
*update-ref*--stdin*)
    echo >>"{folder}/transactions"
    if [ "$(wc -l <"{folder}/transactions")" -eq {transaction} ]; then
        exec strace -qq -o /dev/null -e trace={call} \\
            -e inject={call}:signal=SIGKILL:when={when} "{git}" "$@"
    fi ;;
esac
exec "{git}" "$@"
"""


def can_trace() -> bool:
    probe = ["strace", "-qq", "-o", "/dev/null", "true"]
    found = shutil.which("strace")
    return (
        bool(found) and not subprocess.run(probe, capture_output=True, check=False).returncode
    )


@pytest.mark.skipif(not can_trace(), reason="needs strace, and leave to use it")
@pytest.mark.parametrize(
    ("death", "stands"),
    [
        ((1, "rename", 1), (0, 0)),
        ((2, "rename", 1), (0, 0)),
        ((2, "rename", 2), (1, 0)),
        ((3, "unlink", 1), (1, 1)),
    ],
)
def test_git_itself_is_killed_between_renames(rig, tmp_path, monkeypatch, death, stands):
    """The transactions are: the intent, target and ledger, the end of the intent."""
    script = tmp_path / "git"
    facts = dict(zip(("transaction", "call", "when"), death, strict=True))
    script.write_text(TRACED_GIT.format(folder=tmp_path, git=shutil.which("git"), **facts))
    script.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path), prepend=":")
        with pytest.raises(GitFailedError):
            rig.land()
    assert (rig.stands, bool(rig.locks)) == (stands, True)
    recover(rig.repository)
    if stands == (0, 0):
        rig.land()
    assert rig.stands == (1, 1)
    assert (rig.intents, rig.locks) == ({}, [])
    assert rig.is_sound()
