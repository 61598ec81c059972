"""A home, a git configuration and a PATH of our own, whoever runs the tests and where.

Its name has a space in it, so every test is one for paths with spaces. The environment changes
for the whole process, before the first test: what a test starts inherits it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]

# The day on which every commit of the tests is made, so that their ids are constants.
DATE: Final = "2026-11-22T14:30:00 +0000"

# The environment of every test, before it makes another of it.
AT_FIRST: Final[dict[str, str]] = {}

# Marks whatever the tests start; see leftovers.py.
MARK: Final = "GITGT_TEST_RUN"

_FOREIGN: Final = ("GIT_", "GT_", "BD_", "TMUX", "XDG_", "LC_", "PYTEST_ADDOPTS", "VIRTUAL_ENV")
_UNWANTED: Final = (
    "EDITOR",
    "VISUAL",
    "PAGER",
    "NO_COLOR",
    "CDPATH",
    "ENV",
    "BASH_ENV",
    "LANGUAGE",
    "PYTHONDONTWRITEBYTECODE",  # every start would compile the whole package
    "PYTHONUNBUFFERED",
)

_GITCONFIG: Final = """\
[user]
    name = Tess Ter
    email = tess@example.com
[init]
    defaultBranch = main
[gc]
    auto = 0
[maintenance]
    auto = false
"""

_LAUNCH: Final = """\
import sys

sys.path[0] = {root!r}
from gitgt.__main__ import {entry}

sys.exit({entry}())
"""


class World:
    """A temporary folder in which ``HOME``, ``TMPDIR`` and the programs under test lie."""

    def __init__(self) -> None:
        self.run = uuid.uuid4().hex
        self.base = Path(tempfile.mkdtemp(prefix="gitgt tests "))
        self.home = self.base / "home"
        self.temporary = self.base / "tmp"
        self.programs = self.base / "bin"

    def enter(self) -> None:
        """Make the folders, and let this process live in there."""
        for folder in (self.home, self.temporary, self.programs):
            folder.mkdir()
        (self.home / ".gitconfig").write_text(_GITCONFIG)
        install_programs(self.programs)
        _forget_the_machine()
        os.environ.update(self.environment())
        AT_FIRST.update(os.environ)
        tempfile.tempdir = None  # read anew from TMPDIR
        os.umask(0o022)

    def environment(self) -> dict[str, str]:
        """Return what is set in it; all else is the machine's own, less what concerns us."""
        return {
            MARK: self.run,
            "PYTEST_DEBUG_TEMPROOT": str(self.base.parent),  # tmp_path outlives a failure
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "TMUX_TMPDIR": str(self.temporary),
            "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "TERM": "dumb",
            "GIT_CONFIG_GLOBAL": str(self.home / ".gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_TEST_FSYNC": "0",  # processes are killed here, and no machine is switched off
            "GT_SESSIONS_JAIL": "none",  # the same wherever they run; tests of the jail say so
            "GIT_AUTHOR_DATE": DATE,
            "GIT_COMMITTER_DATE": DATE,
        }

    def strays(self) -> list[str]:
        """Return what was left in the home or among the temporary files."""
        found = [*self.home.rglob("*"), *self.temporary.glob("crash-*")]
        return sorted(str(path) for path in found if path != self.home / ".gitconfig")

    def leave(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.base, ignore_errors=True)


def install_programs(folder: Path) -> None:
    """Put ``git-gt`` and ``git-bd`` of this checkout into *folder*."""
    for name, entry in (("git-gt", "main"), ("git-bd", "bd")):
        launch = folder / f".{name}.py"
        launch.write_text(_LAUNCH.format(root=str(ROOT), entry=entry))
        program = folder / name
        words = shlex.join([sys.executable, str(launch)])
        program.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        program.chmod(0o755)


def _forget_the_machine() -> None:
    for name in [*os.environ]:
        if name.startswith(_FOREIGN) or name in _UNWANTED:
            del os.environ[name]
