"""Kills a process right before any of its calls that leave Python: to the system, git, sqlite.

Finer than ``faults``, which knows what gitgt does; this one knows nothing of it.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

_OUTSIDE: Final = (
    "posix",
    "io",
    "_io",
    "fcntl",
    "_posixsubprocess",
    "_sqlite3",
    "sqlite3",
    "pygit2",
    "_pygit2",
)
# What only computes, though the system's module has it.
_INSIDE: Final = frozenset({"fspath", "text_encoding", "WIFSTOPPED", "waitstatus_to_exitcode"})


def killed(act: Callable[[], str], number: int) -> str:
    """Let a process of its own do *act*, and kill it before its call with that *number*.

    Return what *act* returned if it came to that, else nothing.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _be_the_child(act, number, writer)
    os.close(writer)
    with os.fdopen(reader) as answer:
        said = answer.read()
    _, status = os.waitpid(child, 0)
    by_us = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert by_us or status == 0, "see what the process said above"
    return said


def calls(act: Callable[[], Any]) -> int:
    """Return how many such calls *act* makes."""

    def count() -> str:
        seen = _Calls()
        sys.setprofile(seen)
        act()
        sys.setprofile(None)
        return str(seen.number)

    return int(killed(count, 0))


class _Calls:
    """Counts calls, and ends the process before the one with the number *last*."""

    def __init__(self, last: int = 0) -> None:
        self.number = 0
        self._last = last
        self._waits = False

    def __call__(self, _frame: FrameType, event: str, what: Any) -> None:
        if event != "c_call" or not _leaves(what):
            return
        # Not while a program of ours runs: it would go on, beside whoever comes next.
        waited, self._waits = (
            self._waits,
            what.__name__ == "fork_exec" or (self._waits and what.__name__ != "waitpid"),
        )
        if waited:
            return
        self.number += 1
        if self.number == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


def _leaves(what: Any) -> bool:
    owner = getattr(what, "__module__", None) or type(what.__self__).__module__
    return owner.partition(".")[0] in _OUTSIDE and what.__name__ not in _INSIDE


def _be_the_child(act: Callable[[], str], number: int, writer: int) -> None:
    code = 1
    try:
        if number:
            sys.setprofile(_Calls(number))
        said = act()
        sys.setprofile(None)
        os.write(writer, said.encode())
        code = 0
    except BaseException:  # noqa: BLE001 - nothing may get back into the parent's code
        traceback.print_exc()
    finally:
        os._exit(code)
