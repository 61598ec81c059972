"""How a target here stands to the same one at the remote, which is the one that counts."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from gitgt.values import dataclass

# Whether the first of two commits has all that the second one has.
Contains = Callable[[str, str], bool]


class Course(StrEnum):
    """What follows from how the two stand."""

    STAY = "stay"  # what is there is here
    FOLLOW = "follow"  # it went on
    REWOUND = "rewound"  # what it had is gone
    PARTED = "parted"  # each has what the other has not
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where a target stands *here*, where it was *seen* last there, and where it is *now*."""

    here: str
    seen: str | None
    now: str | None

    def course(self, contains: Contains) -> Course:
        """Return what is to be done; what was taken back there is for a person to judge.

        Whoever puts the target here where it stands there has judged.
        """
        if self.now is None:
            return Course.STAY if self.seen is None else Course.GONE
        if self.now == self.here:
            return Course.STAY
        if self.seen is not None and not contains(self.now, self.seen):
            return Course.REWOUND
        if contains(self.here, self.now):
            return Course.STAY
        return Course.FOLLOW if contains(self.now, self.here) else Course.PARTED
