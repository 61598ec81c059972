"""A watcher that dies, or does nothing any more, is seen to from outside."""

import signal

import pytest
from filelock import FileLock

from gitgt.daemon import boot
from gitgt.daemon.ending import down
from gitgt.daemon.instance import Instance
from gitgt.errors import LeaseHeldError
from gitgt.model.boot import Decision
from gitgt.runtime import identity
from gitgt.runtime.process import wait_for_end
from gitgt.services import install
from gitgt.services.deacon import heartbeat
from gitgt.services.town import Town
from tests.support.commandline import gt
from tests.support.outputs import answered
from tests.support.town import TESS
from tests.support.waiting import until

pytestmark = pytest.mark.e2e


@pytest.fixture
def town(tmp_path):
    made, _ = install.install(tmp_path / "town", TESS, Town.clock)
    found = Town(made.root)
    yield found
    down(found.root, Instance(found.gt), [found.gt], grace=1)


class Place:
    """A town to type commands in."""

    def __init__(self, town):
        self.town = town


def test_boot_starts_wakes_and_replaces_a_watcher_and_leaves_one_alone_that_is_well(town):
    here = Place(town)
    assert boot.triage(town).verdict.why == "no watcher lives, and none is meant to"
    assert answered(here, "boot spawn")["did"].endswith("was started")
    until(lambda: heartbeat.read(town.gt))
    first = Instance(town.gt).who()
    assert answered(here, "boot triage")["decision"] == "nothing"

    identity.send(first, signal.SIGKILL)
    wait_for_end([first], 10)
    done = boot.triage(town)
    assert done.verdict.decision is Decision.START
    second = Instance(town.gt).who()
    assert second not in (None, first)
    until(lambda: boot.look(town).verdict.decision is Decision.NOTHING)

    identity.send(second, signal.SIGSTOP)
    beat = heartbeat.read(town.gt)
    heartbeat.write(town.gt, heartbeat.Heartbeat(beat.at, town.clock() - 901, beat.cycle))
    assert boot.triage(town).did == f"let process {second.pid} go on"
    again = boot.triage(town)
    assert again.did.endswith("s ago, and waited for")
    heartbeat.write(town.gt, heartbeat.Heartbeat(beat.at, town.clock() - 1201, beat.cycle))
    assert boot.triage(town).verdict.decision is Decision.INTERRUPT
    third = Instance(town.gt).who()
    assert third not in (None, second)
    assert not identity.is_alive(second)

    with FileLock(town.gt / "boot.lock"), pytest.raises(LeaseHeldError):
        boot.triage(town)
    assert answered(here, "boot status")["last"]["decision"] == "interrupt"
    assert gt("down", cwd=town.root).code == 0
    assert heartbeat.read(town.gt) is None
    assert boot.triage(town).verdict.decision is Decision.NOTHING
