"""A bare repository with linked worktrees and our hooks, and something in gitgt's place.

What the hooks start writes down what it was asked: so a test can tell what the shell decided.
"""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gitgt.git import githooks, markers, refs
from gitgt.git.markers import Assignment
from gitgt.git.repository import Repository
from gitgt.git.spool import Spool
from tests.support.checkout import Checkout

_ASKED = """\
#!/bin/sh
printf '%s\\n' "$*" >>'{asked}'
cat >>'{asked}'
exit {code}
"""


class Hub:
    """The repository ``a hub.git`` in a folder, its town, and what was asked so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.town = folder / "the town"
        self.common = folder / "a hub.git"
        self.asked_path = folder / "asked"
        self.asked_path.touch()
        project = Checkout.init(folder / "project")
        project.git("clone", "-q", "--bare", str(project.path), str(self.common))
        self.repository = Repository(self.common)
        targets = ["refs/heads/main", "refs/heads/beads"]
        githooks.install(self.repository, town=self.town, targets=targets)
        self.answer(0)

    def answer(self, code: int) -> None:
        """Let what the hooks start exit with *code*."""
        self.command.write_text(_ASKED.format(asked=self.asked_path, code=code))

    @property
    def command(self) -> Path:
        """What the hooks start."""
        return self.common / "gt" / "command"

    def asked(self) -> list[str]:
        """Return, and forget, what the hooks asked."""
        text = self.asked_path.read_text()
        self.asked_path.write_text("")
        return text.splitlines()

    def notes(self) -> list[str]:
        """Take the notes."""
        return Spool.of(self.common).take()

    def worktree(self, name: str, branch: str) -> Checkout:
        """Make a linked worktree, and take the note of that."""
        path = self.folder / "work trees" / name
        Checkout(self.common).git("worktree", "add", "-q", "-b", branch, str(path), "main")
        self.notes()
        self.asked()
        return Checkout(path)

    def desk(self) -> Checkout:
        """Make a desk."""
        made = self.worktree("desk", "desk/tess")
        markers.mark_desk(git_dir(made))
        return made

    def sandbox(self, bead: str = "gt-abc12", name: str = "toast") -> Checkout:
        """Make the worktree of an assignment."""
        branch = f"polecat/{name}/{bead}"
        made = self.worktree(name, branch)
        assignment = Assignment(bead, f"shop/polecats/{name}", branch)
        markers.mark_assignment(git_dir(made), assignment)
        return made

    @contextmanager
    def watched(self) -> Iterator[int]:
        """Let a watcher live meanwhile, or what looks like one to the hooks."""
        argv = [sys.executable, "-c", "input()", "git-gt", "watch"]
        with subprocess.Popen(argv, stdin=subprocess.PIPE) as watcher:
            self.write_pid(watcher.pid)
            yield watcher.pid
            watcher.communicate(b"\n")

    def write_pid(self, pid: int | str) -> None:
        """Say which process is the town's watcher."""
        path = self.town / ".git" / "gt" / "watch.pid"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{pid}\n")


def git_dir(checkout: Checkout) -> Path:
    """Return a worktree's own git directory."""
    found = refs.git_dir_of(checkout.path)
    assert found is not None
    return found


def everything(common: Path) -> dict[str, object]:
    """Return each file of a repository, its mode and content, but for objects and gt/."""
    found: dict[str, object] = {}
    for path in sorted(common.rglob("*")):
        name = path.relative_to(common).as_posix()
        if name.startswith(("objects", "gt/")) or name in ("gt", "refs/gt", "logs/refs/gt"):
            continue
        mode = stat.S_IMODE(path.lstat().st_mode)
        if path.is_symlink():
            found[name] = str(path.readlink())
        else:
            found[name] = mode if path.is_dir() else (mode, path.read_bytes())
    return found
