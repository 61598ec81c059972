"""Read refs as the small files that they are: no process, no library.

Repositories with another ref storage (reftable) are read through ``git for-each-ref``.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from gitgt.git.command import git

_ATTEMPTS = 3
# Where refs stand for this process alone, by repository and name, while it rehearses.
pretended: dict[tuple[Path, str], str | None] = {}


def common_dir(git_dir: Path) -> Path:
    """Return the directory that holds the refs of *git_dir*, itself or its main one."""
    pointer = git_dir / "commondir"
    try:
        text = pointer.read_text().strip()
    except FileNotFoundError:
        return git_dir
    return (git_dir / text).resolve()


def git_dir_of(worktree: Path) -> Path | None:
    """Return the git directory of a checkout's top folder or of a bare repository."""
    entry = worktree / ".git"
    if entry.is_file():
        target = entry.read_text().partition("gitdir:")[2].strip()
        return (worktree / target).resolve() if target else None
    if entry.is_dir():
        return entry.resolve()
    if (worktree / "HEAD").is_file() and (worktree / "objects").is_dir():
        return worktree.resolve()
    return None


def top_of(path: Path) -> Path | None:
    """Return the nearest folder, *path* or above, that is a checkout or a repository."""
    for folder in (path, *path.parents):
        if git_dir_of(folder) is not None:
            return folder
    return None


def git_dirs(common: Path) -> list[Path]:
    """Return the git directories of all checkouts, also of those whose folder is gone."""
    found = [common] if common.name == ".git" else []
    try:
        with os.scandir(common / "worktrees") as entries:
            names = sorted(each.name for each in entries)
    except FileNotFoundError:
        return found
    linked = (common / "worktrees" / name for name in names)
    return [*found, *(each for each in linked if (each / "gitdir").is_file())]


def head_of(git_dir: Path) -> str | None:
    """Return the branch (a full ref) that a checkout stands on; None when detached."""
    try:
        text = (git_dir / "HEAD").read_text().strip()
    except FileNotFoundError:
        return None
    return text.removeprefix("ref: ") if text.startswith("ref: ") else None


def are_stood_on(common: Path, names: Collection[str]) -> bool:
    """Tell whether a checkout stands on one of these branches; each write asks this."""
    return any(head_of(each) in names for each in git_dirs(common))


def read_ref(common: Path, name: str) -> str | None:
    """Return the commit that ref *name* points at, None if there is no such ref."""
    if pretended and (common, name) in pretended:
        return pretended[common, name]
    if not (common / "refs").is_dir() or (common / "reftable").is_dir():
        return _ask_git(common, name).get(name)
    for _ in range(_ATTEMPTS):
        # pack-refs writes the packed file first and then deletes the loose one, so looking in
        # this order misses a ref only if it was packed in between: hence the second look.
        loose = _loose(common / name)
        if loose is not None:
            return _follow(common, loose)
        packed = _packed(common).get(name)
        if packed is not None:
            return packed
        if not (common / name).exists():
            return _packed(common).get(name)
    return None


def read_refs(common: Path, prefix: str) -> dict[str, str]:
    """Return all refs whose names start with *prefix*, which ends at a slash."""
    found = _there_are(common, prefix)
    for (where, name), oid in pretended.items():
        if where == common and name.startswith(prefix):
            found.pop(name, None)
            found.update({} if oid is None else {name: oid})
    return found


def _there_are(common: Path, prefix: str) -> dict[str, str]:
    if (common / "reftable").is_dir():
        return _ask_git(common, prefix.rstrip("/"))
    found = {name: oid for name, oid in _packed(common).items() if name.startswith(prefix)}
    found.update(_loose_below(common, prefix))
    # A ref that was packed between the two looks would be missing from both.
    for name, oid in _packed(common).items():
        if name.startswith(prefix):
            found.setdefault(name, oid)
    return found


def _loose(path: Path) -> str | None:
    try:
        text = path.read_text().strip()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
        return None
    return text or None


def _follow(common: Path, text: str) -> str | None:
    return read_ref(common, text[5:].strip()) if text.startswith("ref: ") else text


def _packed(common: Path) -> dict[str, str]:
    try:
        content = (common / "packed-refs").read_text()
    except FileNotFoundError:
        return {}
    pairs = (row.split(" ", 1) for row in content.splitlines() if row[:1] not in ("#", "^", ""))
    return {pair[1]: pair[0] for pair in pairs if len(pair) == 2}


def _loose_below(common: Path, prefix: str) -> Iterator[tuple[str, str]]:
    root = common / prefix
    if not root.is_dir():
        return
    for path in root.rglob("*"):
        if path.name.endswith(".lock") or path.is_dir():
            continue
        oid = _loose(path)
        if oid is not None and not oid.startswith("ref:"):
            yield path.relative_to(common).as_posix(), oid


def _ask_git(common: Path, pattern: str) -> dict[str, str]:
    answer = git(
        "for-each-ref", "--format=%(objectname) %(refname)", pattern, cwd=common
    ).decode()
    return {name: oid for oid, _, name in (row.partition(" ") for row in answer.splitlines())}
