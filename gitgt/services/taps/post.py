"""What waits for an agent, handed over at a turn of its session: once, and never lost.

It counts as delivered when the answer was written. Who is killed in between hands it over
again; two taps of one session never do so at the same time.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gitgt.services.taps.seat import Seat
from gitgt.values import dataclass

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
    """Return what waits for the agent of *seat*: mail, nudges, warnings of collisions."""
    from gitgt.services.mail import quick

    if not seat.address or quick.nothing_waits(str(seat.town), seat.address, seat.session):
        return EMPTY
    from gitgt.services import quick as questions
    from gitgt.services.mail import delivery

    town = seat.open_town()
    questions.remember(town)  # so that the next look is a quick one
    found = delivery.waiting(town, seat.address, seat.session)

    def delivered() -> None:
        delivery.delivered(town, seat.address, seat.session, found.ids)

    return Post(found.text, found.ids, delivered) if found.text else EMPTY
