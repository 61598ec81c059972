"""What waits for an agent, handed over at a turn of its session: once, and never lost.

It counts as delivered when the answer was written. Who is killed in between hands it over
again; two taps of one session never do so at the same time.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gitgt.services.taps.seat import Seat

_LOCK = "post.lock"


@dataclass(frozen=True, slots=True)
class Post:
    """What waits: a text, what is in it, and what to call once it was handed over."""

    text: str = ""
    ids: tuple[str, ...] = ()
    delivered: Callable[[], None] = lambda: None


EMPTY = Post()


@contextmanager
def at_the_box(seat: Seat) -> Iterator[None]:
    """Let nobody else of this session look for post meanwhile."""
    with (seat.folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def waiting(seat: Seat) -> Post:
    """Return what waits for the agent of *seat*."""
    if not seat.rig:
        return EMPTY
    from gitgt.services.radar import radar_nudges

    rig = seat.open_town().rig(seat.rig)
    found = radar_nudges.waiting(rig, seat.address)
    ids = tuple(" ".join(each.key) for each in found)
    text = "\n".join(each.text for each in found)
    return Post(text, ids, lambda: radar_nudges.delivered(rig, found))
