"""Ask a program something, and wait for its answer: for at most so long, and so much of it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.runtime.program import find_program
from gitgt.values import dataclass

_LATE: Final = 124  # as timeout(1) says it
_MOST: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Said:
    """What a program answered. ``late``: it had not ended in time, and was ended."""

    code: int
    out: bytes
    err: str
    late: bool = False


def ask(
    argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdin: bytes, patience: float,
    most: int = _MOST,
) -> Said:  # fmt: skip
    """Run *argv*, in a session of its own, so that what it started ends with it when late.

    Raises:
        ToolMissingError: there is no such program.
        EnvironmentProblemError: it cannot be run, or has no end of things to say.
    """
    program = find_program(argv, cwd, env)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            child = subprocess.Popen(
                [str(program), *argv[1:]], cwd=cwd, env=dict(env), stdin=subprocess.PIPE,
                stdout=out, stderr=err, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise EnvironmentProblemError(f"{program} cannot be run: {error}") from error
        late = _late(child, stdin, patience)
        size = os.fstat(out.fileno()).st_size
        if size > most:
            raise EnvironmentProblemError(f"{program} answered {size} bytes")
        out.seek(0)
        err.seek(0)
        said = err.read(_MOST).decode(errors="replace")
        return Said(_LATE if late else child.returncode, out.read(), said, late)


def talk(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> int:
    """Let a person talk to *argv* on our own terminal; return its exit code.

    Raises:
        ToolMissingError: there is no such program.
        EnvironmentProblemError: it cannot be run.
    """
    program = find_program(argv, cwd, env)
    try:
        return subprocess.call([str(program), *argv[1:]], cwd=cwd, env=dict(env))
    except OSError as error:
        raise EnvironmentProblemError(f"{program} cannot be run: {error}") from error


def _late(child: subprocess.Popen[bytes], stdin: bytes, patience: float) -> bool:
    """Wait for *child*; if it takes too long, end it, and tell so."""
    try:
        child.communicate(stdin, timeout=patience)
    except subprocess.TimeoutExpired:
        return True
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
    return False
