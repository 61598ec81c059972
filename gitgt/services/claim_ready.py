"""Take the first thing that is ready: found and begun in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gitgt.errors import NotFoundError
from gitgt.ledger.index import Row
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.change import marked
from gitgt.model.documents import Bead
from gitgt.model.lifecycle import BeadVerb
from gitgt.services import claims, reading
from gitgt.services.town import Rig, Town


def claim(
    town: Town, rigs: Iterable[Rig | None], who: Actor, wish: Mapping[str, Any]
) -> Bead:  # fmt: skip
    """Begin, on the hook of *who*, the first bead that is ready and not another's.

    What is ready is judged on the ledger as it is when the claim is written: two who ask at
    once get two beads.

    Raises:
        NotFoundError: nothing is ready.
    """
    for rig in _by_urgency(town, list(rigs), who, wish):
        found = _claimed_in(town, rig, who, wish)
        if found is not None:
            return found
    raise NotFoundError(
        "nothing is ready", hint="git gt bead blocked tells what waits, and why"
    )


def _by_urgency(
    town: Town, rigs: list[Rig | None], who: Actor, wish: Mapping[str, Any]
) -> list[Rig | None]:
    """Return the ledgers that have something, the one with what comes first at the front."""
    by_prefix = {"hq" if rig is None else rig.prefix: rig for rig in rigs}
    rows = [row for row in reading.ready(town, rigs, {**wish, "limit": 0}) if _free(row, who)]
    prefixes = dict.fromkeys(row.id.partition("-")[0] for row in rows)
    return [by_prefix[prefix] for prefix in prefixes]


def _free(row: Row, who: Actor) -> bool:
    return row.assignee in ("", who.address)


def _claimed_in(
    town: Town, rig: Rig | None, who: Actor, wish: Mapping[str, Any]
) -> Bead | None:  # fmt: skip
    taken = ""

    def decide(now: Snapshot) -> Change | None:
        nonlocal taken
        rows = reading.ready(town, [rig], {**wish, "limit": 0})
        taken = next((row.id for row in rows if _free(row, who)), "")
        if not taken:
            return None
        old = now.bead(taken)
        begun = old.after(BeadVerb.BEGIN, assignee=who.address)
        new = marked(old, begun, now=town.now(), by=who.address)
        return Change(f"begin {taken}", (new,), event="bead.begun")

    after = claims.transact(town, rig, decide, who)
    return after.bead(taken) if taken else None
