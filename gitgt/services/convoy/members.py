# ruff: noqa: S608 - what is put together are names of columns, all of them ours
"""How the members of convoys stand: one question to each ledger, however many they are."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any, Final

from gitgt.errors import GtError
from gitgt.ledger import abroad
from gitgt.ledger.abroad import Homes
from gitgt.model.convoy.convoy_feed import MAX_REFUSALS, SKIPPED, SYNTHESIS, Member
from gitgt.model.graph import FOREVER
from gitgt.model.instant import exact_seconds_of
from gitgt.model.lifecycle import SlingStatus
from gitgt.services import reading
from gitgt.services.town import Rig, Town

_ROWS: Final = """
select id, title, status, assignee, type, priority, landed, waits, until, error from doc
where id in (select value from json_each(?))
"""
_LABELS: Final = f"""
select id, label from label
where label in ('{SKIPPED}', '{SYNTHESIS}') and id in (select value from json_each(?))
"""
_CONTEXTS: Final = """
select source, status from doc where kind = 'sling-context'
and source in (select value from json_each(?))
"""
_BROKEN: Final = "the scheduler could not give it out"


def read(town: Town, names: Iterable[str]) -> dict[str, Member]:
    """Return how the beads called *names* stand, each as its home ledger says."""
    found: dict[str, Member] = {}
    for there in by_prefix(names).values():
        found |= _of_ledger(town, there)
    return found


def by_prefix(names: Iterable[str]) -> dict[str, list[str]]:
    """Return *names* by the prefix of their ledger."""
    found: dict[str, list[str]] = {}
    for name in sorted(set(names)):
        found.setdefault(name.partition("-")[0], []).append(name)
    return found


def _of_ledger(town: Town, names: list[str]) -> dict[str, Member]:
    try:
        rig = town.rig_of(names[0])
        with reading.opened(town, rig) as (db, homes):
            known = {each.id: each for each in _rows(town, db, homes, names, rig)}
    except GtError as error:
        return {name: Member(id=name, problem=error.message) for name in names}
    missing = (name for name in names if name not in known)
    return known | {name: Member(id=name, problem=f"there is no {name}") for name in missing}


def _rows(
    town: Town, db: sqlite3.Connection, homes: Homes, names: list[str], rig: Rig | None
) -> Iterator[Member]:
    wanted, now = json.dumps(names), town.now()
    labels: dict[str, list[str]] = {}
    for name, label in db.execute(_LABELS, (wanted,)):
        labels.setdefault(name, []).append(label)
    contexts = dict(db.execute(_CONTEXTS, (wanted,)))
    held = abroad.held(db, homes, now)
    for row in db.execute(_ROWS, (wanted,)):
        name, title, status, assignee, kind, priority, landed, waits, until, error = row
        if error:
            yield Member(id=name, problem=error)
            continue
        yield Member(
            id=name, title=title, status=status, assignee=assignee, type=kind,
            priority=priority, landed=bool(landed), rig=rig.name if rig else "",
            waits=status == "open" and (bool(waits) or name in held),
            until=_seconds(until, town.clock()) if until > now else 0.0,
            labels=tuple(sorted(labels.get(name, ()))),
            scheduled=contexts.get(name) == SlingStatus.OPEN,
            **_broken(contexts.get(name)),
        )  # fmt: skip


def _broken(context: str | None) -> dict[str, Any]:
    """Return what is known of a bead that the scheduler tried in vain, and let go."""
    if context != SlingStatus.CIRCUIT_BROKEN:
        return {}
    return {"refusals": MAX_REFUSALS, "refused": _BROKEN}


def _seconds(until: str, now: float) -> float:
    """Return in how many seconds something that is put off will not be."""
    return math.inf if until == FOREVER else max(1.0, exact_seconds_of(until) - now)
