"""A watcher with one role that writes down what it was asked; started as a process by tests.

python -m tests.support.watcher TOWN [deaf]
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable
from pathlib import Path

from gitgt.daemon import loop
from gitgt.daemon.instance import Instance
from gitgt.reactor.key import Key, Settled
from gitgt.reactor.reactor import Reactor
from gitgt.reactor.sources import Sources


class Scribe:
    """Writes what it looks after into a file."""

    def __init__(self, diary: Path) -> None:
        self._diary = diary

    @property
    def role(self) -> str:
        """Its only role."""
        return "scribe"

    def keys(self) -> Iterable[Key]:
        """Return its only key."""
        return [Key(self.role, "town")]

    def reconcile(self, key: Key) -> Settled:
        """Write down *key*."""
        with self._diary.open("a") as diary:
            diary.write(f"{key.name}\n")
        return Settled()


def main(town: Path, *flags: str) -> None:
    """Watch the repository *town*."""
    with Instance(town / ".git" / "gt").held():
        sources = Sources(every=3600)
        sources.follow([town / ".git"])
        stop = loop.Stop(sources.poke)
        with stop.on_signals():
            if "deaf" in flags:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
            loop.run(Reactor([Scribe(town / "diary")]), sources, stop=stop)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
