"""Types ``git-gt`` and ``git-bd``, as a person would, in a process of their own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class Answer(NamedTuple):
    """All that a command line gave back; compare it with a plain ``(code, stdout, stderr)``."""

    code: int
    stdout: str
    stderr: str


def gt(
    *words: str,
    cwd: Path,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
    patience: float = 60,
) -> Answer:
    """Run ``git-gt`` somewhere."""
    return _run(["git-gt", *words], cwd, stdin, env, patience)


def bd(*words: str, cwd: Path, stdin: str = "", env: Mapping[str, str] | None = None) -> Answer:
    """Run ``git-bd`` somewhere."""
    return _run(["git-bd", *words], cwd, stdin, env, 60)


def _run(
    argv: list[str], cwd: Path, stdin: str, env: Mapping[str, str] | None, patience: float
) -> Answer:
    done = subprocess.run(
        argv,
        cwd=cwd,
        input=stdin,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
        timeout=patience,
    )
    return Answer(done.returncode, done.stdout, done.stderr)
