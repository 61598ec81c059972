"""Up, down, and a watcher that is killed."""

import os
import signal
import subprocess
import sys
import threading

import pytest
from filelock import FileLock

from gitgt.daemon.acting import acting
from gitgt.daemon.background import up
from gitgt.daemon.ending import alive, down
from gitgt.daemon.instance import Instance
from gitgt.daemon.presence import watcher_lives
from gitgt.errors import EnvironmentProblemError, LeaseHeldError
from gitgt.runtime import identity, process
from gitgt.runtime.environment import town_mark
from gitgt.runtime.process import Running, Spec
from tests.support.waiting import until

pytestmark = pytest.mark.e2e


@pytest.fixture
def instance(rig):
    found = Instance(rig.path / ".git" / "gt")
    yield found
    down(rig.path, found, [found.folder], grace=1)


@pytest.fixture
def start(rig, instance):
    """Start the watcher as ``up`` does."""

    def go(*flags):
        argv = (sys.executable, "-m", "tests.support.watcher", str(rig.path), *flags)
        return up(rig.path, instance, argv)

    return go


def _diary(rig):
    path = rig.path / "diary"
    return path.read_text().splitlines() if path.exists() else []


def test_up_starts_a_watcher_that_looks_at_everything(rig, instance, start):
    who, is_new = start()

    assert is_new
    assert identity.is_alive(who)
    assert (instance.folder / "watch.pid").read_text() == f"{who.pid}\n{who.started}\n"
    assert watcher_lives(rig.path)
    until(lambda: _diary(rig))


def test_it_outlives_whoever_started_it_and_hears_of_commits(rig, instance):
    argv = [sys.executable, "-m", "tests.support.watcher", str(rig.path)]
    program = (
        "from pathlib import Path; from gitgt.daemon.background import up; "
        "from gitgt.daemon.instance import Instance\n"
        f"up(Path({str(rig.path)!r}), Instance(Path({str(instance.folder)!r})), {argv!r})"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    until(lambda: _diary(rig))
    before = len(_diary(rig))
    rig.commit("a")

    until(lambda: len(_diary(rig)) > before)


def test_up_twice_is_up_once(start):
    who, _ = start()

    assert start() == (who, False)


def test_a_second_watcher_is_refused(instance, start):
    who, _ = start()

    with pytest.raises(LeaseHeldError) as told, instance.held():
        pass
    assert told.value.message == f"a watcher already runs here, process {who.pid}"
    assert told.value.hint == "git gt down stops it"


def test_a_killed_watcher_is_succeeded_at_once(rig, instance, start):
    first, _ = start()
    identity.send(first, signal.SIGKILL)
    until(lambda: not watcher_lives(rig.path))  # its threads end one after another
    assert (instance.folder / "watch.pid").exists()

    second, is_new = start()

    assert is_new
    assert second != first
    assert instance.who() == second


def test_who_is_just_dying_is_waited_for(instance, monkeypatch):
    monkeypatch.setattr("gitgt.daemon.instance._A_MOMENT", 0.05)
    instance.folder.mkdir(parents=True, exist_ok=True)
    (instance.folder / "watch.pid").write_text("999999999\n1\n")
    dying = FileLock(instance.lock, thread_local=False)
    dying.acquire()
    end = threading.Timer(0.3, dying.release)
    end.start()

    with instance.held():
        assert instance.who() == identity.identify(os.getpid())
    end.join()


def test_a_pid_file_of_somebody_else_fools_nobody(rig, instance):
    instance.folder.mkdir(parents=True, exist_ok=True)
    (instance.folder / "watch.pid").write_text(f"{os.getpid()}\n1\n")

    assert not watcher_lives(rig.path)
    assert instance.who() is None
    assert not down(rig.path, instance, [])
    with instance.held():
        assert instance.who() == identity.identify(os.getpid())


def test_a_watcher_that_cannot_start_says_why(rig, instance):
    with pytest.raises(EnvironmentProblemError) as told:
        up(rig.path, instance, [sys.executable, "-c", "raise SystemExit('no disk')"])

    assert told.value.message == "the watcher did not start: no disk"
    assert told.value.hint == f"see {instance.log}"


def test_down_ends_the_watcher(rig, instance, start):
    who, _ = start()
    stopped = down(rig.path, instance, [])

    assert stopped.watcher == who
    assert not identity.is_alive(who)
    assert not (instance.folder / "watch.pid").exists()
    assert not down(rig.path, instance, [])


def test_down_ends_a_deaf_watcher(rig, instance, start):
    who, _ = start("deaf")
    until(lambda: _diary(rig))
    stopped = down(rig.path, instance, [], grace=0.2)

    assert stopped.watcher == who
    assert not identity.is_alive(who)


def _session(rig, instance, name, script):
    folder = instance.folder / "sessions" / "shop.polecats.toast" / name
    env = {"PATH": os.environ["PATH"], "GT_TOWN_RUN": town_mark(rig.path)}
    process.spawn(
        Spec(
            argv=("sh", "-c", script),
            cwd=rig.path,
            env=env,
            directory=folder,
            watcher=instance.lock,
            after=("touch", str(rig.path / "went on")),
        )
    )
    return folder


def test_down_leaves_nobody_alive(rig, instance, start):
    watcher, _ = start()
    sessions = [
        _session(rig, instance, "s1", "sleep 600 & setsid sleep 600 & sleep 600"),
        _session(rig, instance, "s2", "trap '' TERM; while :; do sleep 0.05; done"),
    ]
    for folder in sessions:
        until(lambda: process.look(folder).command)  # noqa: B023 - looked at now
    assert len(alive(rig.path)) >= 5

    stopped = down(rig.path, instance, [instance.folder], grace=0.5)

    assert stopped.watcher == watcher
    assert stopped.runs == tuple(sessions)
    assert alive(rig.path) == []
    assert not (rig.path / "went on").exists()
    assert [process.look(folder).stopped for folder in sessions] == [True, True]


def test_down_finds_what_a_killed_shim_left(rig, instance):
    folder = _session(rig, instance, "s1", "setsid sleep 600 & sleep 600")
    running = until(lambda: (seen := process.look(folder)).command and seen)
    identity.send(running.shim, signal.SIGKILL)
    until(lambda: not isinstance(process.look(folder), Running))
    assert alive(rig.path)

    stopped = down(rig.path, instance, [instance.folder], grace=0.5)

    assert stopped.others
    assert alive(rig.path) == []


def test_down_waits_for_a_pass_that_may_start_something_yet(rig, instance):
    instance.folder.mkdir(parents=True, exist_ok=True)
    stopped = []
    ending = threading.Thread(
        target=lambda: stopped.append(down(rig.path, instance, [instance.folder], grace=0.2))
    )
    with acting(instance.folder) as mine:
        assert mine
        ending.start()
        until(instance.is_running)  # it keeps others from starting anything
        ending.join(0.3)
        folder = _session(rig, instance, "s1", "sleep 600")
    ending.join()

    assert stopped[0].runs == (folder,)
    assert alive(rig.path) == []


def test_down_of_one_town_lets_another_alone(rig, instance, tmp_path):
    from tests.support.checkout import Checkout

    other = Checkout.init(tmp_path / "other")
    there = Instance(other.path / ".git" / "gt")
    folder = _session(other, there, "s1", "sleep 600")
    try:
        down(rig.path, instance, [instance.folder])
        assert isinstance(process.look(folder), Running)
    finally:
        down(other.path, there, [there.folder], grace=0)
    assert alive(other.path) == []
