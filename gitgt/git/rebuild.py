"""Make commits from changes, many in one process, and never through a worktree.

``git fast-import`` takes any path, mode and object as they are: no filter, line ending or
case-folding file system comes between the change and the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from gitgt.git.bulk import PLAIN
from gitgt.git.command import git
from gitgt.model.replay.replay import Changes, Identity
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """A commit to be made.

    ``parents`` are ids of commits, or names of earlier drafts. Its tree is *tree*, or the
    first parent's, after *changes*.
    """

    name: str
    parents: tuple[str, ...]
    changes: Changes
    author: Identity
    committer: Identity
    message: str
    tree: str | None = None


def rebuild(repository: Path, ref: str, drafts: Sequence[Draft]) -> None:
    """Make *drafts*, and leave *ref* at the last one."""
    stream = b"".join(_stream(ref, drafts))
    git("fast-import", "--quiet", "--force", cwd=repository, stdin=stream, env=PLAIN)


def _stream(ref: str, drafts: Sequence[Draft]) -> Iterator[bytes]:
    marks = {draft.name: f":{number}" for number, draft in enumerate(drafts, 1)}
    yield b"feature done\n"
    for draft in drafts:
        message = draft.message.encode(errors="replace")
        yield f"commit {ref}\nmark {marks[draft.name]}\n".encode()
        yield f"author {draft.author}\ncommitter {draft.committer}\n".encode(errors="replace")
        yield b"data %d\n%b\n" % (len(message), message)
        for word, parent in zip(_words(draft.parents), draft.parents, strict=True):
            yield f"{word} {marks.get(parent, parent)}\n".encode()
        if draft.tree is not None:
            yield f'M 040000 {draft.tree} ""\n'.encode()
        yield from _files(draft.changes)
        yield b"\n"
    yield b"done\n"


def _words(parents: Sequence[str]) -> Iterable[str]:
    return ("from", *("merge" for _ in parents[1:]))


def _files(changes: Changes) -> Iterator[bytes]:
    """First what goes: a file may give its place to a folder, or a folder to a file."""
    for path, entry in changes.items():
        if entry is None:
            yield b"D %b\n" % _quoted(path)
    for path, entry in changes.items():
        if entry is not None:
            yield f"M {entry.mode} {entry.oid} ".encode() + _quoted(path) + b"\n"


def _quoted(path: bytes) -> bytes:
    escaped = path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"%b"' % escaped
