"""What became of the agents of a rig on one day: counted anew, and stored nowhere.

Sessions are counted by their records, beads by the ledger's commits; nudges, which only the
event log knows, as far as that goes back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from gitgt.model.address import Role
from gitgt.model.instant import exact_text_of, text_of
from gitgt.services import feed
from gitgt.services.sessions import resuming, session_records
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

DAY: Final = 86_400.0
_BEADS: Final = {
    "bead.slung": "slung", "bead.submitted": "handed_in", "bead.released": "given_back",
    "bead.blocked": "blocked", "escalation.raised": "called",
}  # fmt: skip
_NUDGED: Final = "agent.nudged"
_ENDED: Final = "session.ended-by-witness"
_LANDED: Final = "batch.landed"


@dataclass(frozen=True, slots=True)
class Did:
    """Something that the witness did, as the event log tells."""

    at: str
    kind: str
    address: str
    bead: str
    act: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def acts(town: Town, rig: Rig, since: float) -> list[Did]:
    """Return what the witness of *rig* did since then, as far as the event log goes back."""
    return [
        Did(
            each.ts, str(each.payload.get("kind", "")), each.actor,
            str(each.payload.get("bead", "")), str(each.payload.get("act", "")),
        )
        for each in town.events.read(since)
        if each.type in (_NUDGED, _ENDED) and each.actor.startswith(f"{rig.name}/")
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Digest:
    """One day of a rig, in numbers; what counts as *begun* are sessions of polecats."""

    rig: str
    day: str
    counts: dict[str, int]

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"rig": self.rig, "day": self.day, **self.counts}


NAMES: Final = (
    "begun", "ended_well", "cut_short", "ended_by_witness", "nudged", *_BEADS.values(),
    "landed",
)  # fmt: skip


def of(town: Town, rig: Rig, since: float) -> Digest:
    """Return what happened in *rig* on the day that began at *since*."""
    found = Counter([*_sessions(town, rig, since), *_events(town, rig, since)])
    counts = {name: found[name] for name in NAMES}
    return Digest(rig.name, text_of(since).partition("T")[0], counts)


def _sessions(town: Town, rig: Rig, since: float) -> Iterator[str]:
    first, last = exact_text_of(since), exact_text_of(since + DAY)
    for each in session_records.records(town, rig):
        if each.role != Role.POLECAT:
            continue
        if first <= each.started < last:
            yield "begun"
        if each.ended and first <= each.ended < last:
            by_witness = each.how.startswith(resuming.BY_WITNESS)
            yield (
                "ended_by_witness" if by_witness else "cut_short" if each.how else "ended_well"
            )


def _events(town: Town, rig: Rig, since: float) -> Iterator[str]:
    for each in feed.log(town.ledger_at(rig), since=since):
        if each.at < since + DAY:
            if each.event.name == _LANDED:
                yield from ("landed" for name in each.event.beads if _is_work(name))
            elif each.event.name in _BEADS:
                yield _BEADS[each.event.name]
    last = exact_text_of(since + DAY)
    for event in town.events.read(since):
        if event.type == _NUDGED and event.ts < last and event.actor.startswith(f"{rig.name}/"):
            yield "nudged"


def _is_work(name: str) -> bool:
    return name.count("-") == 1
