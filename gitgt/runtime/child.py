"""The door to the ``sh`` package: one child, leader of a session of its own.

Of sh we use what starts a process, not what reads its output: its readers look every 100 ms,
wait 2 s for a grandchild that keeps the pipe, and deal in lines. It is handed file
descriptors instead (``docs/decisions/012-sh-in-the-shim.md`` has the measurements).
"""

from __future__ import annotations

import os
import re
import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

import sh

from gitgt.errors import EnvironmentProblemError

# How Python dresses up what the system said, and the name of the program behind it.
_SYSTEM_ERROR: Final = re.compile(r"^\W*\w+: (\[Errno \d+\] )?|: b?'[^']*'$")


class Child:
    """A running command."""

    def __init__(self, running: sh.RunningCommand) -> None:
        self._running = running

    @property
    def pid(self) -> int:
        """Its pid, which is also the id of its session and of its first group."""
        return int(self._running.process.pid)

    def ended(self) -> int | None:
        """Return the exit code, negative for a signal, None while it runs.

        Raises:
            EnvironmentProblemError: it has ended, and somebody else was told how.
        """
        alive, code = self._running.process.is_alive()
        if alive:
            return None
        if code is None:
            raise EnvironmentProblemError(f"how process {self.pid} ended is not known")
        return int(code)


def start(  # noqa: PLR0913 - all that a process begins with
    program: Path,
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdin: BinaryIO,
    output: int,
    memory: int | None = None,
) -> Child:
    """Start *program*; *output* is a descriptor that takes stdout and stderr.

    Neither it nor any that it starts gets more than *memory* bytes.

    Raises:
        EnvironmentProblemError: the system refuses to run it.
    """
    try:
        running = sh.Command(str(program))(
            *(_as_bytes_in_latin_1(word) for word in argv[1:]),
            _bg=True,
            _bg_exc=False,
            _new_session=True,
            _tty_in=False,
            _tty_out=False,
            _in=stdin,
            _out=output,
            _err=output,
            _cwd=str(cwd),
            _env=dict(env),
            _encoding="latin-1",
            _preexec_fn=partial(_as_if_in_the_foreground, memory),
        )
    except sh.ForkException as error:
        said = _SYSTEM_ERROR.sub("", str(error).strip().splitlines()[-1])
        raise EnvironmentProblemError(f"{program} cannot be run: {said}") from error
    except sh.CommandNotFound as error:
        raise EnvironmentProblemError(f"{program} is not there any more") from error
    return Child(running)


def _as_bytes_in_latin_1(word: str) -> str:
    """Let any bytes through sh, which encodes words and knows no surrogates."""
    return os.fsencode(word).decode("latin-1")


def _as_if_in_the_foreground(memory: int | None) -> None:
    """Undo what sh 2.4 does to a background command: it would ignore a hang-up forever."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if memory is not None:
        _limit(memory)


def _limit(memory: int) -> None:
    """Let no process of ours take more than *memory* bytes.

    Linux counts what is written to (RLIMIT_DATA); the whole address space, of which much is
    only reserved, is limited where there is nothing better.
    """
    kind = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
    _, most = resource.getrlimit(kind)
    limit = memory if most == resource.RLIM_INFINITY else min(memory, most)
    resource.setrlimit(kind, (limit, limit))
