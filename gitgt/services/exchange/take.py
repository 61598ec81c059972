"""Take beads out of a ledger, in the words of other tools."""

from __future__ import annotations

import json
from collections.abc import Iterator

from gitgt.model.documents import Bead, Convoy
from gitgt.services.exchange import bd, table
from gitgt.services.exchange.foreign import Work
from gitgt.services.exchange.kept import restored
from gitgt.services.exchange.names import mark_of
from gitgt.services.town import Rig, Town


def jsonl(town: Town, rig: Rig | None) -> Iterator[str]:
    """Yield a line of bd's JSONL for each bead and convoy, sorted by id."""
    now = town.ledger_at(rig).snapshot()
    found: list[Work] = [*now.all(Bead), *now.all(Convoy)]
    names = {str(bead.id): str(mark_of(bead)["id"]) for bead in found if _is_bds(bead)}
    records = []
    for bead in found:
        made = bd.write(bead, names)
        records.append(restored(mark_of(bead), made) if _is_bds(bead) else made)
    for record in sorted(records, key=lambda each: str(each["id"])):
        yield json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def csv(town: Town, rig: Rig | None) -> Iterator[str]:
    """Yield the lines of a table."""
    beads = town.ledger_at(rig).snapshot().all(Bead)
    return table.lines(sorted(beads, key=lambda bead: bead.id))


def _is_bds(bead: Work) -> bool:
    return mark_of(bead).get("from") == bd.SOURCE
