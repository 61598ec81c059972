# ruff: noqa: S608 - what is put together are names of columns, all of them ours
"""Open work that is neither ready nor blocked: somebody has it, or it is put off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from gitgt.ledger import abroad
from gitgt.ledger.index import Row
from gitgt.ledger.questions import COLUMNS
from gitgt.model.graph import FOREVER, NO_WORK
from gitgt.services import reading
from gitgt.services.radar import radar_held
from gitgt.services.radar.radar_held import Held
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_NO_WORK: Final = ", ".join(f"'{each}'" for each in NO_WORK)
# Where each stands, in the order in which ``model.graph`` says so.
_IDLE: Final = f"""
select {COLUMNS}, case when status in ('hooked', 'in_progress') then 'claimed'
    when type in ({_NO_WORK}) or status = 'pinned' then 'excluded' else 'deferred' end, until
from doc where kind = 'bead' and ended = 0 and error = '' and (
  status in ('hooked', 'in_progress', 'pinned') or type in ({_NO_WORK})
  or waits = 0 and until > ?)
order by priority, created_at, id
"""


@dataclass(frozen=True, slots=True)
class Idle:
    """A bead that is ``claimed``, ``excluded``, or ``deferred``: *until* then, if known.

    ``held`` says whom a claimed one waits for, with which it would collide.
    """

    row: Row
    standing: str
    until: str = ""
    held: Held | None = None

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        row = self.row
        found = {
            "id": row.id, "type": row.type, "title": row.title, "status": row.status,
            "priority": row.priority, "standing": self.standing,
        }  # fmt: skip
        after = list(self.held.after) if self.held else []
        more = {"assignee": row.assignee, "until": self.until, "after": after}
        return {**found, **{name: value for name, value in more.items() if value}}


def idle(town: Town, rigs: Iterable[Rig | None]) -> list[Idle]:
    """Return what is neither ready nor blocked of the open beads, the most urgent first."""
    found: list[Idle] = []
    now = town.now()
    for rig in rigs:
        with reading.opened(town, rig) as (db, homes):
            held = abroad.held(db, homes, now)
            waiting = {} if rig is None else {each.bead: each for each in radar_held.held(rig)}
            for *columns, standing, until in db.execute(_IDLE, (now,)):
                if standing != "deferred":
                    last = waiting.get(columns[0])
                    found.append(Idle(Row._make(columns), standing, held=last))
                elif columns[0] not in held:
                    known = "" if until == FOREVER else until
                    found.append(Idle(Row._make(columns), standing, known))
    return sorted(found, key=lambda each: each.row.priority)
