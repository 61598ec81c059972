"""Ask a program what it is, so that a verdict is not used where another one would answer."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.runtime.program import find_program

_PATIENCE: Final = 30.0


def take(argv: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> str:
    """Return a hash of what *argv* prints.

    Raises:
        EnvironmentProblemError: it cannot be run, says no, or does not come to an end.
    """
    said = " ".join(argv)
    try:
        done = subprocess.run(
            [str(find_program(tuple(argv), cwd, environ)), *argv[1:]],
            cwd=cwd,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EnvironmentProblemError(f"{said} took longer than {_PATIENCE:g} s") from error
    except OSError as error:
        raise EnvironmentProblemError(f"{said} cannot be run: {error.strerror}") from error
    if done.returncode:
        raise EnvironmentProblemError(f"{said} exited with {done.returncode}")
    return hashlib.sha256(done.stdout).hexdigest()[:16]
