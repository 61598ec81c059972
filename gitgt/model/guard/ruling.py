"""What a guard says of a command, and what it has to know of where it would run."""

from __future__ import annotations

import posixpath
from enum import StrEnum
from typing import Final

from gitgt.values import dataclass

CREW: Final = "crew"


class Rule(StrEnum):
    """Why a command is refused, in a word; a town can take single rules off."""

    PUSH = "push"
    BRANCH = "branch"
    PULL_REQUEST = "pull-request"
    REFS = "refs"
    FENCE = "fence"
    REMOVE = "remove"
    SYSTEM = "system"
    PACKAGES = "packages"
    DATABASE = "database"
    REMOTE_CODE = "remote-code"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command is not to be run: ``why``, and what to do instead."""

    rule: Rule
    why: str
    hint: str = ""

    @property
    def text(self) -> str:
        """What the agent is told."""
        return f"gt: {self.why}\nhint: {self.hint}" if self.hint else f"gt: {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Who would run a command, and where: ``worktree`` is its sandbox, ``cwd`` where it stands.

    Branches are short names. ``temporary`` are folders where it may do as it likes, but for
    what of the ``town`` lies there.
    """

    role: str = "polecat"
    branch: str = ""
    base: str = ""
    worktree: str = "/"
    cwd: str = "/"
    home: str = ""
    town: str = ""
    temporary: tuple[str, ...] = ("/tmp", "/var/tmp")  # noqa: S108 - whoever's they are

    @property
    def is_crew(self) -> bool:
        """Tell whether it works beside a person, in a worktree that stays."""
        return self.role == CREW

    def place(self, word: str, cwd: str) -> str:
        """Return the path that *word* means to a shell in *cwd*; empty if nobody can say."""
        for name in ("~", "$HOME", "${HOME}"):
            if word == name or word.startswith(f"{name}/"):
                word = (self.home or "/root") + word[len(name) :]
        for name in ("$PWD", "${PWD}"):
            if word == name or word.startswith(f"{name}/"):
                word = cwd + word[len(name) :]
        if word.startswith("$") or not word or (not cwd and not word.startswith("/")):
            return ""
        if word.startswith("~"):  # somebody else's home
            return posixpath.normpath(f"/home/{word[1:]}")
        # Two slashes at the front are kept by POSIX, and mean one.
        return posixpath.normpath(posixpath.join(cwd or "/", word)).replace("//", "/", 1)

    def is_inside(self, path: str) -> bool:
        """Tell whether *path* lies below the sandbox, or where all may do as they like."""
        if _below(path, self.worktree):
            return True
        others = [each for each in (self.town, self.home, self.worktree) if each]
        if any(path == each or _below(each, path) for each in others) or (
            self.town and _below(path, self.town)
        ):
            return False
        return any(_below(path, each) for each in self.temporary)


def _below(path: str, folder: str) -> bool:
    return path.startswith(f"{folder.rstrip('/')}/") and path != folder
