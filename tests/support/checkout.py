"""A worktree in which a test types git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path


class Checkout:
    """A worktree, wherever it came from; ``git`` fails loudly."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def init(cls, path: Path, *, branch: str = "main") -> Checkout:
        """Make a repository with one commit in it."""
        path.mkdir(parents=True, exist_ok=True)
        made = cls(path)
        made.git("init", "-q", "-b", branch)
        made.commit("README", "A project.\n", message="Begin")
        return made

    @classmethod
    def clone(cls, source: Path, path: Path) -> Checkout:
        """Clone a repository."""
        path.parent.mkdir(parents=True, exist_ok=True)
        cls(path.parent).git("clone", "-q", str(source), str(path))
        return cls(path)

    def git(self, *argv: str, stdin: str = "", env: Mapping[str, str] | None = None) -> str:
        """Type a git command, and return what it answered, less the last line's end."""
        done = self.attempt(*argv, stdin=stdin, env=env)
        if done.returncode:
            told = f"git {' '.join(argv)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
            raise AssertionError(told)
        return done.stdout.removesuffix("\n")

    def attempt(
        self, *argv: str, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Type a git command that may fail."""
        return subprocess.run(
            ["git", *argv],
            cwd=self.path,
            input=stdin,
            env=_environment(env),
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
            timeout=60,
        )

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file, and the folders that it needs."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def read(self, name: str) -> str:
        """Return a file's text."""
        return (self.path / name).read_text()

    def commit(self, name: str, text: str | bytes | None = None, *, message: str = "") -> str:
        """Write one file, commit it, and return the commit."""
        self.write(name, f"{name}\n" if text is None else text)
        self.git("add", "--", name)
        self.git("commit", "-q", "-m", message or f"Write {name}")
        return self.head

    @property
    def head(self) -> str:
        """The commit that is checked out."""
        return self.git("rev-parse", "HEAD")

    @property
    def branch(self) -> str:
        """The branch that is checked out, or nothing."""
        return self.git("branch", "--show-current")

    def subjects(self, revision: str = "HEAD") -> list[str]:
        """Return the subject lines of a history, the newest first."""
        return self.git("log", "--format=%s", revision).splitlines()


def _environment(more: Mapping[str, str] | None) -> dict[str, str] | None:
    return {**os.environ, **more} if more else None
