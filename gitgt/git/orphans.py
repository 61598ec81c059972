"""Worktrees whose folder is gone: what they stood on is kept, and git forgets them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gitgt.git import refs, trash
from gitgt.git.command import git
from gitgt.git.repository import Repository

# A folder may be away for a moment, while somebody moves it.
_PATIENCE: Final = 3600.0


def orphans(common: Path, *, now: float) -> dict[Path, Path]:
    """Return the git directories of worktrees whose folder is gone, with that folder.

    One whose parent is gone too may be on a disk that is not there just now: nobody can tell.
    One that is locked somebody wants to keep.
    """
    found: dict[Path, Path] = {}
    for git_dir in refs.git_dirs(common):
        if git_dir == common or (git_dir / "locked").exists():
            continue
        try:
            folder = Path((git_dir / "gitdir").read_text().strip()).parent
            age = now - (git_dir / "HEAD").stat().st_mtime
        except OSError:
            continue
        if not folder.exists() and folder.parent.is_dir() and age > _PATIENCE:
            found[git_dir] = folder
    return found


def let_go(repository: Repository, *, now: float) -> list[Path]:
    """Forget the worktrees that are gone, what they stood on in the trash; return them."""
    gone = orphans(repository.common, now=now)
    loose = {
        f"detached/{git_dir.name}": tip
        for git_dir in gone
        if refs.head_of(git_dir) is None and (tip := _detached(git_dir)) is not None
    }
    trash.discard(repository, loose, now=now)
    for folder in gone.values():
        git("worktree", "remove", "--force", str(folder), cwd=repository.common)
    return [*gone.values()]


def _detached(git_dir: Path) -> str | None:
    said = (git_dir / "HEAD").read_text().strip()
    return said if said and not said.startswith("ref:") else None
