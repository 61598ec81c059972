"""What a merge request must land after, and what becomes of it if that one does not land."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from gitgt.model.lifecycle import MergeStatus
from gitgt.values import dataclass

# How the reason of a request begins that is blocked by another; by it we know our own.
WAITS_FOR: Final = "waits for "
_DONE: Final = (MergeStatus.LANDED, MergeStatus.NO_OP)


@dataclass(frozen=True, slots=True)
class Needed:
    """A request that another one must land after; its status is empty if it is nowhere."""

    id: str
    status: str
    why: str = ""

    @property
    def is_done(self) -> bool:
        """Tell whether it keeps nobody waiting any more."""
        return self.status in _DONE

    @property
    def is_lost(self) -> bool:
        """Tell whether it will never land, so that a person must say what now."""
        return self.status in ("", MergeStatus.WITHDRAWN)

    @property
    def is_back(self) -> bool:
        """Tell whether it is out of the queue, and may come again."""
        return not self.is_done and self.status != MergeStatus.QUEUED

    def __str__(self) -> str:
        """Say what became of it."""
        status = self.status or "gone"
        return f"{self.id}, which is {status}{f': {self.why}' if self.why else ''}"


@dataclass(frozen=True, slots=True)
class Footing:
    """Whether a request may wait in the queue: *blocked* says why not, *lost* for ever."""

    blocked: str = ""
    lost: bool = False


def footing(needed: Iterable[Needed]) -> Footing:
    """Return how a request stands that must land after all *needed*."""
    out = sorted(
        (each for each in needed if each.is_back), key=lambda each: (not each.is_lost, each.id)
    )
    if not out:
        return Footing()
    return Footing(WAITS_FOR + str(out[0]), lost=out[0].is_lost)


def circle(start: str, after: str, needs: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    """Return the circle that closes if *start* lands after *after*; empty if none does.

    *needs* tells what each request must land after now.
    """
    came_from = {after: ""}
    waiting = [after]
    while waiting:
        name = waiting.pop()
        if name == start:
            return _path(name, came_from)
        for each in needs(name):
            if each not in came_from:
                came_from[each] = name
                waiting.append(each)
    return ()


def _path(name: str, came_from: dict[str, str]) -> tuple[str, ...]:
    found = [name]
    while came_from[found[-1]]:
        found.append(came_from[found[-1]])
    return (name, *reversed(found))
