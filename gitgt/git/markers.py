"""What a worktree is for, as small files in its git directory.

The hooks find out by them, without a fork, whether a commit concerns gitgt. They are derived
from the ledger: whoever makes or repairs a worktree writes them again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gitgt.git import faults
from gitgt.values import dataclass

_DESK: Final = "gt-desk"
_ASTRAY: Final = "gt-astray"
_ASSIGNMENT: Final = "gt-assignment"
_BEGUN: Final = "gt-begun"
_COMMITTING: Final = "gt-committing"
_HANDING_IN: Final = "gt-handing-in"
# What git leaves in a worktree's git directory while it waits for somebody to go on.
_UNDER_WAY: Final = {
    "rebase-merge": "rebase", "rebase-apply": "rebase", "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick", "REVERT_HEAD": "revert",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Assignment:
    """Whose worktree it is, for which bead, on which branch, to land on which (short names)."""

    bead: str
    agent: str
    branch: str
    target: str = ""


def mark_desk(git_dir: Path) -> None:
    """Say that the worktree with *git_dir* is a desk."""
    (git_dir / _DESK).touch()


def is_desk(git_dir: Path) -> bool:
    """Tell whether the worktree is a desk: it stands on a desk branch, or was made one."""
    if (git_dir / _DESK).exists():
        return True
    try:
        return _head(git_dir).startswith("ref: refs/heads/desk/")
    except OSError:
        return False


def _head(git_dir: Path) -> str:
    return (git_dir / "HEAD").read_text()


def mark_astray(git_dir: Path) -> None:
    """Say that the worktree was taken off the ledger, and that its owner is to be told."""
    (git_dir / _ASTRAY).write_text("tell\n")


def forget_astray(git_dir: Path) -> None:
    """Note that the worktree stands on its branch again, and there is nothing to tell."""
    (git_dir / _ASTRAY).unlink(missing_ok=True)


def is_astray(git_dir: Path) -> bool:
    """Tell whether the worktree was taken off the ledger, and stands on no branch since."""
    try:
        return (git_dir / _ASTRAY).exists() and not _head(git_dir).startswith("ref: ")
    except OSError:
        return False


def told_astray(git_dir: Path) -> bool:
    """Note that the owner is told; tell whether that was still to be done."""
    mark = git_dir / _ASTRAY
    if not is_astray(git_dir):
        forget_astray(git_dir)
        return False
    had_to = bool(mark.read_text())
    mark.write_text("")
    return had_to


def mark_assignment(git_dir: Path, assignment: Assignment) -> None:
    """Say whose worktree it is; another assignment than before has not begun."""
    if assignment_of(git_dir) == assignment:
        return
    faults.act("mark", git_dir)
    (git_dir / _BEGUN).unlink(missing_ok=True)
    draft = git_dir / f"{_ASSIGNMENT}.new"
    said = (assignment.bead, assignment.agent, assignment.branch, assignment.target)
    draft.write_text("".join(f"{each}\n" for each in said))
    draft.replace(git_dir / _ASSIGNMENT)


def assignment_of(git_dir: Path) -> Assignment | None:
    """Return the assignment of the worktree, None if it has none."""
    try:
        rows = (git_dir / _ASSIGNMENT).read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return Assignment(*rows[:4]) if len(rows) >= 3 else None


def mark_begun(git_dir: Path) -> None:
    """Say that the assignment's first commit was reported."""
    (git_dir / _BEGUN).touch()


def has_begun(git_dir: Path) -> bool:
    """Tell whether the assignment's first commit was reported."""
    return (git_dir / _BEGUN).exists()


def clear(git_dir: Path) -> None:
    """Take the assignment away: the worktree is kept for the next one."""
    for name in (_BEGUN, _ASSIGNMENT):
        (git_dir / name).unlink(missing_ok=True)


def is_rebasing(git_dir: Path) -> bool:
    """Tell whether a rebase or a series of picks is under way.

    While it is, a rebase stands on no branch; when post-rewrite runs it is back on its own, and
    git has only to tidy up.
    """
    if (git_dir / "rebase-merge").is_dir():
        return not _is_back(git_dir)
    return any((git_dir / name).is_dir() for name in ("rebase-apply", "sequencer"))


def _is_back(git_dir: Path) -> bool:
    try:
        branch = (git_dir / "rebase-merge" / "head-name").read_text().strip()
        return (git_dir / "HEAD").read_text().strip() == f"ref: {branch}"
    except (OSError, UnicodeDecodeError):
        return False


def under_way(git_dir: Path) -> str:
    """Return the git command that was begun and has come to no end; empty if there is none."""
    for name, verb in _UNDER_WAY.items():
        if (git_dir / name).exists():
            return verb
    return ""


def is_committing(git_dir: Path) -> bool:
    """Tell whether a ``git commit`` is under way: moving HEAD now would break it."""
    try:
        pid = int((git_dir / _COMMITTING).read_text())
    except (OSError, ValueError):
        return False
    import psutil  # 25 ms, which few have to wait for

    with contextlib.suppress(ValueError, psutil.Error):
        return pid > 0 and psutil.Process(pid).name().startswith("git")
    return False


@contextlib.contextmanager
def handing_in(git_dir: Path, who: str) -> Iterator[None]:
    """Say that *who* hands in the work of the worktree, as long as that goes on.

    Whoever is killed meanwhile leaves that behind.
    """
    mark = git_dir / _HANDING_IN
    with contextlib.suppress(OSError):  # then nobody can tell that it was not ended
        mark.write_text(who)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            mark.unlink(missing_ok=True)


def who_hands_in(git_dir: Path) -> tuple[str, float]:
    """Return who began to hand in the work of the worktree, and when; nobody, if it ended."""
    mark = git_dir / _HANDING_IN
    try:
        return mark.read_text(), mark.stat().st_mtime
    except OSError:
        return "", 0.0
