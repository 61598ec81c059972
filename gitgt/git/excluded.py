"""Files of ours in a worktree that git does not show: in ``info/exclude``, never tracked."""

from __future__ import annotations

import fcntl
from pathlib import Path

from gitgt.git import faults, refs
from gitgt.git.command import attempt


def is_tracked(folder: Path, path: str) -> bool:
    """Tell whether git tracks *path* below *folder*, or did in its last commit."""
    if attempt("ls-files", "--error-unmatch", "--", path, cwd=folder).ok:
        return True
    return attempt("cat-file", "-e", f"HEAD:./{path}", cwd=folder).ok


def exclude(folder: Path, path: str) -> None:
    """Let git not show *path* below *folder*, in no worktree of this repository."""
    top = refs.top_of(folder)
    git_dir = None if top is None else refs.git_dir_of(top)
    if top is None or git_dir is None:
        return
    pattern = f"/{(folder / path).relative_to(top).as_posix()}".encode()
    file = refs.common_dir(git_dir) / "info" / "exclude"
    file.parent.mkdir(exist_ok=True)
    with file.open("a+b") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        opened.seek(0)
        content = opened.read()
        if pattern in content.split(b"\n"):
            return
        faults.act("write", file)
        opened.write(
            (b"\n" if content and not content.endswith(b"\n") else b"") + pattern + b"\n"
        )
