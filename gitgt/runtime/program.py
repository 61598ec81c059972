"""Find what a command line would run, and say why it cannot, before anything is started."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from gitgt.errors import EnvironmentProblemError, ToolMissingError


def find_program(argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> Path:
    """Return the file that *argv* runs in *cwd*, looked for on the PATH of *env*.

    Raises:
        EnvironmentProblemError: the folder is not there, or the file may not be executed.
        ToolMissingError: there is no such program.
    """
    if not cwd.is_dir():
        raise EnvironmentProblemError(f"the folder {cwd} is not there")
    if not argv or not argv[0]:
        raise ToolMissingError("there is no command to run")
    if "/" in argv[0]:
        return _executable(cwd / argv[0])
    found = shutil.which(argv[0], path=env.get("PATH", os.defpath))
    if found is None:
        raise ToolMissingError(
            f"there is no program {argv[0]!r}", hint="install it, or give its whole path"
        )
    return cwd / found


def _executable(path: Path) -> Path:
    if not path.is_file():
        raise ToolMissingError(f"there is no program {path}")
    if not os.access(path, os.X_OK):
        raise EnvironmentProblemError(f"{path} may not be executed", hint=f"chmod +x '{path}'")
    return path
