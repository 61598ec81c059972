"""Large files: git merges their pointers as text; what they point at goes ahead of them."""

from __future__ import annotations

import shutil
from typing import Final

from gitgt.errors import EnvironmentProblemError, what_git_said
from gitgt.git.attributes import attributes_file
from gitgt.git.patient import attempt_within
from gitgt.git.publish import Way
from gitgt.git.remote import UnreachableError
from gitgt.git.repository import Repository

_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_LONGEST: Final = 1024
_TIMES: Final = 10  # as long as other exchanges, since there is so much more to send


class NoLargeFilesError(EnvironmentProblemError):
    """Large files would be missing there, and nothing here can send them."""


def upload(repository: Repository, way: Way, old: str | None, new: str) -> None:
    """Send the large files that *new* has and *old* has not, if there are any.

    Raises:
        NoLargeFilesError: there are, and git-lfs is not installed.
        UnreachableError: they could not be sent.
    """
    path = pointer(repository, old, new)
    if not path:
        return
    if shutil.which("git-lfs") is None:
        raise NoLargeFilesError(
            f"{path} is kept in git-lfs, which is not installed here",
            hint="install git-lfs where the watcher runs: what it points at goes ahead of it",
        )
    argv = ("lfs", "push", way.remote, new)
    outcome = attempt_within(_TIMES * way.within, *argv, cwd=repository.common)
    if not outcome.ok:
        said = what_git_said(outcome.stderr, outcome.code)
        raise UnreachableError(
            f"{way.remote} did not take the large files: {said}", hint="it is tried again"
        )


def pointer(repository: Repository, old: str | None, new: str) -> str:
    """Return a path at which *new* has another large file than *old*; empty if none is."""
    if b"filter=lfs" not in attributes_file(repository, new).read_bytes():
        return ""
    for each in repository.differences(old, new):
        if each.new is not None and each.mode == 0o100644:
            content = repository.blob(each.new)
            if len(content) <= _LONGEST and content.startswith(_POINTER):
                return each.path
    return ""
