"""A watcher of our own, for as long as a demonstration lasts."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from gitgt.daemon import background
from gitgt.daemon.instance import Instance
from gitgt.git.signposts import own_command
from gitgt.services.town import Town


@contextmanager
def watched(town: Town) -> Iterator[Callable[[], None]]:
    """Let a watcher look after *town*; yield what starts it again if it is gone."""
    instance = Instance(town.gt)
    argv = (*own_command(), "watch")

    def keep_up() -> None:
        background.up(town.root, instance, argv)

    with told_to_end():
        try:
            keep_up()
            yield keep_up
        finally:
            folders = [ledger.repository.gt for _, ledger in town.ledgers()]
            background.down(town.root, instance, folders)


@contextmanager
def told_to_end() -> Iterator[None]:
    """Take SIGTERM for an interrupt, so that what was begun is also ended."""

    def interrupt(_signum: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
