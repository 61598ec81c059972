"""Formula gates: what a step waits for besides other steps; the refinery's gates are others.

A timer runs from when nothing else holds its step up any more; when it has run out, whoever
looks next opens the gate: the deacon, or somebody who ends a step. A person opens all others.
What is not connected to anything waits for a person too, and is never passed over.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final

from gitgt.errors import NotAllowedError, NotFoundError, RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.change import marked
from gitgt.model.documents import Bead, Outcome, WorkType
from gitgt.model.ids import BeadId
from gitgt.model.instant import seconds_of, text_of
from gitgt.model.lifecycle import BeadStatus, BeadVerb
from gitgt.model.when import span
from gitgt.services.formula import molecules
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

CONNECTED: Final = ("timer", "human")
_WHO: Final = Actor.role("deacon")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Gate:
    """A formula gate as it stands; ``due`` is when a timer runs out, None if none runs."""

    bead: Bead
    kind: str
    awaits: str
    waits: tuple[str, ...]
    due: float | None

    @property
    def is_parked(self) -> bool:
        """Tell whether nothing but the gate itself holds its step up."""
        return self.bead.status == BeadStatus.OPEN and not self.waits

    def told(self) -> str:
        """Return in a few words how it stands."""
        if self.bead.is_closed:
            return f"opened by {self.bead.closed_by}"
        if self.waits:
            return f"waits for {', '.join(self.waits)}"
        if self.kind == "human":
            return "waits for a person"
        if self.due is not None:
            return f"until {text_of(self.due)}"
        return "not connected; waits for a person"

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        found = {
            "id": self.bead.id, "type": self.kind, "await": self.awaits,
            "status": str(self.bead.status), "step": self.bead.step,
            "connected": self.kind in CONNECTED, "waits_for": list(self.waits),
            "due": text_of(self.due) if self.due is not None else "", "says": self.told(),
        }  # fmt: skip
        return {name: value for name, value in found.items() if value not in ("", [])}


def every(
    town: Town, rigs: Iterable[Rig | None], *, root: str = "", closed: bool = False
) -> list[Gate]:
    """Return the formula gates of the given ledgers, or of one molecule."""
    found = []
    for rig in rigs:
        now = town.ledger_at(rig).snapshot()
        for row in now.rows(type=WorkType.FORMULA_GATE):
            if root and not row.id.startswith(f"{root}."):
                continue
            if not row.error and (closed or row.status == BeadStatus.OPEN):
                found.append(_seen(town, now, row.id))
    return found


def _seen(town: Town, now: Snapshot, name: str) -> Gate:
    bead = now.from_index(name)
    assert isinstance(bead, Bead)
    said = _said(bead)
    waits = tuple(molecules.waits_of(town, now, name))
    kind = str(said.get("type", "human"))
    due = None if waits or kind != "timer" else _due(town, bead, str(said.get("timeout", "")))
    return Gate(bead, kind, str(said.get("await", "")), waits, due)


def _said(bead: Bead) -> Mapping[str, Any]:
    """Return what a gate waits for; one that was written by hand may not say."""
    said = bead.ext.get("gate")
    return said if isinstance(said, Mapping) else {}


def _due(town: Town, bead: Bead, timeout: str) -> float | None:
    """Return when a timer runs out: it began when the last of what was before it ended."""
    lasts = span(timeout)
    if lasts is None:
        return None
    began = [bead.created_at]
    for each in bead.blockers:
        other = town.ledger_of(each).snapshot().from_index(each)
        began.append(other.closed_at or bead.created_at)
    return max(seconds_of(each) for each in began) + lasts


def sweep(
    town: Town, rigs: Iterable[Rig | None], *, root: str = ""
) -> tuple[list[Bead], float | None]:
    """Open the timers that have run out; return those, and when the next one will.

    One that cannot be opened keeps no other closed.
    """
    opened, next_due = [], None
    now = town.clock()
    for each in every(town, rigs, root=root):
        if each.due is None:
            continue
        if each.due <= now:
            try:
                opened.append(_open(town, each.bead.id, _WHO, "its time has run out"))
            except RefusedError as error:
                _LOG.warning("cannot open", extra={"gate": each.bead.id, "why": error.message})
        elif next_due is None or each.due < next_due:
            next_due = each.due
    return opened, next_due


def approve(town: Town, name: BeadId, who: Actor, *, reason: str = "") -> tuple[Bead, bool]:
    """Open a formula gate as a person; return it, and whether it was closed before.

    Raises:
        NotAllowedError: an agent asks.
        RefusedError: what comes before it is not done yet.
    """
    if who.standing.is_agent:
        raise NotAllowedError(
            f"{name} is for a person to open", hint="git gt escalation, or wait for them"
        )
    now = town.ledger_of(name).snapshot()
    if now.bead(name).type is not WorkType.FORMULA_GATE:
        raise NotFoundError(f"{name} is no formula gate", hint="git gt mol gate list")
    seen = _seen(town, now, name)
    if seen.bead.is_closed:
        return seen.bead, False
    if seen.waits:
        raise RefusedError(f"{name} waits for {', '.join(seen.waits)}", hint="do those first")
    return _open(town, name, who, reason or "approved"), True


def _open(town: Town, name: BeadId, who: Actor, reason: str) -> Bead:
    at = town.now()

    def decide(now: Snapshot) -> Change | None:
        old = now.bead(name)
        if old.is_closed:
            return None
        new = old.after(BeadVerb.CLOSE, outcome=Outcome.SUCCESS, reason=reason)
        new = marked(old, new, now=at, by=who.address)
        said = f"open the formula gate {name}: {reason}"
        return Change(said, (new,), event="formula-gate.opened")

    return town.ledger_of(name).transact(decide, who).bead(name)
