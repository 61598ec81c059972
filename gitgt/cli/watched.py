"""A watcher of our own, for as long as a demonstration lasts."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from gitgt.daemon import background, ending
from gitgt.daemon.instance import Instance
from gitgt.git.signposts import own_command
from gitgt.services.town import Town

_ENDS: Final = (signal.SIGTERM, signal.SIGHUP)


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
            ending.down(town.root, instance, folders)


@contextmanager
def told_to_end() -> Iterator[None]:
    """Take SIGTERM, and a closed terminal, for an interrupt: what was begun is also ended."""

    def interrupt(_signum: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    heard = [each for each in _ENDS if signal.getsignal(each) is not signal.SIG_IGN]  # nohup
    before = {each: signal.signal(each, interrupt) for each in heard}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
