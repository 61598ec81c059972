"""The hand that types: real commands in real folders, each told in a line."""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import field
from pathlib import Path

from gitgt.errors import EnvironmentProblemError
from gitgt.git.command import Outcome, attempt, clean_environment
from gitgt.git.signposts import own_command
from gitgt.values import dataclass

_PERSON = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
}


@dataclass
class Hand:
    """Somebody who types in *place*, and says when."""

    place: Path
    tell: Callable[[str], None]
    _began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has been at it."""
        return time.monotonic() - self._began

    def say(self, text: str) -> None:
        """Tell something in a line of its own."""
        self.tell(f"{self.seconds:5.1f}  {text}")

    def types(self, *words: str, where: str = ".") -> str:
        """Run ``git ...`` in a folder, tell so, and return what it answered.

        Raises:
            EnvironmentProblemError: it failed, and what it said.
        """
        short = shlex.join(word.replace(f"{self.place}{os.sep}", "") for word in words)
        self.say(f"$ git {short if len(short) < 100 else f'{short[:97]}...'}")
        folder = self.place / where
        done = _ourselves(words[1:], folder) if words[0] == "gt" else _git(words, folder)
        if not done.ok:
            raise EnvironmentProblemError(
                f"git {words[0]} {words[1]} failed: {done.stderr.strip()}"
            )
        return done.stdout.decode(errors="replace")


def _git(words: Sequence[str], folder: Path) -> Outcome:
    return attempt(*words, cwd=folder, env=_PERSON)


def _ourselves(words: Sequence[str], folder: Path) -> Outcome:
    """Run this very gitgt, wherever git would look for it."""
    done = subprocess.run(
        [*own_command(), *words],
        cwd=folder,
        env=clean_environment(_PERSON),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr.decode(errors="replace"))
