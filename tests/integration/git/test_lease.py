"""Leases in a real repository: several processes want one, one after the other has it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gitgt.errors import LeaseHeldError
from gitgt.git import lease
from gitgt.git.repository import Repository
from gitgt.model.lease import Holder
from gitgt.services import leases
from tests.support.checkout import Checkout

ME = Holder("deacon", "here", 1, "1")
OTHER = Holder("mayor", "there", 2, "2")

# Each adds one to a file, which takes three steps that nobody else may come between.
COUNTER = """
import sys, threading
from pathlib import Path
from gitgt.errors import LeaseHeldError
from gitgt.git import lease
from gitgt.git.repository import Repository
from gitgt.services import leases

repository, count = Repository(Path(sys.argv[1])), Path(sys.argv[2])
pause = threading.Event()
done = 0
while done < 10:
    try:
        mine = lease.take(repository, "count", leases.me(sys.argv[3]), now=0.0, lasts=60.0,
                          is_gone=leases.is_gone)
    except LeaseHeldError:
        pause.wait(0.002)
        continue
    number, *names = count.read_text().split()
    pause.wait(0.001)
    count.write_text(" ".join([str(int(number) + 1), *names, str(mine.number)]))
    done += 1
    if sys.argv[3] != "dies" or done < 10:
        lease.release(repository, "count", mine)
"""


@pytest.fixture
def repository(tmp_path):
    return Repository(Checkout.init(tmp_path / "project").path / ".git")


def never(_: Holder) -> bool:
    return False


def take(repository, who, now):
    return lease.take(repository, "gc", who, now=now, lasts=60, is_gone=never)


def test_one_has_it_until_its_time_is_over(repository):
    mine = take(repository, ME, 0)
    with pytest.raises(LeaseHeldError) as refused:
        take(repository, OTHER, 59)
    assert refused.value.message == "deacon is at gc (process 1 on here)"
    assert lease.renew(repository, "gc", mine, now=59, lasts=60).until == 119
    theirs = take(repository, OTHER, 200)
    assert (mine.number, theirs.number) == (1, 2)
    with pytest.raises(LeaseHeldError, match="mayor is at gc"):
        lease.check(repository, "gc", mine)
    with pytest.raises(LeaseHeldError):
        lease.renew(repository, "gc", mine, now=201, lasts=60)
    assert not lease.release(repository, "gc", mine)
    assert lease.release(repository, "gc", theirs)
    assert lease.look(repository, "gc").fields() == {"number": 2}


def test_what_nobody_can_read_is_nobodys(repository):
    blob = repository.write_blob(b"spoilt")
    Checkout(repository.common.parent).git("update-ref", f"{lease.LEASES}gc", blob)
    assert take(repository, ME, 0).number == 1


def test_several_processes_take_it_one_after_the_other_also_from_the_dead(repository, tmp_path):
    count = tmp_path / "count"
    count.write_text("0")
    argv = [sys.executable, "-c", COUNTER, str(repository.common), str(count)]
    rivals = [subprocess.Popen([*argv, who]) for who in ("ann", "ben", "dies")]
    assert [each.wait(60) for each in rivals] == [0, 0, 0]
    number, *taken = count.read_text().split()
    assert number == "30"
    assert [*map(int, taken)] == list(range(1, 31))


def test_a_holder_is_gone_only_if_that_is_sure():
    gone = subprocess.Popen(["true"])
    gone.wait()
    mine = leases.me("deacon")
    assert not leases.is_gone(mine)
    assert leases.is_gone(Holder("deacon", leases.host(), gone.pid, "1"))
    assert not leases.is_gone(Holder("deacon", "elsewhere", gone.pid, "1"))
    assert not leases.is_gone(Holder("deacon", leases.host(), gone.pid, ""))
