"""The changes of a file, as git's diff counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gitgt.git.repository import Repository
from gitgt.model.radar.radar_lines import Hunk

if TYPE_CHECKING:
    import pygit2

# What is larger is compared by nobody, and its lines help nobody.
_LARGEST: Final = 1024 * 1024


def hunks(repository: Repository, old: str, new: str) -> list[Hunk]:
    """Return what makes the blob *new* out of *old*.

    Nothing if they are no text, too large, or not here.
    """
    import pygit2

    git = pygit2.Repository(str(repository.common))
    before, after = git.get(old), git.get(new)
    if not isinstance(before, pygit2.Blob) or not isinstance(after, pygit2.Blob):
        return []
    if max(before.size, after.size) > _LARGEST or before.is_binary or after.is_binary:
        return []
    patch = pygit2.Patch.create_from(before, after, context_lines=0)
    return [_hunk(each) for each in patch.hunks]


def _hunk(found: pygit2.DiffHunk) -> Hunk:
    """Return a hunk of libgit2's, which counts from the line before where none is left."""
    start, count = found.old_start, found.old_lines
    new_start, new_count = found.new_start, found.new_lines
    return Hunk(
        start if count else start + 1,
        count,
        new_start if new_count else new_start + 1,
        new_count,
        "".join(each.content for each in found.lines if each.origin == "+"),
    )
