"""Wisps: beads that are gone after a while. They never reach the ledger's history.

A wisp is a bead whose ``ext`` says what kind of wisp it is and when it was last touched; its
kind says how long it lives from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from gitgt.model.documents import Bead, WorkType
from gitgt.model.ids import BeadId
from gitgt.model.instant import seconds_of
from gitgt.model.lifecycle import BeadStatus

CODE: Final = "ws"  # in the ids of wisps
_HOUR: Final = 3600.0
_DAY: Final = 24 * _HOUR


class WispKind(StrEnum):
    """What a wisp is about."""

    HEARTBEAT = "heartbeat"
    PING = "ping"
    PATROL = "patrol"
    GC_REPORT = "gc_report"
    RECOVERY = "recovery"
    ERROR = "error"
    ESCALATION = "escalation"
    MOLECULE = "molecule"
    RUN = "run"  # of a plugin


LIFETIMES: Final[Mapping[WispKind, float]] = {
    WispKind.HEARTBEAT: 6 * _HOUR,
    WispKind.PING: 6 * _HOUR,
    WispKind.PATROL: _DAY,
    WispKind.GC_REPORT: _DAY,
    WispKind.RECOVERY: 7 * _DAY,
    WispKind.ERROR: 7 * _DAY,
    WispKind.ESCALATION: 7 * _DAY,
    WispKind.MOLECULE: 7 * _DAY,
    WispKind.RUN: 35 * _DAY,
}
Lifetimes = Mapping[WispKind, float]
KEEP: Final = "keep"
# What is open of these may be work that is still to be done.
_WORK: Final = (WispKind.RECOVERY, WispKind.ERROR, WispKind.ESCALATION, WispKind.MOLECULE)


def is_wisp(name: str) -> bool:
    """Tell whether an id, or its beginning, is a wisp's."""
    return f"-{CODE}-" in name


def kind_of(wisp: Bead) -> WispKind:
    """Return what kind of wisp it is; one that does not say is taken for a molecule's."""
    said = str(wisp.ext.get("wisp", ""))
    return WispKind(said) if said in [*WispKind] else WispKind.MOLECULE


def expires(wisp: Bead, lifetimes: Lifetimes = LIFETIMES) -> float:
    """Return when *wisp* may be swept, in seconds since the epoch."""
    touched = str(wisp.ext.get("touched") or wisp.created_at)
    return seconds_of(touched) + lifetimes[kind_of(wisp)]


def swept(
    wisps: Iterable[Bead], now: float, lifetimes: Lifetimes = LIFETIMES
) -> tuple[list[Bead], list[Bead], float | None]:
    """Return the wisps that stay, those whose time is over, and when the next one's will be."""
    stay: list[Bead] = []
    gone: list[Bead] = []
    for wisp in wisps:
        (gone if expires(wisp, lifetimes) <= now else stay).append(wisp)
    return stay, gone, min((expires(each, lifetimes) for each in stay), default=None)


def kept_for(wisp: Bead) -> str:
    """Return why a wisp becomes a bead when its time is over; empty if it just goes."""
    if KEEP in wisp.labels:
        return f"it is labelled {KEEP}"
    if wisp.comments:
        return "somebody said something about it"
    if not wisp.is_closed and kind_of(wisp) in _WORK:
        return "nobody has closed it"
    return ""


def touched(wisp: Bead, at: str, **ext: Any) -> Bead:  # noqa: ANN401 - any value
    """Return *wisp* as somebody has just had it in hand, with more in its ``ext``."""
    return wisp.replace(ext={**wisp.ext, **ext, "touched": at})


def done_of(wisp: Bead) -> tuple[str, ...]:
    """Return the steps of its formula that are done, as they were done."""
    said = wisp.ext.get("done")
    return tuple(str(each) for each in said) if isinstance(said, list) else ()


def promoted(wisp: Bead, name: BeadId) -> Bead:
    """Return the bead that *wisp* becomes when it is to be kept."""
    passing = ("wisp", "touched", "done", "vars")
    ext = {key: value for key, value in wisp.ext.items() if key not in passing}
    kind = WorkType.TASK if wisp.type is WorkType.MOLECULE else wisp.type
    return wisp.replace(
        id=name,
        type=kind,
        ext=ext,
        labels=tuple(sorted({*wisp.labels, f"wisp:{kind_of(wisp)}"})),
    )


def digest(
    name: BeadId, source: Bead, lines: Iterable[str], *, summary: str, at: str, by: str
) -> Bead:
    """Return the bead that is kept in the place of a wisp; it is still to be closed."""
    return Bead(
        id=name,
        type=WorkType.CHORE,
        title=f"Digest: {source.title}"[:500],
        status=BeadStatus.OPEN,
        created_at=at,
        created_by=by,
        labels=("digest",),
        description=told(summary, lines),
        formula=source.formula,
    )


def told(summary: str, lines: Iterable[str]) -> str:
    """Return what a digest says."""
    return "\n\n".join(part for part in (summary, "\n".join(lines)) if part)
