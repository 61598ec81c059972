"""Let git's own rerere say what a conflict is called, and what became of it before.

It runs in a repository of nothing but an index, made for the purpose and thrown away: no
worktree, no settings and no ``rr-cache`` but the one that it is given play a part. Files are
called by numbers in there, so no path of anybody's is ever written.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from gitgt.git import rerere
from gitgt.git.command import HERMETIC, attempt, git, line
from gitgt.git.merge import Conflict, Merged, Merger
from gitgt.git.repository import Repository, Signature
from gitgt.git.rerere import Memory, Resolution
from gitgt.values import dataclass

_FILES: Final = ("100644", "100755")
_RERERE: Final = ("-c", "rerere.enabled=true", "-c", "rerere.autoupdate=false", "rerere")
_KINDS: Final = ("content", "add/add")


@dataclass(frozen=True, slots=True)
class _File:
    """A path in conflict, with its marks, and the mode that both sides agree on."""

    path: str
    mode: str
    marked: bytes
    stages: tuple[tuple[int, str, str], ...]


class Recall:
    """Resolves what was resolved before, by what *memory* has and *may* be used."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._repository = memory.repository

    def __call__(self, found: Conflict) -> Merged | None:
        """Return the merge as recorded resolutions make it; None if one is missing.

        Only what has landed once counts, since gates have passed on it; they will be asked
        again about the tree as a whole.
        """
        files = _files(self._repository, found)
        if not files:
            return None
        with _scratch(self._repository, files) as place:
            known = [self._known(each) for each in place.ids()]
            if len(known) != len(files) or not all(known):
                return None
            contents = place.resolved([one for each in known for one in each])
        if contents is None:
            return None
        tree = _tree(self._repository, found.tree, files, contents)
        return Merged(tree, _note(files, [each[0] for each in known]))

    def _known(self, conflict: str) -> list[Resolution]:
        return [each for each in self._memory.of(conflict) if each.landed]


def _note(files: Sequence[_File], known: Sequence[Resolution]) -> str:
    told = (
        f"{each.path} as in {one.commit[:12]}" for each, one in zip(files, known, strict=True)
    )
    return f"what was recorded before ({', '.join(told)})"


def learn(repository: Repository, commit: str, who: Signature) -> Iterator[Resolution]:
    """Yield how the merge *commit* resolved what conflicted, if it is one of two sides.

    Whoever merged, and wherever: the merge is made again, and compared with what they made.
    """
    parents = repository.parents_of(commit)
    if len(parents) != 2:
        return
    found = Merger(repository, parents[0], who).merge(*parents)
    files = _files(repository, found) if isinstance(found, Conflict) else ()
    if not files:
        return
    author = repository.committed(commit)[0].name
    after = [repository.read(commit, each.path) for each in files]
    kept = [(each, text) for each, text in zip(files, after, strict=True) if text is not None]
    with _scratch(repository, [each for each, _ in kept]) as place:
        taught = place.taught([text for _, text in kept])
        for (each, _), one in zip(kept, taught, strict=True):
            if one is not None:
                yield replace(one, path=each.path, by=author, commit=commit)


def _files(repository: Repository, found: Conflict) -> tuple[_File, ...]:
    """Return what conflicts, if it is files and both sides have each; else nothing."""
    read: list[_File] = []
    for path in found.paths:
        stages = tuple(
            (each.stage, each.mode, each.oid) for each in found.stages if each.path == path
        )
        modes = {mode for stage, mode, _ in stages if stage > 1}
        sides = {stage for stage, _, _ in stages}
        plain = {f"CONFLICT ({kind}): Merge conflict in {path}" for kind in _KINDS}
        marked = repository.read(found.tree, path)
        is_plain = {*found.about(path)} <= plain and len(modes) == 1 and modes <= {*_FILES}
        if not is_plain or not {2, 3} <= sides or marked is None:
            return ()
        read.append(_File(path, modes.pop(), marked, stages))
    return tuple(read)


def _tree(
    repository: Repository, tree: str, files: Sequence[_File], contents: Sequence[bytes]
) -> str:
    """Return *tree* with *contents* in its files."""
    rows = b"".join(
        f"{each.mode} {repository.write_blob(text)}\t".encode()
        + each.path.encode(errors="surrogateescape")
        + b"\0"
        for each, text in zip(files, contents, strict=True)
    )
    with tempfile.TemporaryDirectory(prefix="gitgt-") as place:
        env = {**HERMETIC, "GIT_INDEX_FILE": str(Path(place) / "index")}
        git("read-tree", tree, cwd=repository.common, env=env)
        argv = ("update-index", "-z", "--index-info")
        git(*argv, cwd=repository.common, env=env, stdin=rows)
        return line("write-tree", cwd=repository.common, env=env)


@dataclass(frozen=True, slots=True)
class _Scratch:
    """A repository in which git's rerere looks at *files*, each called by its number."""

    place: Path
    files: Sequence[_File]

    @property
    def _git_dir(self) -> Path:
        return self.place / "git"

    def _rerere(self) -> None:
        attempt(*_RERERE, cwd=self.place / "files", env=_env(self.place))

    def _mark(self) -> None:
        (self._git_dir / "MERGE_RR").unlink(missing_ok=True)
        for number, each in enumerate(self.files):
            (self.place / "files" / str(number)).write_bytes(each.marked)

    def ids(self) -> list[str]:
        """Return what git calls each conflict; fewer than there are files if it cannot tell."""
        self._mark()
        self._rerere()
        try:
            rows = (self._git_dir / "MERGE_RR").read_text().split("\0")
        except FileNotFoundError:
            return []
        named = dict(row.split("\t", 1)[::-1] for row in rows if row)
        numbers = [str(number) for number, _ in enumerate(self.files)]
        return [named[each].partition(".")[0] for each in numbers if each in named]

    def resolved(self, known: Sequence[Resolution]) -> list[bytes] | None:
        """Return the files as *known* makes them; None if one of them still conflicts."""
        rerere.teach(self._git_dir / "rr-cache", known)
        self._mark()
        self._rerere()
        names = [self.place / "files" / str(number) for number, _ in enumerate(self.files)]
        contents = [each.read_bytes() for each in names]
        same = any(text == each.marked for text, each in zip(contents, self.files, strict=True))
        return None if same else contents

    def taught(self, after: Sequence[bytes]) -> list[Resolution | None]:
        """Return what git learns from each file once it holds *after*."""
        ids = self.ids()
        if len(ids) != len(self.files):
            return [None for _ in self.files]
        for number, text in enumerate(after):
            (self.place / "files" / str(number)).write_bytes(text)
        self._rerere()
        found = [[*rerere.read_folder(self._git_dir / "rr-cache" / each)] for each in ids]
        return [
            next((one for one in each if one.after == text), None)
            for each, text in zip(found, after, strict=True)
        ]


@contextmanager
def _scratch(repository: Repository, files: Sequence[_File]) -> Iterator[_Scratch]:
    with tempfile.TemporaryDirectory(prefix="gitgt-") as name:
        place = Path(name)
        for folder in ("files", "git/objects/info", "git/refs", "git/rr-cache"):
            (place / folder).mkdir(parents=True)
        (place / "git/HEAD").write_text("ref: refs/heads/none\n")
        objects = repository.common / "objects"
        (place / "git/objects/info/alternates").write_text(f"{objects}\n")
        rows = "".join(
            f"{mode} {oid} {stage}\t{number}\n"
            for number, each in enumerate(files)
            for stage, mode, oid in each.stages
        )
        argv = ("update-index", "--index-info")
        git(*argv, cwd=place, env=_env(place), stdin=rows.encode())
        yield _Scratch(place, files)


def _env(place: Path) -> dict[str, str]:
    where = {"GIT_DIR": str(place / "git"), "GIT_WORK_TREE": str(place / "files")}
    return {**HERMETIC, **where}
