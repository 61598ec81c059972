"""What becomes of the work of a machine that is lost: a pure judgement of what is still here.

Nothing is hidden: whatever the machine may have had beyond what is here is said to be gone.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self

from gitgt.values import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Machine:
    """A town's folder on a host."""

    host: str
    place: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what ``str`` of one gave."""
        host, _, place = text.partition(":")
        return cls(host, place)

    def __str__(self) -> str:
        """Return it as people write it."""
        return f"{self.host}:{self.place}"

    def is_meant(self, said: str) -> bool:
        """Tell whether *said* names it: its host, its folder or both."""
        return said in (self.host, self.place, str(self))


class Fate(StrEnum):
    """What becomes of an assignment."""

    LANDS = "lands"  # handed in, and all of it is here
    GOES_ON = "goes on"  # from where its branch stands here
    GIVEN_BACK = "given back"  # somebody begins it anew, or goes on from its branch


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """An assignment as the lost machine left it, as far as that is known here.

    ``session`` is the record of its last session, if any. ``tip`` is where its branch stands
    here and ``since`` of when that is, ``saved`` of when the snapshot is of what was not
    committed; ``request`` is its merge request if it was handed in, and ``head`` what that
    asks to land, empty if it is not here.
    """

    address: str
    bead: str
    begun: bool
    session: str = ""
    tip: str = ""
    since: str = ""
    saved: str = ""
    request: str = ""
    head: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one assignment: ``here`` is what is left of it, ``lost`` what is not."""

    left: Left
    fate: Fate
    here: str
    lost: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "bead": self.left.bead, "agent": self.left.address, "fate": str(self.fate),
            "here": self.here, "lost": self.lost,
        }  # fmt: skip


def judge(left: Left, *, give_back: bool) -> Verdict:
    """Return what becomes of an assignment; *give_back*: nobody is to go on under that name."""
    if left.request:
        return _handed_in(left)
    if left.begun and not left.tip:
        return Verdict(left, Fate.GIVEN_BACK, "", "what was committed there never left it")
    fate = Fate.GIVEN_BACK if give_back else Fate.GOES_ON
    return Verdict(left, fate, _kept(left), _gone(left))


def _handed_in(left: Left) -> Verdict:
    if left.head:
        return Verdict(left, Fate.LANDS, f"{left.request}: {left.head[:12]}", "")
    lost = f"what was handed in ({left.request}) never left it"
    return Verdict(left, Fate.GIVEN_BACK, _kept(left) if left.tip else "", lost)


def _kept(left: Left) -> str:
    told = [f"its branch at {left.tip[:12]}, of {left.since}"] if left.tip else []
    told += [f"what was not committed, of {left.saved}"] if left.saved else []
    return "; ".join(told)


def _gone(left: Left) -> str:
    last = max(left.since, left.saved)
    return f"what was done there after {last}" if last else "what was done there, if anything"
