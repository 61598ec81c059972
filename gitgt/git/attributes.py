"""Let git merge by the target's own attributes.

A bare repository ignores ``.gitattributes``, so ``CHANGELOG merge=union`` would become a
conflict (tried with git 2.39). ``info/attributes`` would change every worktree as well: the
target's rules go into a file of ours that only our merges are told of.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from gitgt.git.command import git
from gitgt.git.repository import Repository

_FILE = b".gitattributes"


def attributes_file(repository: Repository, treeish: str) -> Path:
    """Return a file with all attributes that *treeish* gives to its paths."""
    content = b"".join(_rules(repository, treeish))
    if not content:
        return Path("/dev/null")
    folder = repository.gt / "attributes"
    path = folder / hashlib.sha256(content).hexdigest()[:16]
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f".{path.name}"
        fresh.write_bytes(content)
        fresh.rename(path)
    return path


def _rules(repository: Repository, treeish: str) -> Iterator[bytes]:
    """Yield the rules of the tree's attribute files; the deeper one comes later and wins."""
    found = sorted(_files(repository, treeish), key=lambda each: each[0].count(b"/"))
    contents = dict(repository.blobs([oid for _, oid in found]))
    for path, oid in found:
        folder = path[: -len(_FILE)]
        for row in contents[oid].splitlines():
            yield _below(folder, row.strip()) + b"\n"


def _files(repository: Repository, treeish: str) -> Iterator[tuple[bytes, str]]:
    argv = ("ls-tree", "-r", "-z", "--full-tree", treeish)
    for row in git(*argv, cwd=repository.common).split(b"\0"):
        facts, _, path = row.partition(b"\t")
        if path == _FILE or path.endswith(b"/" + _FILE):
            mode, _, oid = facts.split(b" ")
            if mode.startswith(b"100"):  # a symlink is not followed by git either
                yield path, oid.decode()


def _below(folder: bytes, row: bytes) -> bytes:
    """Return *row* of *folder*'s attributes as the top folder would have to say it."""
    if not folder:
        return row
    if not row or row.startswith((b"#", b"!", b"[attr]")):
        return b""  # macros are the top folder's alone
    pattern, rest = _split(row)
    anywhere = b"" if b"/" in pattern.rstrip(b"/") else b"**/"
    literal = re.sub(rb"([*?\[\\])", rb"\\\1", folder)
    return _quoted(literal + anywhere + pattern.removeprefix(b"/")) + b" " + rest


def _split(row: bytes) -> tuple[bytes, bytes]:
    """Return the pattern of an attribute row and what it gives."""
    quoted = re.match(rb'"((?:[^"\\]|\\.)*)"', row)
    if quoted:
        return _unquoted(quoted[1]), row[quoted.end() :].strip()
    pattern, _, rest = row.replace(b"\t", b" ").partition(b" ")
    return pattern, rest.strip()


def _unquoted(text: bytes) -> bytes:
    """Undo git's C-style quotes."""
    return text.decode("unicode_escape").encode("latin-1")


def _quoted(text: bytes) -> bytes:
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
