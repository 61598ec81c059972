"""A network of a test's own: machines that are processes, and cables that can be pulled.

Each machine is a network namespace with one cable to a bridge, where the test itself sits. No
root is needed: all of it lies in a user namespace, which goes with the last process in it.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

HUB: Final = "10.77.0.1"
_NEWUSER, _NEWNET = 0x1000_0000, 0x4000_0000
_PDEATHSIG: Final = 1
_COULD_NOT: Final = 77


def in_a_network(story: Callable[[Network], None]) -> None:
    """Tell *story* in a process that sits at the bridge of a network of its own.

    Where this machine lets nobody make one the test is skipped, and says why.
    """
    for program in ("ip", "nsenter"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    child = os.fork()
    if child == 0:
        os._exit(_tell(story))
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code == _COULD_NOT:
        pytest.skip("nobody may make a network namespace here")
    assert code == 0, "see what the story said above"


def _tell(story: Callable[[Network], None]) -> int:
    signal.alarm(0)
    try:
        _unshare()
        _ip("link", "set", "lo", "up")
        _ip("link", "add", "br0", "type", "bridge")
        _ip("addr", "add", f"{HUB}/24", "dev", "br0")
        _ip("link", "set", "br0", "up")
    except (OSError, subprocess.CalledProcessError):
        return _COULD_NOT
    network = Network()
    try:
        story(network)
    except BaseException:  # noqa: BLE001 - nothing may get back into the parent's code
        traceback.print_exc()
        sys.stderr.flush()
        return 1
    finally:
        network.close()
    return 0


def _unshare() -> None:
    user, group = os.getuid(), os.getgid()
    if _libc().unshare(_NEWUSER | _NEWNET):
        raise OSError("no namespaces")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _ip(*argv: str, of: int = 0) -> None:
    there = ["nsenter", "-t", str(of), "-n"] if of else []
    subprocess.run([*there, "ip", *argv], check=True, capture_output=True)


class Network:
    """The bridge, and the machines at it."""

    def __init__(self) -> None:
        self.machines: list[Machine] = []

    def machine(self, life: Callable[[str], Any]) -> Machine:
        """Let a process be a machine: it answers each line that it is told, until the end."""
        made = Machine(len(self.machines) + 2, life)
        self.machines.append(made)
        return made

    def close(self) -> None:
        """End all of them."""
        for each in self.machines:
            each.close()


class Machine:
    """One of them; *number* is the end of its address."""

    def __init__(self, number: int, life: Callable[[str], Any]) -> None:
        mine, its = os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(mine[1])
            os.close(its[0])
            os._exit(_live(life, mine[0], its[1]))
        os.close(mine[0])
        os.close(its[1])
        self._tell = os.fdopen(mine[1], "w")
        self._hear = os.fdopen(its[0])
        self.answer()  # it has a network of its own by now
        _ip("link", "add", f"m{number}", "type", "veth", "peer", "name", "eth0")
        _ip("link", "set", "eth0", "netns", str(self.pid))
        _ip("link", "set", f"m{number}", "master", "br0", "up")
        _ip("link", "set", "lo", "up", of=self.pid)
        _ip("addr", "add", f"10.77.0.{number}/24", "dev", "eth0", of=self.pid)
        self.plug()

    def plug(self) -> None:
        """Put the cable in."""
        _ip("link", "set", "eth0", "up", of=self.pid)

    def pull(self) -> None:
        """Pull the cable."""
        _ip("link", "set", "eth0", "down", of=self.pid)

    def ask(self, line: str) -> None:
        """Let it do something; the answer is for later."""
        self._tell.write(f"{line}\n")
        self._tell.flush()

    def answer(self) -> Any:
        """Wait for the answer to what it was asked."""
        said = json.loads(self._hear.readline() or '{"failed": "it is gone"}')
        if isinstance(said, dict) and "failed" in said:
            raise AssertionError(said["failed"])
        return said

    def close(self) -> None:
        """End it; that nothing more comes it could not see, for others have the same pipe."""
        self.ask("")
        self._tell.close()
        self._hear.close()
        os.waitpid(self.pid, 0)


def _live(life: Callable[[str], Any], ear: int, mouth: int) -> int:
    with os.fdopen(ear) as told, os.fdopen(mouth, "w") as say:
        _libc().prctl(_PDEATHSIG, signal.SIGKILL)
        if _libc().unshare(_NEWNET):
            return _COULD_NOT
        _answer(say, "here")
        while line := told.readline().strip():
            try:
                _answer(say, life(line))
            except BaseException:  # noqa: BLE001 - it is told, and nothing gets back
                _answer(say, {"failed": traceback.format_exc()})
        life("")
    return 0


def _answer(say: Any, what: Any) -> None:
    say.write(f"{json.dumps(what)}\n")
    say.flush()
