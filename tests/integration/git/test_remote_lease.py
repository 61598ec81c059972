"""Leases at a real bare repository: machines take turns, and a paused one is refused there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gitgt.errors import LeaseHeldError
from gitgt.git import publish, remote_lease
from gitgt.git.publish import DeclinedError, Fate, Way
from gitgt.git.remote_lease import Held, Taker
from gitgt.git.repository import Repository
from gitgt.model.lease import SKEW, Holder, Lease
from tests.support.checkout import Checkout
from tests.support.clones import hub
from tests.support.waiting import until

MAIN = "refs/heads/main"
NAME = "refinery/main"
REF = f"refs/gt/lease/{NAME}"
ROUNDS = 100

# A refinery: it takes the lease, or lands, whenever it is told to, and says how it went.
REFINERY = """
import os, sys
from pathlib import Path
from gitgt.git import publish, remote_lease
from gitgt.git.publish import Way
from gitgt.git.remote_lease import Taker
from gitgt.git.repository import Repository
from gitgt.model.lease import Holder

repository, way = Repository(Path(sys.argv[1])), Way(remote="origin", within=60.0, hooks=True)
me, old, new = Holder(sys.argv[2], sys.argv[2], os.getpid(), "1"), sys.argv[3], sys.argv[4]
for line in sys.stdin:
    word, now = line.split()[0], float(line.split()[1])
    if word == "take":
        taker = Taker(me, lambda _: False)
        held = remote_lease.take(repository, way, "refinery/main", taker, now=now, lasts=60.0)
        print(held.lease.number, flush=True)
    else:
        lease, _ = remote_lease.along(repository, held, now=now, lasts=60.0)
        answer = publish.push(repository, way, {"refs/heads/main": new},
                              target="refs/heads/main", expected=old, also=(lease,))
        print(answer.fate, flush=True)
"""
# git runs it once it knows where the remote's refs stand, and before it says what to do.
STOPS = """\
#!/bin/sh
[ -p '{fifo}' ] || exit 0
echo $$ >'{fifo}'
kill -STOP $$
"""


class Machine:
    """A clone of the hub, and who acts there."""

    def __init__(self, folder: Path, name: str) -> None:
        bare = Checkout(folder / "a hub.git")
        bare.git("clone", "-q", str(bare.path), str(folder / name))
        self.clone = Checkout(folder / name)
        self.repository = Repository(self.clone.path / ".git")
        self.me = Holder(f"town {name}", name, 1, "1")

    def take(self, now: float, **how) -> Held:
        taker = Taker(self.me, lambda _: False, **how)
        return remote_lease.take(self.repository, WAY, NAME, taker, now=now, lasts=60.0)


WAY = Way(remote="origin", within=60.0)


@pytest.fixture
def bare(tmp_path):
    return hub(tmp_path)


def test_one_has_it_until_its_time_is_over_and_the_number_rises(bare, tmp_path):
    east, west = Machine(tmp_path, "east"), Machine(tmp_path, "west")
    ours = east.take(0.0)
    assert east.take(1.0) == ours  # the answer may have been lost: it is ours all the same
    with pytest.raises(LeaseHeldError) as refused:
        west.take(59.0 + SKEW)
    assert refused.value.message == (
        "town east on east has the lease refinery/main until 1970-01-01T00:01:00Z, number 1"
    )
    ours = remote_lease.renew(east.repository, WAY, ours, now=50.0, lasts=60.0)
    theirs = west.take(110.0 + SKEW)
    assert (theirs.lease.number, bare.git("rev-parse", REF)) == (2, theirs.file)
    for too_late in (remote_lease.check, remote_lease.release):
        if too_late is remote_lease.release:
            assert not too_late(east.repository, WAY, ours)
            continue
        with pytest.raises(LeaseHeldError, match="town west on west has"):
            too_late(east.repository, WAY, ours)
    with pytest.raises(LeaseHeldError, match="number 2"):
        remote_lease.renew(east.repository, WAY, ours, now=111.0 + SKEW, lasts=60.0)
    assert remote_lease.release(west.repository, WAY, theirs)
    assert remote_lease.known(west.repository, "origin", NAME) == Lease(2)
    assert east.take(111.0 + SKEW).lease.number == 3


def test_what_goes_along_moves_with_the_lease_or_not_at_all(bare, tmp_path):
    east, west = Machine(tmp_path, "east"), Machine(tmp_path, "west")
    begin, new = bare.git("rev-parse", MAIN), east.clone.commit("hats", "red\n")
    ours = east.take(0.0)
    lease, later = remote_lease.along(east.repository, ours, now=50.0, lasts=60.0)

    def push():
        return publish.push(
            east.repository, WAY, {MAIN: new}, target=MAIN, expected=begin, also=(lease,)
        ).fate

    west.take(61.0 + SKEW)
    assert (push(), bare.git("rev-parse", MAIN)) == (Fate.TOO_LATE, begin)
    ours = east.take(200.0)
    lease, later = remote_lease.along(east.repository, ours, now=250.0, lasts=60.0)
    assert (push(), bare.git("rev-parse", MAIN)) == (Fate.TAKEN, new)
    assert remote_lease.check(east.repository, WAY, ours) == later


def test_a_holder_whose_clock_was_far_ahead_is_not_waited_for_for_ever(bare, tmp_path):
    east, west = Machine(tmp_path, "east"), Machine(tmp_path, "west")
    ours = east.take(10_000_000.0)
    with pytest.raises(LeaseHeldError):
        west.take(20.0)
    assert west.take(20.0, still_for={ours.file: 90.0}.__getitem__).lease.number == 2


def test_what_nobody_can_read_is_nobodys(bare, tmp_path):
    east = Machine(tmp_path, "east")
    east.clone.git("push", "-q", "origin", f"HEAD:{REF}")
    assert east.take(0.0).lease.number == 1


def test_a_remote_that_takes_nothing_but_branches_says_so(bare, tmp_path):
    hook = bare.path / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\n! grep -q refs/gt/\n")
    hook.chmod(0o755)
    with pytest.raises(DeclinedError, match=r"origin takes no leases: .*pre-receive hook"):
        Machine(tmp_path, "east").take(0.0)


def test_whoever_was_stopped_until_another_had_the_lease_is_refused_by_the_server(
    bare, tmp_path
):
    """A hundred times: before the push began, or when git knew where the refs stood."""
    begin = bare.git("rev-parse", MAIN)
    machines = [_Refinery(Machine(tmp_path, name), begin) for name in ("east", "west")]
    try:
        now = 0.0
        assert machines[0].ask("take", now) == "1"
        answers = []
        for number in range(ROUNDS):
            paused, other = machines
            now += 60.0 + SKEW
            paused.stop(now, within_git=number % 2 == 1)
            assert other.ask("take", now) == str(number + 2)
            answers.append(paused.go_on())
            machines = [other, paused]
        assert answers == ["too late"] * ROUNDS
        assert bare.git("rev-parse", MAIN) == begin
        assert machines[0].ask("land", now) == "taken"
        assert bare.git("rev-parse", MAIN) == machines[0].new
    finally:
        for each in machines:
            each.end()


class _Refinery:
    """A process that lands on the hub's main, and can be stopped in the middle of it."""

    def __init__(self, machine: Machine, old: str) -> None:
        clone = machine.clone
        self.new = clone.commit("hats", f"from {clone.path.name}\n")
        self._fifo = clone.path / "stopped"
        hook = clone.path / ".git" / "hooks" / "pre-push"
        hook.write_text(STOPS.format(fifo=self._fifo))
        hook.chmod(0o755)
        self._stopped: list[int] = []
        self._process = subprocess.Popen(
            [sys.executable, "-c", REFINERY, str(clone.path / ".git"), clone.path.name, old,
             self.new],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def ask(self, word: str, now: float) -> str:
        self._say(word, now)
        return self._answer()

    def stop(self, now: float, *, within_git: bool) -> None:
        """Let it land, and stop it before it does."""
        if within_git:
            os.mkfifo(self._fifo)
            self._say("land", now)
            hook = int(self._fifo.read_text())
            until(lambda: _is_stopped(hook))
            self._fifo.unlink()
            self._stopped.append(hook)
        os.kill(self._process.pid, signal.SIGSTOP)
        self._stopped.append(self._process.pid)
        if not within_git:
            self._say("land", now)

    def go_on(self) -> str:
        while self._stopped:
            os.kill(self._stopped.pop(), signal.SIGCONT)
        return self._answer()

    def end(self) -> None:
        for pid in (*self._stopped, self._process.pid):
            os.kill(pid, signal.SIGCONT)
        with self._process as process:
            process.stdin.close()

    def _say(self, word: str, now: float) -> None:
        self._process.stdin.write(f"{word} {now}\n")
        self._process.stdin.flush()

    def _answer(self) -> str:
        return self._process.stdout.readline().strip()


def _is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
