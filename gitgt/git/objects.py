"""Git's objects, read and written without libgit2.

Importing pygit2 takes longer than everything that one command does with it, so a process that
touches a few objects does without: loose ones are files, packed ones are asked from one ``git
cat-file``. What is written is the same to the last byte; a property test says so.
"""

from __future__ import annotations

import os
import subprocess
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from gitgt.errors import NotFoundError
from gitgt.git import durable
from gitgt.git.command import clean_environment
from gitgt.git.repository import SUBMODULE, Difference

TREE: Final = 0o040000
_QUICK: Final = 1  # zlib's level: what git keeps for long it packs anew anyway


class Entry(NamedTuple):
    """What lies under one name of a tree."""

    mode: int
    oid: str


class Objects:
    """The objects of one repository, named by its common git directory."""

    def __init__(
        self, common: Path, *, synced: bool = True, folder: Path | None = None,
        sight: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Name them; what is written goes to *folder*, and git is told of its *sight*."""
        self._folder = folder or common / "objects"
        self._common = common
        self._sight = sight
        self._synced = synced
        self._pipe: _Pipe | None = None
        self.asked = 0
        self._known: dict[str, tuple[str, bytes]] = {}
        self._trees: dict[str, dict[bytes, Entry]] = {}

    def close(self) -> None:
        """End the git that was asked for packed objects; the next question starts another."""
        self._pipe = None

    def read(self, oid: str) -> tuple[str, bytes]:
        """Return an object's kind and content.

        Raises:
            NotFoundError: it is not here.
        """
        self.asked += 1
        if oid not in self._known:
            self._known[oid] = self._loose(oid) or self._packed(oid)
        return self._known[oid]

    def has(self, oid: str) -> bool:
        """Tell whether an object is here."""
        try:
            self.read(oid)
        except NotFoundError:
            return False
        return True

    def tree_of(self, treeish: str) -> str:
        """Return the tree of a commit; a tree is its own."""
        kind, content = self.read(treeish)
        return treeish if kind == "tree" else content[5:45].decode()

    def entries(self, tree: str) -> dict[bytes, Entry]:
        """Return what lies in a tree, by name."""
        if tree not in self._trees:
            self._trees[tree] = dict(entries_of(self.read(tree)[1]))
        return self._trees[tree]

    def entry(self, treeish: str, path: str) -> str | None:
        """Return the id of what lies at *path* in a commit or tree; None if nothing does."""
        found = self._at(treeish, path)
        return None if found is None else found.oid

    def file(self, treeish: str, path: str) -> bytes | None:
        """Return the file at *path* in a commit or tree; None if no file is there."""
        found = self._at(treeish, path)
        if found is None or found.mode in (TREE, SUBMODULE):
            return None
        return self.read(found.oid)[1]

    def files(self, treeish: str, *, most: int) -> dict[str, str] | None:
        """Return the path and id of every blob in a commit or tree of at most *most* trees."""
        found: dict[str, str] = {}
        waiting = [("", self.tree_of(treeish))]
        for _ in range(most):
            if not waiting:
                return found
            above, tree = waiting.pop()
            for name, entry in self.entries(tree).items():
                path = f"{above}{os.fsdecode(name)}"
                if entry.mode == TREE:
                    waiting.append((f"{path}/", entry.oid))
                elif entry.mode != SUBMODULE:
                    found[path] = entry.oid
        return found if not waiting else None

    def differences(self, old: str, new: str, *, most: int) -> list[Difference] | None:
        """Return the files in which two commits or trees differ, by path.

        None, if those are more than *most*, or lie in more trees than that.
        """
        found: list[Difference] = []
        waiting: list[tuple[str | None, str | None, str]] = [
            (self.tree_of(old), self.tree_of(new), "")
        ]
        for _ in range(most):
            if not waiting:
                break
            before, after, above = waiting.pop()
            for name, left, right in self._unequal(before, after):
                path = f"{above}{os.fsdecode(name)}"
                trees = _tree(left), _tree(right)
                if trees != (None, None):
                    waiting.append((*trees, f"{path}/"))
                one, other = _file(left), _file(right)
                mode = 0 if right is None or right.mode == TREE else right.mode
                if one != other or mode == SUBMODULE:
                    found.append(Difference(path, one, other, mode))
        if waiting or len(found) > most:
            return None
        return sorted(found, key=lambda each: each.path)

    def _unequal(
        self, old: str | None, new: str | None
    ) -> Iterator[tuple[bytes, Entry | None, Entry | None]]:
        """Yield the names under which not the same object lies in two trees."""
        before, after = ({} if tree is None else self.entries(tree) for tree in (old, new))
        for name in before.keys() | after.keys():
            left, right = before.get(name), after.get(name)
            if left is None or right is None or left.oid != right.oid:
                yield name, left, right

    def _at(self, treeish: str, path: str) -> Entry | None:
        at = Entry(TREE, self.tree_of(treeish))
        for name in os.fsencode(path).split(b"/"):
            found = self.entries(at.oid).get(name) if at.mode == TREE else None
            if found is None:
                return None
            at = found
        return at

    def parents_of(self, commit: str) -> tuple[str, ...]:
        """Return the parents of a commit."""
        head = self.read(commit)[1].partition(b"\n\n")[0]
        rows = (row.split(b" ", 1) for row in head.split(b"\n"))
        return tuple(row[1].decode() for row in rows if row[0] == b"parent")

    def message_of(self, commit: str) -> str:
        """Return the whole message of a commit."""
        return self.read(commit)[1].partition(b"\n\n")[2].decode(errors="replace").lstrip("\n")

    def write(self, kind: str, content: bytes) -> str:
        """Store an object and return its id."""
        whole = b"%s %d\0%s" % (kind.encode(), len(content), content)
        oid = _name_of(whole)
        path = self._path(oid)
        if not path.exists():
            self._put(path, zlib.compress(whole, _QUICK))
        self._known[oid] = (kind, content)
        return oid

    def write_tree(self, base: str | None, changes: Mapping[str, Any]) -> str | None:
        """Return the tree that the tree *base* becomes; None if nothing is left in it.

        *changes* are names to blobs, to changes of a folder, or to None to remove.
        """
        found = {} if base is None else {**self.entries(base)}
        for name, change in changes.items():
            key = os.fsencode(name)
            old = found.pop(key, None)
            if isinstance(change, dict):
                below = old.oid if old is not None and old.mode == TREE else None
                written = self.write_tree(below, change)
                new = None if written is None else Entry(TREE, written)
            else:
                new = None if change is None else Entry(0o100644, change)
            if new is not None:
                found[key] = new
        return self.write("tree", serialized(found)) if found else None

    def write_commit(
        self, tree: str, parents: Sequence[str], message: str, author: str, committer: str
    ) -> str:
        """Store a commit; *author* and *committer* stand as git writes them."""
        rows = [f"tree {tree}", *(f"parent {each}" for each in parents)]
        rows += [f"author {author}", f"committer {committer}", "", message]
        return self.write("commit", "\n".join(rows).encode())

    def _path(self, oid: str) -> Path:
        return self._folder / oid[:2] / oid[2:]

    def _loose(self, oid: str) -> tuple[str, bytes] | None:
        try:
            whole = zlib.decompress(self._path(oid).read_bytes())
        except (FileNotFoundError, zlib.error):  # a torn one: git may have another
            return None
        head, _, content = whole.partition(b"\0")
        return head.split(b" ")[0].decode(), content

    def _packed(self, oid: str) -> tuple[str, bytes]:
        if self._pipe is None:
            self._pipe = _Pipe(self._common, self._sight)
        found = self._pipe.ask(oid)
        if found is None:
            raise NotFoundError(f"object {oid} is missing from {self._common}")
        return found

    def _put(self, path: Path, content: bytes) -> None:
        """Write a file that is there as a whole or not at all."""
        path.parent.mkdir(exist_ok=True)
        draft = path.parent / f"tmp_obj_{os.getpid()}_{path.name[:8]}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o444)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                if self._synced and durable.is_wanted():
                    file.flush()
                    os.fsync(file.fileno())
            draft.rename(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise


def _name_of(whole: bytes) -> str:
    try:  # hashlib asks OpenSSL first, which takes ten times as long
        from _sha1 import sha1  # type: ignore[import-not-found]
    except ImportError:
        from hashlib import sha1
    return str(sha1(whole, usedforsecurity=False).hexdigest())


class _Pipe:
    """One ``git cat-file`` that answers until it is dropped."""

    def __init__(self, common: Path, sight: Mapping[str, str] | None) -> None:
        self._git = subprocess.Popen(
            ["git", "cat-file", "--batch"],
            cwd=common,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=clean_environment(sight),
        )

    def ask(self, oid: str) -> tuple[str, bytes] | None:
        to: IO[bytes] | None = self._git.stdin
        back: IO[bytes] | None = self._git.stdout
        assert to is not None
        assert back is not None
        to.write(f"{oid}\n".encode())
        to.flush()
        words = back.readline().split()
        if len(words) != 3:
            return None
        content = back.read(int(words[2]))
        back.read(1)
        return words[1].decode(), content

    def __del__(self) -> None:
        """End it: it has nothing more to answer."""
        for pipe in (self._git.stdin, self._git.stdout):
            if pipe is not None:
                pipe.close()
        self._git.wait()


def _tree(entry: Entry | None) -> str | None:
    return entry.oid if entry is not None and entry.mode == TREE else None


def _file(entry: Entry | None) -> str | None:
    """Return the id of a file; a submodule is none, and what it names is not here."""
    is_file = entry is not None and entry.mode not in (TREE, SUBMODULE)
    return entry.oid if entry is not None and is_file else None


def entries_of(content: bytes) -> Iterator[tuple[bytes, Entry]]:
    """Yield what lies in a tree, by name, in git's order."""
    at = 0
    while at < len(content):
        end = content.index(b"\0", at)
        mode, _, name = content[at:end].partition(b" ")
        yield name, Entry(int(mode, 8), content[end + 1 : end + 21].hex())
        at = end + 21


def serialized(entries: Mapping[bytes, Entry]) -> bytes:
    """Return a tree as git writes it: a folder sorts as if its name ended with a slash."""
    ordered = sorted(entries.items(), key=lambda each: each[0] + b"/" * (each[1].mode == TREE))
    return b"".join(
        b"%o %s\0%s" % (entry.mode, name, bytes.fromhex(entry.oid)) for name, entry in ordered
    )
