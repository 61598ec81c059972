"""What wakes the loop. An event only says "look again"; what is so, a look finds out.

One watchdog observer watches the spool, the loose refs, packed-refs and HEADs of every
repository, and the settings files; our own reads and lock files are filtered out. Events get
lost (a full queue, a folder made a moment ago, a network disk), so ``look`` glances at
everything now and then, which is cheap; where nothing can be watched it does so more often.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gitgt.git.spool import Spool
from gitgt.reactor import glance
from gitgt.reactor.glance import Glance
from gitgt.values import dataclass

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver, ObservedWatch

_log = logging.getLogger(__name__)
_IN_COMMON: Final = frozenset({"packed-refs", "HEAD", "config", "worktrees", "refs"})
_OF_REFS: Final = frozenset({"heads", "remotes"})


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A folder to be watched; ``speaks`` tells which names in it say anything."""

    path: Path
    speaks: Callable[[str], bool]
    recursive: bool = False


@dataclass(slots=True)
class _Watched:
    watch: ObservedWatch
    inode: int


class Sources:
    """The repositories and files that the loop keeps an eye on."""

    def __init__(
        self,
        *,
        every: float = 5.0,
        every_when_blind: float = 0.5,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._every = every
        self._every_when_blind = every_when_blind
        self._clock = clock
        self._event = threading.Event()
        self._observer: BaseObserver | None = None
        self._watched: dict[Path, _Watched] = {}
        self._blind = False
        self._repositories: dict[Path, Glance | None] = {}
        self._files: dict[Path, Glance | None] = {}

    @property
    def interval(self) -> float:
        """After how many seconds one should look even if no event came."""
        return self._every_when_blind if self._blind else self._every

    def follow(self, repositories: Iterable[Path], files: Iterable[Path] = ()) -> None:
        """Keep an eye on these common directories and these files, and on no others."""
        self._repositories = {path: self._repositories.get(path) for path in repositories}
        self._files = {path: self._files.get(path) for path in files}
        for common in self._repositories:
            (common / "gt" / "spool").mkdir(parents=True, exist_ok=True)
        self._watch()

    def start(self) -> None:
        """Begin to watch."""
        from watchdog.observers import Observer

        self._observer = Observer()
        try:
            self._observer.start()
        except OSError as error:
            self._lose_sight(error)
            self._observer = None
        self._watch()

    def stop(self) -> None:
        """Watch no more."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None
            self._watched.clear()

    def poke(self) -> None:
        """End a ``wait``, now or the next; may be called from a signal handler or a thread."""
        self._event.set()

    def wait(self, timeout: float | None) -> bool:
        """Wait for an event, and tell whether one came."""
        came = self._event.wait(timeout)
        self._event.clear()
        return came

    def look(self) -> dict[Path, list[str]]:
        """Return the places in which something changed since the last look, with their notes.

        A place is a common directory or a file; its notes are taken, and say where.
        """
        self._watch()
        now = self._clock()
        changed: dict[Path, list[str]] = {}
        for common, before in self._repositories.items():
            notes = Spool.of(common).take()
            seen = self._repositories[common] = glance.of_repository(common, now)
            if notes or seen.differs(before):
                changed[common] = notes
        for path, before in self._files.items():
            seen = self._files[path] = glance.of_file(path, now)
            if seen.differs(before):
                changed[path] = []
        return changed

    def _watch(self) -> None:
        """Watch what should be watched and is not: new folders, and those made anew."""
        if self._observer is None:
            return
        wanted = {each.path: each for each in self._wanted()}
        for path, watched in [*self._watched.items()]:
            if path not in wanted or not self._still_watches(path, watched):
                self._unwatch(path)
        for path, each in wanted.items():
            inode = _inode(path)
            if path not in self._watched and inode is not None:
                self._watch_one(each, inode)

    def _still_watches(self, path: Path, watched: _Watched) -> bool:
        """Tell whether the folder is the one that we listen to, and not one made in its place.

        A new folder may get the old one's inode; watchdog gives up on one that was removed.
        """
        assert self._observer is not None
        listening = (each.watch for each in self._observer.emitters if each.is_alive())
        return _inode(path) == watched.inode and watched.watch in listening

    def _wanted(self) -> Iterator[_Wanted]:
        for common in self._repositories:
            yield _Wanted(common, _IN_COMMON.__contains__)
            yield _Wanted(common / "gt" / "spool", _is_note)
            yield _Wanted(common / "worktrees", _is_no_lock)
            yield _Wanted(common / "reftable", _is_no_lock)
            yield _Wanted(common / "refs", _OF_REFS.__contains__)
            for kind in _OF_REFS:
                yield _Wanted(common / "refs" / kind, _is_no_lock, recursive=True)
        for folder in {path.parent for path in self._files}:
            names = frozenset(path.name for path in self._files if path.parent == folder)
            yield _Wanted(folder, names.__contains__)

    def _watch_one(self, wanted: _Wanted, inode: int) -> None:
        from gitgt.reactor.ear import HEARD, Ear

        assert self._observer is not None
        try:
            watch = self._observer.schedule(
                Ear(self.poke, wanted.speaks, deletions=wanted.speaks is not _is_note),
                str(wanted.path),
                recursive=wanted.recursive,
                event_filter=HEARD,
            )
        except FileNotFoundError:
            return
        except OSError as error:
            self._lose_sight(error)
            return
        self._watched[wanted.path] = _Watched(watch, inode)
        self._event.set()  # what happened before we listened

    def _unwatch(self, path: Path) -> None:
        assert self._observer is not None
        with contextlib.suppress(KeyError, OSError):
            self._observer.unschedule(self._watched[path].watch)
        del self._watched[path]

    def _lose_sight(self, error: OSError) -> None:
        """Look more often from now on, since the system does not tell."""
        if not self._blind:
            _log.warning(
                "cannot watch folders, so looking often instead", extra={"error": str(error)}
            )
        self._blind = True


def _is_no_lock(name: str) -> bool:
    return not name.endswith(".lock")


def _is_note(name: str) -> bool:
    return not name.startswith(".")


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
