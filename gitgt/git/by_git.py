"""A repository read through git's own program alone: also what a push only offers so far.

While a server's hook decides, the objects of a push lie in a quarantine that git knows of and
libgit2 does not. What judging makes on the way, such as the merge that somebody should have
made, goes to a folder of its own that is gone afterwards: the repository itself is not written.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

from gitgt.errors import EnvironmentProblemError, GitFailedError
from gitgt.git.bulk import original_of
from gitgt.git.command import attempt, git
from gitgt.git.objects import Objects
from gitgt.git.repository import Difference, Repository, Signature
from gitgt.values import dataclass

# Held in memory at once; read again from git past that.
_MOST: Final = 64_000_000
_ALL: Final = 1 << 40
# What git tells a hook of the push that it asks about.
_TOLD: Final = ("GIT_QUARANTINE_PATH", "GIT_SHALLOW_FILE")


@dataclass(frozen=True, slots=True)
class Brought:
    """An object that a stretch of history brings: its kind, its size, and a path to it."""

    oid: str
    kind: str
    size: int
    path: str


class ByGit(Repository):
    """A repository as git's program shows it; what is written stays with this process."""

    def __init__(self, common: Path, sight: Mapping[str, str], scratch: Path) -> None:
        super().__init__(common)
        self._sight = dict(sight)
        self._scratch = scratch
        self._bases: dict[tuple[str, str], tuple[str, ...]] = {}

    @classmethod
    @contextmanager
    def opened(cls, common: Path, environ: Mapping[str, str]) -> Iterator[Self]:
        """Open the repository at *common*; *environ* is what git gave its hook, if one asks.

        Raises:
            EnvironmentProblemError: there is no room for what judging makes on the way.
        """
        try:
            scratch = tempfile.TemporaryDirectory(prefix="gitgt-judge-")
        except OSError as error:
            raise EnvironmentProblemError(f"no temporary folder: {error}") from error
        with scratch as folder:
            objects = Path(folder, "objects")
            objects.mkdir()
            found = cls(common, _sight(common, environ, objects), objects)
            try:
                yield found
            finally:
                found._objects.close()

    @property
    def sight(self) -> Mapping[str, str]:
        """What git has to be told besides to see all that this repository is to have."""
        return self._sight

    @property
    def _few(self) -> _Shown:
        return self._objects

    @cached_property
    def _objects(self) -> _Shown:
        return _Shown(self.common, synced=False, folder=self._scratch, sight=self._sight)

    @property
    def is_shallow(self) -> bool:
        """Tell whether history is cut off here, so that not all of it can be judged."""
        argv = ("rev-parse", "--is-shallow-repository")
        return git(*argv, cwd=self.common, env=self._sight).strip() == b"true"

    def committed(self, commit: str) -> tuple[Signature, str]:
        """Return who wrote *commit*, when it was committed, and its subject."""
        found = original_of(commit, self._objects.read(commit)[1])
        who = Signature(found.author.name, found.author.mail, found.committer.at)
        subject, _, _ = found.message.strip().partition("\n\n")
        return who, " ".join(subject.split())

    def files(self, treeish: str) -> dict[str, str]:
        """Return the path and id of every blob in a commit or tree."""
        return self._objects.files(treeish, most=_ALL) or {}

    def differences(self, old: str | None, new: str) -> tuple[Difference, ...]:
        """Return the files in which two commits or trees differ."""
        before = self._objects.write("tree", b"") if old is None else old
        return tuple(self._objects.differences(before, new, most=_ALL) or ())

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the best common ancestor, None if the histories have nothing in common."""
        return (*self.bases(one, other), None)[0]

    def bases(self, one: str, other: str) -> tuple[str, ...]:
        """Return all best common ancestors, in the order of their names; asked for once."""
        pair = (min(one, other), max(one, other))
        if pair not in self._bases:
            argv = ("merge-base", "--all", *pair)
            found = attempt(*argv, cwd=self.common, env=self._sight)
            if found.code not in (0, 1):
                raise GitFailedError(argv, found.code, found.stderr)
            self._bases[pair] = tuple(sorted(found.stdout.decode().split()))
        return self._bases[pair]

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """Tell whether *descendant* contains *ancestor*; a commit contains itself."""
        return ancestor == descendant or ancestor in self.bases(ancestor, descendant)

    def apart(self, one: str, other: str) -> tuple[int, int]:
        """Return how many commits *one* has that *other* has not, and the other way round."""
        argv = ("rev-list", "--left-right", "--count", f"{one}...{other}", "--")
        ahead, behind = git(*argv, cwd=self.common, env=self._sight).split()
        return int(ahead), int(behind)

    def roots(self, old: str | None, new: str) -> tuple[str, ...]:
        """Return the commits without parents that *new* has and *old* has not."""
        without = () if old is None else (f"^{old}",)
        argv = ("rev-list", "--max-parents=0", new, *without, "--")
        return tuple(git(*argv, cwd=self.common, env=self._sight).decode().split())

    def writers_of(self, path: str, old: str | None, new: str) -> tuple[str, ...]:
        """Return the commits that wrote *path*, of those that *new* has and *old* has not."""
        return self._writers(path, old, new, "--full-history")

    def writer_of(self, path: str, old: str | None, new: str) -> str:
        """Return the last commit that wrote *path* after *old*; "" if none did."""
        return (*self._writers(path, old, new, "-1"), "")[0]

    def bringer_of(self, oid: str, old: str | None, new: str) -> str:
        """Return the first commit after *old* that holds the blob *oid*; "" if none does."""
        without = () if old is None else (f"^{old}",)
        argv = ("log", "--topo-order", "--reverse", "--format=%H", f"--find-object={oid}")
        found = git(*argv, "-m", new, *without, "--", cwd=self.common, env=self._sight)
        return (*found.decode().split(), "")[0]

    def _writers(self, path: str, old: str | None, new: str, how: str) -> tuple[str, ...]:
        without = () if old is None else (f"^{old}",)
        env = {**self._sight, "GIT_LITERAL_PATHSPECS": "1"}
        argv = ("rev-list", "--topo-order", how, new, *without, "--", path)
        return tuple(git(*argv, cwd=self.common, env=env).decode().split()) if path else ()

    def brought(self, old: str | None, new: str) -> list[Brought]:
        """Return the objects that *new* has and *old* has not, without reading their content.

        Raises:
            GitFailedError: some are missing.
        """
        without = () if old is None else (f"^{old}",)
        argv = ("rev-list", "--objects", new, *without, "--")
        listed = git(*argv, cwd=self.common, env=self._sight)
        how = "--batch-check=%(objectname) %(objecttype) %(objectsize) %(rest)"
        told = git("cat-file", how, cwd=self.common, stdin=listed, env=self._sight)
        return [_brought(row) for row in told.split(b"\n") if row]

    def gather(self, brought: Sequence[Brought]) -> None:
        """Read objects at once that will be asked for, if they are not too many."""
        if sum(each.size for each in brought) < _MOST:
            self._objects.learn(brought)

    def _object(self, oid: str) -> Any:  # noqa: ANN401 - as in the class above
        raise AssertionError(f"{oid} would be read past git")


class _Shown(Objects):
    """Objects that come from git or were just made, and do not fill the memory."""

    _size = 0

    def learn(self, brought: Sequence[Brought]) -> None:
        """Read objects through one process, without waiting for each."""
        asked = "".join(f"{each.oid}\n" for each in brought).encode()
        argv = ("cat-file", "--batch", "--buffer")
        answer = memoryview(git(*argv, cwd=self._common, stdin=asked, env=self._sight))
        at = 0
        for each in brought:
            at += len(f"{each.oid} {each.kind} {each.size}\n")
            self._known[each.oid] = each.kind, bytes(answer[at : at + each.size])
            at += each.size + 1
        self._size += at

    def read(self, oid: str) -> tuple[str, bytes]:
        """Return an object's kind and content."""
        if self._size > _MOST:
            self._known.clear()
            self._trees.clear()
            self._size = 0
        known = oid in self._known
        found = super().read(oid)
        if not known:
            self._size += len(found[1])
        return found


def _brought(row: bytes) -> Brought:
    oid, kind, size, name = (*row.split(b" ", 3), b"")[:4]
    if not size.isdigit():
        raise GitFailedError(("cat-file",), 1, f"fatal: {oid.decode()} is missing")
    path = name.decode(errors="surrogateescape")
    return Brought(oid.decode(), kind.decode(), int(size), path)


def _sight(common: Path, environ: Mapping[str, str], scratch: Path) -> dict[str, str]:
    told = {name: environ[name] for name in _TOLD if environ.get(name)}
    folders: list[Path] = [common.resolve() / "objects"]
    quarantine = Path(told.pop("GIT_QUARANTINE_PATH", common))
    if folders[0] in quarantine.resolve().parents:  # else it is another repository's
        folders.insert(0, quarantine.resolve())
    return {
        **told,
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OBJECT_DIRECTORY": str(scratch),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": _listed(folders),
    }


def _listed(folders: Sequence[Path]) -> str:
    return ":".join(_quoted(str(each)) for each in folders)


def _quoted(path: str) -> str:
    """Return *path* as git takes it in a list: in quotes, if it could be misread."""
    if not any(mark in path for mark in ':"\n'):
        return path
    marks = {'"': '\\"', "\\": "\\\\", "\n": "\\n"}
    return '"' + "".join(marks.get(each, each) for each in path) + '"'
