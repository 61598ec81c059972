"""Epics within an epic, whose parts are all closed: whoever waits for one can go on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from gitgt.model.documents import Bead, WorkType
from gitgt.model.ids import is_bead_id
from gitgt.services import reading
from gitgt.services.convoy.convoys import Progress
from gitgt.services.convoy.members import by_prefix
from gitgt.services.town import Town

_ABOVE: Final = "select distinct parent from child where id in (select value from json_each(?))"
_OPEN: Final = """
select distinct child.parent from child cross join doc on doc.id = child.id
where doc.ended = 0 and child.parent in (select value from json_each(?))
"""


def done(town: Town, view: Progress) -> list[str]:
    """Return the epics within that of a convoy that are open though all parts are closed.

    One with an integration branch is closed when that lands.
    """
    within: set[str] = set()
    fresh: set[str] = {str(each) for each in view.convoy.members}
    while fresh := _above(town, fresh) - within - {view.convoy.epic}:
        within |= fresh
    if not within:
        return []
    return [each for each in sorted(within - _with_open_parts(town, within)) if _is(town, each)]


def _above(town: Town, names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for there in by_prefix(names).values():
        with reading.opened(town, town.rig_of(there[0])) as (db, _):
            found |= {row[0] for row in db.execute(_ABOVE, (json.dumps(there),))}
    return {each for each in found if is_bead_id(each)}


def _with_open_parts(town: Town, names: set[str]) -> set[str]:
    wanted, found = json.dumps(sorted(names)), set()
    for rig in (None, *town.rigs_here().values()):
        with reading.opened(town, rig) as (db, _):
            found |= {row[0] for row in db.execute(_OPEN, (wanted,))}
    return found


def _is(town: Town, name: str) -> bool:
    found = town.ledger_of(name).snapshot().find(name)
    if not isinstance(found, Bead) or found.is_closed or found.integration:
        return False
    return found.type is WorkType.EPIC
