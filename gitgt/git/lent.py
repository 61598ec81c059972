"""The repository that a gate finds in its slot: history to read, nothing of the rig's to harm.

It is made anew for each run, of a few files: the rig's objects are read as an alternate, which
git never writes to nor prunes, and there are no remotes, no hooks and no branches of ours. So
``git describe`` and ``git log`` answer, and whatever is committed, deleted or collected is gone
with the slot. A program that looks for the rig's files by their path is stopped by no git: it
runs as the same user.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gitgt.git.command import attempt
from gitgt.git.repository import Repository

_CONFIG: Final = """\
[core]
	repositoryformatversion = 0
	bare = false
	filemode = true
	autocrlf = false
	fsmonitor = false
	hooksPath = /dev/null
[gc]
	auto = 0
[maintenance]
	auto = false
[advice]
	detachedHead = false
"""


def lend(
    repository: Repository, path: Path, commit: str, refs: Mapping[str, str], *, index: Path
) -> None:
    """Make the repository in the folder *path*, at *commit*, with *refs*."""
    folder = path / ".git"
    for each in ("objects/info", "refs", "info"):
        (folder / each).mkdir(parents=True)
    (folder / "config").write_text(_CONFIG)
    objects = repository.common.resolve() / "objects"
    (folder / "objects" / "info" / "alternates").write_text(f"{_quoted(str(objects))}\n")
    rows = "".join(f"{oid} {name}\n" for name, oid in sorted(refs.items()))
    (folder / "packed-refs").write_text(f"# pack-refs with: sorted \n{rows}")
    for name in ("shallow", "info/attributes"):
        if (repository.common / name).exists():
            shutil.copyfile(repository.common / name, folder / name)
    shutil.copyfile(index, folder / "index")
    (folder / "HEAD").write_text(f"{commit}\n")


def stands_on(repository: Repository, path: Path, commit: str) -> bool:
    """Tell whether HEAD is still at *commit*, and the index has all of it and hides nothing.

    The rig's git reads the index; what the gate wrote into its configuration is not read.
    """
    index = path / ".git" / "index"
    try:
        if (path / ".git" / "HEAD").read_bytes().strip() != commit.encode():
            return False
    except OSError:
        return False
    env = {"GIT_INDEX_FILE": str(index)}
    listed = attempt("ls-files", "-v", "-z", cwd=repository.common, env=env)
    if not listed.ok or any(row[:1] != b"H" for row in listed.stdout.split(b"\0") if row):
        return False  # it claims not to look at a file, so that a change would not show
    same = ("diff-index", "--cached", "--quiet", "--ignore-submodules=all", commit, "--")
    return attempt(*same, cwd=repository.common, env=env).ok


def _quoted(path: str) -> str:
    """Return *path* as the file of alternates takes it: one that could be misread in quotes."""
    if "\n" not in path and not path.startswith(('"', "#")):
        return path
    marks = {'"': '\\"', "\\": "\\\\", "\n": "\\n"}
    return '"' + "".join(marks.get(each, each) for each in path) + '"'
