"""Notes that something happened somewhere: the hooks' way to wake the watcher.

A note says where, never what: whoever takes it looks at the refs. So a lost, a doubled or a
torn note costs time at most. A note is a file; its content is the place. The hooks, which must
not fork, leave an empty file instead that is named for the worktree: ``worktree-<its name in
the git directory>``, or ``checkout`` for the main one. A file whose name starts with a dot is
not yet a note.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git import faults

_WORKTREE: Final = "worktree-"
# A place is a path or the name of a ref; what is longer is no note of ours.
_LONGEST: Final = 8192


class Spool:
    """The folder ``<common git directory>/gt/spool``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, common: Path) -> Spool:
        """Return the spool of a repository, named by its common git directory."""
        return cls(common / "gt" / "spool")

    def leave(self, where: str | Path, *, kind: str = "") -> None:
        """Leave a note that something happened at *where*, a path or the name of a ref.

        The note's name begins with its *kind*, so that some can be told apart unread.

        Raises:
            EnvironmentProblemError: the disk does not take it.
        """
        if faults.are_pretended():
            return  # nothing happened
        name = f"{kind}{os.urandom(16).hex()}"
        draft = self.path / f".{name}"
        try:
            # Not the folders above: where no repository is, none is begun.
            self.path.parent.mkdir(exist_ok=True)
            self.path.mkdir(exist_ok=True)
            draft.write_bytes(os.fsencode(where))
            faults.act("leave", self.path / name)
            draft.rename(self.path / name)
        except OSError as error:
            raise EnvironmentProblemError(
                f"cannot leave a note in {self.path}: {error}"
            ) from error

    def waiting(self) -> int:
        """Return how many notes there are."""
        return sum(1 for _ in self._notes())

    def oldest(self) -> float | None:
        """Return since when the oldest note waits, in seconds since the epoch."""
        return min((_age(each)[0] / 1e9 for each in self._notes()), default=None)

    def take(self) -> list[str]:
        """Return the places that the notes name, oldest first and each once.

        A note is gone before its taker looks: one that comes later is for the next look.
        """
        places = [self._take(note) for note in sorted(self._notes(), key=_age)]
        return list(dict.fromkeys(place for place in places if place))

    def _notes(self) -> Iterator[Path]:
        try:
            entries = [*os.scandir(self.path)]
        except OSError:
            return
        for entry in entries:
            if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False):
                yield Path(entry.path)

    def _take(self, note: Path) -> str:
        try:
            with note.open("rb") as file:
                content = file.read(_LONGEST + 1)
        except OSError:
            content = b""
        faults.act("take", note)
        with contextlib.suppress(OSError):
            note.unlink()
        if len(content) > _LONGEST or b"\0" in content:
            return ""
        return os.fsdecode(content.removesuffix(b"\n")) or self._named(note.name)

    def _named(self, name: str) -> str:
        """Return the place that an empty note's name stands for."""
        common = self.path.parent.parent
        if not name.startswith(_WORKTREE):
            return str(common.parent if common.name == ".git" else common)
        pointer = common / "worktrees" / name.removeprefix(_WORKTREE) / "gitdir"
        try:
            return str(Path(os.fsdecode(pointer.read_bytes()).removesuffix("\n")).parent)
        except (OSError, ValueError):
            return str(common)


def _age(note: Path) -> tuple[int, str]:
    try:
        return note.stat().st_mtime_ns, note.name
    except OSError:
        return 0, note.name
