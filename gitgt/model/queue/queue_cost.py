"""What a merge request has cost: the runs that it was in, and how long it waited for what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

from gitgt.model.gate import Verdict
from gitgt.model.lifecycle import MergeStatus
from gitgt.values import dataclass

_WAITING: Final = (MergeStatus.QUEUED, MergeStatus.BLOCKED)
_ENDED: Final = (MergeStatus.LANDED, MergeStatus.NO_OP, MergeStatus.WITHDRAWN)
_BACK: Final = (MergeStatus.CONFLICT, MergeStatus.REJECTED, MergeStatus.ESCALATED)


@dataclass(frozen=True, slots=True)
class Ran:
    """A run of a gate that said something: ``at`` is when it ended, in seconds.

    It judged what was merged from *heads*; nothing if nobody waited for it in a queue. A
    *flake* is a red one of a gate that passed on the same tree as well.
    """

    gate: str
    verdict: Verdict
    at: float
    seconds: float
    heads: tuple[str, ...] = ()
    flake: bool = False

    @property
    def share(self) -> float:
        """How much of its time each that was in it is charged with."""
        return self.seconds / max(1, len(self.heads))


@dataclass(frozen=True, slots=True)
class Moment:
    """From when on a request had this status and head, and why."""

    at: float
    status: str
    head: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one request has cost so far.

    ``runs`` is in how many runs of gates it was, ``red`` how many of them said no, ``seconds``
    its share of their time. It waited so long in the queue, ``queued``, and was so long with
    its author, ``away``. It was handed in ``revisions`` times, and came back ``conflicts``
    times because of a conflict, ``rejections`` times for another reason.
    """

    runs: int = 0
    red: int = 0
    seconds: float = 0.0
    queued: float = 0.0
    away: float = 0.0
    revisions: int = 0
    conflicts: int = 0
    rejections: int = 0

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "runs": self.runs, "red": self.red, "gate_seconds": round(self.seconds, 1),
            "queued_seconds": round(self.queued), "away_seconds": round(self.away),
            "revisions": self.revisions, "conflicts": self.conflicts,
            "rejections": self.rejections,
        }  # fmt: skip


def cost(life: Sequence[Moment], runs: Iterable[Ran], *, now: float) -> Cost:
    """Return what a request has cost whose *life* this is, the oldest moment first."""
    heads = {each.head for each in life}
    mine = [each for each in runs if heads & {*each.heads}]
    back = backs(life)
    conflicts = sum(each.status == MergeStatus.CONFLICT for each in back)
    return Cost(
        runs=len(mine),
        red=sum(each.verdict is Verdict.FAIL for each in mine),
        seconds=sum(each.share for each in mine),
        queued=_spent(life, _WAITING, now),
        away=_spent(life, _BACK, now),
        revisions=len(heads),
        conflicts=conflicts,
        rejections=len(back) - conflicts,
    )


def backs(life: Sequence[Moment]) -> list[Moment]:
    """Return the moments in which a request came back."""
    was = [None, *life]
    return [
        now
        for before, now in zip(was, life, strict=False)
        if now.status in _BACK and (before is None or before.status not in _BACK)
    ]


def _spent(life: Sequence[Moment], status: Iterable[str], now: float) -> float:
    """Return how many seconds it had one of these *status*; who has ended waits no more."""
    if not life:
        return 0.0
    wanted = {*status}
    until = life[-1].at if life[-1].status in _ENDED else max(now, life[-1].at)
    spells = pairwise([*life, Moment(until, life[-1].status, "")])
    return sum(max(0.0, after.at - each.at) for each, after in spells if each.status in wanted)
