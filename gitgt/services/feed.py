"""What happened: the commits of all ledgers and the event log, in one order."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from operator import itemgetter
from typing import Any, Final

from gitgt.git.command import git
from gitgt.git.records import layout, records
from gitgt.ledger.transact import Ledger
from gitgt.model.event import Event
from gitgt.model.ids import TOWN_PREFIX
from gitgt.model.instant import exact_text_of
from gitgt.services.town import Rig, Town
from gitgt.telemetry.events import EventLog, Visibility
from gitgt.values import dataclass

_FIELDS: Final = ("%H", "%P", "%ct", "%an", "%B")
_OBJECT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_TAKEN_IN: Final = "desk.taken-in"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the feed. ``where`` is a rig, the town (hq), or the event log (log)."""

    at: str
    where: str
    who: str
    event: str
    said: str
    beads: tuple[str, ...] = ()
    commit: str = ""

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {**asdict(self), "beads": list(self.beads)}


def items(town: Town, *, since: float | None = None) -> list[Item]:
    """Return what happened since an instant, or ever, the oldest first.

    Within one ledger the order is that of its history: a clock that goes wrong does not
    turn cause and effect around.
    """
    # Of what happened in the same second, the town's own side comes last: it follows the rigs'.
    own, *rigs = town.ledgers()
    streams = [_ordered(_of_ledger(rig, ledger, since)) for rig, ledger in (*rigs, own)]
    streams.append(_ordered(_of_log(town, since)))
    return [item for _, item in heapq.merge(*streams, key=itemgetter(0))]


def _ordered(stream: Iterable[Item]) -> Iterator[tuple[str, Item]]:
    """Give each item the greatest time so far, by which streams can be put together."""
    latest = ""
    for item in stream:
        latest = max(latest, item.at)
        yield latest, item


def _of_ledger(rig: Rig | None, ledger: Ledger, since: float | None) -> Iterator[Item]:
    for commit in log(ledger, since=since):
        if commit.at > 1:  # the first two commits of a ledger are made without a clock
            yield commit.item(TOWN_PREFIX if rig is None else rig.name)


@dataclass(frozen=True, slots=True)
class Said:
    """A commit of a ledger, as git tells it."""

    id: str
    parents: tuple[str, ...]
    at: int
    who: str
    event: Event

    def item(self, where: str) -> Item:
        """Return it as a line of the feed."""
        return Item(
            at=self.event.at or exact_text_of(self.at),
            where=where,
            who=self.who,
            event=self.event.name,
            said=self.event.subject,
            beads=self.event.beads,
            commit=self.id,
        )


def log(ledger: Ledger, *paths: str, since: float | None = None) -> list[Said]:
    """Return the commits of a ledger, those that touch *paths* if there are any, oldest first.

    What a person committed on a desk and its merge into the ledger are one event.
    """
    span = [] if since is None else [f"--since=@{int(since)}"]
    how = ("--topo-order", "--reverse", "--full-history", f"--format={layout(_FIELDS)}")
    answer = git("log", *how, *span, ledger.head(), "--", *paths, cwd=ledger.repository.common)
    found = [_said(fields) for fields in records(answer, len(_FIELDS))]
    told = {each.id: each for each in found}
    twice = {parent for each in found for parent in _told_by(each, told)}
    return [each for each in found if each.id not in twice]


def _said(fields: Sequence[str]) -> Said:
    commit, parents, at, who, message = fields
    return Said(commit, tuple(parents.split()), int(at), who, Event.parse(message))


def _told_by(merge: Said, told: dict[str, Said]) -> Iterator[str]:
    """Yield the desk commits that a merge into the ledger tells of in the same words."""
    if merge.event.name != _TAKEN_IN:
        return
    for parent in merge.parents[1:]:
        other = told.get(parent)
        if other is not None and other.event.subject == merge.event.subject:
            yield parent


def _of_log(town: Town, since: float | None) -> Iterator[Item]:
    for event in EventLog(town.root).read(since):
        if event.visibility is not Visibility.AUDIT:
            facts = ", ".join(
                f"{key} {_plain(each)}" for key, each in event.payload.items() if each
            )
            bead = event.payload.get("bead")
            beads = (str(bead),) if bead else ()
            yield Item(event.ts, "log", event.actor, event.type, facts, beads)


def _plain(value: object) -> str:
    """Return a fact of an event as people read it."""
    if isinstance(value, list):
        return " ".join(map(_plain, value))
    text = str(value)
    return text[:12] if _OBJECT.fullmatch(text) else text
