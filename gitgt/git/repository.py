"""Objects of one repository, read and written without a worktree.

pygit2 is imported when the first object is asked for: a command that only reads refs does
not pay for it. Nothing in here moves a ref: ``transaction`` does.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from gitgt.errors import EnvironmentProblemError, GitFailedError, NotFoundError
from gitgt.git import durable, refs
from gitgt.git.command import attempt, git, line
from gitgt.values import dataclass

if TYPE_CHECKING:
    import pygit2

    from gitgt.git.objects import Objects

LINK: Final = 0o120000
SUBMODULE: Final = 0o160000
# So many objects are read before libgit2 is worth its import.
_FEW: Final = 100
# In so few trees a difference is found sooner than by a process, which takes 5 ms.
_NEAR: Final = 10
# What git cuts from either end of a name.
_CRUD: Final = "".join(map(chr, range(33))) + ".,:;<>\"\\'"
_BLOB = 0o100644
_TREE = 0o040000


@dataclass(frozen=True, slots=True)
class Signature:
    """Who and when: seconds since the epoch and minutes east of Greenwich."""

    name: str
    email: str
    seconds: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A path in which two trees differ; None where no file is there.

    ``mode`` is git's word for what is there now, 0 for nothing: it tells files from links and
    from submodules, whose content is not here.
    """

    path: str
    old: str | None
    new: str | None
    mode: int = 0


class Repository:
    """A repository, named by its common git directory."""

    def __init__(self, common: Path) -> None:
        self.common = common

    @classmethod
    def at(cls, path: Path) -> Self:
        """Return the repository that *path*, a checkout's top or a bare one, belongs to.

        Raises:
            NotFoundError: *path* is neither.
        """
        git_dir = refs.git_dir_of(path)
        if git_dir is None:
            raise NotFoundError(f"{path} is not a git repository")
        return cls(refs.common_dir(git_dir))

    @property
    def gt(self) -> Path:
        """The folder for what may be lost: index, spool, sessions."""
        return self.common / "gt"

    @property
    def is_open(self) -> bool:
        """Tell whether libgit2 is at work here already."""
        return "_git" in self.__dict__

    @property
    def sight(self) -> Mapping[str, str]:
        """What git has to be told besides to see all that this repository is to have."""
        return {}

    def ref(self, name: str) -> str | None:
        """Return where ref *name* points, None if there is none."""
        return refs.read_ref(self.common, name)

    def refs(self, prefix: str) -> dict[str, str]:
        """Return the refs below *prefix* (``refs/heads/polecat/``) and where they point."""
        return refs.read_refs(self.common, prefix)

    def resolve(self, name: str) -> str:
        """Return the commit that *name*, anything git understands, stands for."""
        argv = ("rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}")
        return line(*argv, cwd=self.common, env=self.sight)

    @property
    def _few(self) -> Objects | None:
        """What serves a process that touches few objects; None once libgit2 is worth it."""
        if "pygit2" in sys.modules or self._objects.asked > _FEW:
            return None
        return self._objects

    @cached_property
    def _objects(self) -> Objects:
        from gitgt.git.objects import Objects

        return Objects(self.common)

    def blob(self, oid: str) -> bytes:
        """Return a blob's content."""
        if few := self._few:
            return few.read(oid)[1]
        return bytes(self._object(oid).data)

    def blobs(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Return many blobs: through one ``git cat-file --batch``, without libgit2."""
        wanted = list(oids)
        if not wanted:
            return
        asked = "".join(f"{oid}\n" for oid in wanted).encode()
        argv = ("cat-file", "--batch", "--buffer")
        answer = git(*argv, cwd=self.common, stdin=asked, env=self.sight)
        at = 0
        for oid in wanted:
            end = answer.index(b"\n", at)
            head = answer[at:end].split(b" ")
            if len(head) != 3:
                raise NotFoundError(f"object {oid} is missing from {self.common}")
            size = int(head[2])
            yield oid, answer[end + 1 : end + 1 + size]
            at = end + 2 + size

    def readable(self, oids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Return those of many blobs that git can read; halves find the others in few steps."""
        try:
            yield from list(self.blobs(oids))
        except (NotFoundError, GitFailedError):
            middle = len(oids) // 2
            if middle:
                yield from self.readable(oids[:middle])
                yield from self.readable(oids[middle:])

    def tree_of(self, commit: str) -> str:
        """Return the tree of *commit*."""
        if few := self._few:
            return few.tree_of(commit)
        return str(self._object(commit).tree_id)

    def parents_of(self, commit: str) -> tuple[str, ...]:
        """Return the parents of *commit*."""
        if few := self._few:
            return few.parents_of(commit)
        return tuple(str(each) for each in self._object(commit).parent_ids)

    def message_of(self, commit: str) -> str:
        """Return the whole message of *commit*."""
        if few := self._few:
            return few.message_of(commit)
        return _text(self._object(commit))

    def committed(self, commit: str) -> tuple[Signature, str]:
        """Return who wrote *commit*, when it was committed, and its subject."""
        found = self._object(commit)
        who = Signature(
            found.author.raw_name.decode(errors="replace"),
            found.author.raw_email.decode(errors="replace"),
            found.committer.time,
        )
        subject, _, _ = _text(found).strip().partition("\n\n")
        return who, " ".join(subject.split())

    def has(self, oid: str) -> bool:
        """Tell whether the object is here."""
        if few := self._few:
            return few.has(oid)
        return oid in self._git

    def is_commit(self, oid: str) -> bool:
        """Tell whether the object is here, and a commit."""
        found = self._git.get(oid)
        return found is not None and found.type_str == "commit"

    def entry(self, treeish: str, path: str) -> str | None:
        """Return the id of what lies at *path* in a commit or tree; None if nothing does."""
        if few := self._few:
            return few.entry(treeish, path)
        found = self._object(treeish)
        tree = found if found.type_str == "tree" else found.tree
        try:
            return str(tree[path].id)
        except KeyError:
            return None

    def read(self, treeish: str, path: str) -> bytes | None:
        """Return the file at *path* in a commit or tree; None if no file is there."""
        if few := self._few:
            return few.file(treeish, path)
        oid = self.entry(treeish, path)
        found: Any = None if oid is None else self._git.get(oid)
        if found is None and oid is not None and self._is_file(treeish, path):
            raise NotFoundError(f"object {oid} is missing from {self.common}")
        return bytes(found.data) if found is not None and found.type_str == "blob" else None

    def _is_file(self, treeish: str, path: str) -> bool:
        """Tell a file whose content is missing from a submodule, which has none here."""
        return int(self._as_tree(treeish)[path].filemode) != SUBMODULE

    def files(self, treeish: str) -> dict[str, str]:
        """Return the path and id of every blob in a commit or tree."""
        few = self._few
        if few and (known := few.files(treeish, most=_FEW)) is not None:
            return known
        found = self._object(treeish)
        tree = found if found.type_str == "tree" else found.tree
        return dict(self._walk(tree, ""))

    def _walk(self, tree: Any, above: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - pygit2
        for entry in tree:
            path = above + entry.name
            if entry.type_str == "tree":
                yield from self._walk(entry, f"{path}/")
            elif entry.type_str == "blob":
                yield path, str(entry.id)

    def differences(self, old: str | None, new: str) -> tuple[Difference, ...]:
        """Return the files in which two commits or trees differ; equal subtrees are skipped.

        Own recursion: libgit2's diff takes 50 ms over 100,000 beads, this 1 ms.
        """
        before = None if old is None else self._as_tree(old)
        found = self._compare(before, self._as_tree(new))
        return tuple(sorted(found, key=lambda each: each.path))

    def near_differences(self, old: str, new: str) -> Sequence[Difference] | None:
        """Return what ``differences`` does, if it takes neither libgit2's import nor long."""
        if self.is_open:
            return self.differences(old, new)
        few = self._few
        return few.differences(old, new, most=_NEAR) if few else None

    def _as_tree(self, treeish: str) -> Any:  # noqa: ANN401 - pygit2
        found = self._object(treeish)
        return found if found.type_str == "tree" else found.tree

    def _compare(self, old: Any, new: Any) -> Iterator[Difference]:  # noqa: ANN401
        waiting = [(old, new, "")]  # no recursion: a tree may be deeper than Python likes
        while waiting:
            before, after, above = waiting.pop()
            left_names, right_names = _entries(before), _entries(after)
            for name in left_names.keys() | right_names.keys():
                left, right = left_names.get(name), right_names.get(name)
                if left is not None and right is not None and left.id == right.id:
                    continue
                path = above + name
                trees = _tree(left), _tree(right)
                if trees != (None, None):
                    waiting.append((*trees, f"{path}/"))
                one, other = _blob_id(left), _blob_id(right)
                mode = 0 if right is None or trees[1] is not None else int(right.filemode)
                if one != other or mode == SUBMODULE:
                    yield Difference(path, one, other, mode)

    @contextmanager
    def unsynced(self) -> Iterator[None]:
        """Let objects get to the disk when they may: for what can be done again."""
        import pygit2

        assert self._git is not None  # which sets it to the opposite, once
        pygit2.settings.enable_fsync_gitdir(False)  # noqa: FBT003 - libgit2's signature
        try:
            yield
        finally:
            pygit2.settings.enable_fsync_gitdir(durable.is_wanted())

    def write_blob(self, content: bytes) -> str:
        """Store *content* and return its id."""
        with self._writing("a blob"):
            if few := self._few:
                return few.write("blob", content)
            return self._there(self._git.create_blob(content))

    def raw(self, oid: str) -> bytes:
        """Return an object's content as git stores it: of a tree, its entries."""
        if few := self._few:
            return few.read(oid)[1]
        return bytes(self._object(oid).read_raw())

    def write_raw_tree(self, content: bytes) -> str:
        """Store a tree that stands as git stores it, and return its id."""
        with self._writing("a tree"):
            if few := self._few:
                return few.write("tree", content)
            import pygit2

            return self._there(self._git.write(pygit2.GIT_OBJECT_TREE, content))

    def write_tree(self, base: str | None, changes: Mapping[str, str | None]) -> str:
        """Return the tree that *base* becomes by *changes*: path to blob, None to remove."""
        with self._writing("a tree"):
            if few := self._few:
                below = None if base is None else few.tree_of(base)
                return few.write_tree(below, _nested(changes)) or few.write("tree", b"")
            tree = None if base is None else self._as_tree(base)
            written = self._rewrite(tree, _nested(changes))
            return self._there(written or self._git.TreeBuilder().write())

    def _rewrite(self, tree: Any, changes: Mapping[str, Any]) -> Any:  # noqa: ANN401 - pygit2
        builder = self._git.TreeBuilder() if tree is None else self._git.TreeBuilder(tree)
        for name, change in changes.items():
            present: Any = builder.get(name)  # None, whatever its stub says
            if isinstance(change, dict):
                is_tree = present is not None and present.type_str == "tree"
                oid = self._rewrite(self._git[present.id] if is_tree else None, change)
                mode = _TREE
            else:
                oid, mode = change, _BLOB
            if oid is not None:
                builder.insert(name, oid, mode)
            elif present is not None:
                builder.remove(name)
        if not len(builder):
            return None
        written = builder.write()
        self._there(written)
        return written

    def write_commit(
        self, tree: str, parents: Sequence[str], message: str, author: Signature,
        committer: Signature | None = None,
    ) -> str:  # fmt: skip
        """Store a commit that no ref points at yet, and return its id."""
        with self._writing("a commit"):
            if few := self._few:
                who = _line(author), _line(committer or author)
                return few.write_commit(tree, list(parents), message, *who)
            return self._there(
                self._git.create_commit(
                    None, _who(author), _who(committer or author), message, tree, list(parents)
                )
            )

    def swing(self, ref: str, old: str, new: str, why: str) -> bool:
        """Move a ref that stands at *old* to *new*; tell whether it was moved."""
        import pygit2

        try:
            found = self._git.references.get(ref)
            if found is None or str(found.target) != old:
                return False
            found.set_target(pygit2.Oid(hex=new), why)  # refuses if it has moved since
        except (pygit2.GitError, OSError, ValueError):
            return False
        return True

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the best common ancestor, None if the histories have nothing in common."""
        found: Any = self._git.merge_base(one, other)  # None, whatever its stub says
        return None if found is None else str(found)

    def bases(self, one: str, other: str) -> tuple[str, ...]:
        """Return all best common ancestors, in the order of their names."""
        argv = ("merge-base", "--all", one, other)
        found = attempt(*argv, cwd=self.common, env=self.sight)
        return tuple(sorted(found.stdout.decode().split()))

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """Tell whether *descendant* contains *ancestor*; a commit contains itself."""
        return ancestor == descendant or self._git.descendant_of(descendant, ancestor)

    def apart(self, one: str, other: str) -> tuple[int, int]:
        """Return how many commits *one* has that *other* has not, and the other way round."""
        ahead, behind = self._git.ahead_behind(one, other)
        return ahead, behind

    def between(self, old: str | None, new: str) -> list[str]:
        """Return the commits that *new* has and *old* has not, oldest first."""
        span = [new] if old is None else [new, f"^{old}"]
        argv = ("rev-list", "--topo-order", "--reverse", *span, "--")
        answer = git(*argv, cwd=self.common, env=self.sight)
        return answer.decode().split()

    def _object(self, oid: str) -> Any:  # noqa: ANN401 - pygit2 has no common type
        try:
            return self._git[oid]
        except (KeyError, ValueError) as error:
            raise NotFoundError(f"object {oid} is missing from {self.common}") from error

    @cached_property
    def _git(self) -> pygit2.Repository:
        import pygit2

        self._objects.close()
        try:
            repository = pygit2.Repository(str(self.common))
        except pygit2.GitError as error:
            raise EnvironmentProblemError(f"git cannot open {self.common}: {error}") from error
        # Loose objects and refs are not synced by default; a ledger is not worth that risk.
        pygit2.settings.enable_fsync_gitdir(durable.is_wanted())
        return repository

    def _there(self, written: Any) -> str:  # noqa: ANN401 - pygit2
        """Return the name of what was *written*, once it is seen to be there.

        libgit2 calls a small object written though the disk is full (seen with 1.9).

        Raises:
            OSError: it is not there.
        """
        if written not in self._git:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return str(written)

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        try:
            yield
        except _writing_errors() as error:
            raise EnvironmentProblemError(
                f"git could not write {what} in {self.common}: {error}"
            ) from error


def _entries(tree: Any) -> dict[str, Any]:  # noqa: ANN401 - pygit2
    return {} if tree is None else {entry.name: entry for entry in tree}


def _tree(entry: Any) -> Any:  # noqa: ANN401 - pygit2
    return entry if entry is not None and entry.type_str == "tree" else None


def _blob_id(entry: Any) -> str | None:  # noqa: ANN401 - pygit2
    """Return the id of a file; a submodule is none, and what it names is not here."""
    return str(entry.id) if entry is not None and entry.type_str == "blob" else None


def _nested(changes: Mapping[str, str | None]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for path, oid in changes.items():
        *folders, name = path.split("/")
        at = root
        for folder in folders:
            at = at.setdefault(folder, {})
        at[name] = oid
    return root


def _text(commit: Any) -> str:  # noqa: ANN401 - pygit2 has no common type
    """Return a commit's message, whatever encoding it is said to be in."""
    try:
        return str(commit.message)
    except (UnicodeDecodeError, LookupError):
        return bytes(commit.raw_message).decode(errors="replace")


def _writing_errors() -> tuple[type[Exception], ...]:
    if "pygit2" not in sys.modules:
        return (OSError,)
    import pygit2

    return (OSError, pygit2.GitError)


def _called(signature: Signature) -> tuple[str, str]:
    """Return name and email without what git strips, and libgit2 refuses or keeps."""
    name = "".join(each for each in signature.name if each not in "<>\n\0").strip(_CRUD)
    email = "".join(each for each in signature.email if each not in "<>\n\0 ").strip(_CRUD)
    return name or "unknown", email or "nobody"


def _who(signature: Signature) -> pygit2.Signature:
    import pygit2

    return pygit2.Signature(*_called(signature), signature.seconds, signature.offset, "utf-8")


def _line(signature: Signature) -> str:
    """Return *signature* as it stands in a commit."""
    name, email = _called(signature)
    hours, minutes = divmod(abs(signature.offset), 60)
    zone = f"{'-' if signature.offset < 0 else '+'}{hours:02d}{minutes:02d}"
    return f"{name} <{email}> {signature.seconds} {zone}"
