"""Which bead is what another tracker calls by its own name: the same at every import."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import Bead, Convoy
from gitgt.model.ids import TOWN_PREFIX, BeadId, base36, is_bead_id
from gitgt.model.issues.trace import MARK
from gitgt.services.exchange import bd
from gitgt.services.exchange.foreign import Foreign, Work

_DIGITS = 7  # so that ten thousand ids made of names hardly ever meet


class Names:
    """The beads of one ledger, by what other trackers call them."""

    def __init__(self, now: Snapshot, prefix: str, is_home: Callable[[str], bool]) -> None:
        self._prefix = prefix
        self._is_home = is_home
        self.beads: dict[str, Work] = {}
        self._known: dict[tuple[str, str], str] = {}
        self.is_of_town = prefix == TOWN_PREFIX
        self._back: dict[str, dict[str, str]] = {}  # by source: our id -> their name
        self._taken = {row.id for row in now.rows()}
        for bead in chain[Work](now.all(Bead), now.all(Convoy)):
            self.beads[bead.id] = bead
            if mark := mark_of(bead):
                self._note(str(mark.get("from")), str(mark.get("id")), bead.id)

    def settle(self, records: Iterable[Foreign]) -> None:
        """Give each record that is new here an id."""
        for each in records:
            if (each.source, each.name) not in self._known:
                found = next(one for one in self._proposals(each) if self._is_free(one, each))
                self._note(each.source, each.name, found)
                self._taken.add(found)

    def forget(self, source: str, name: str) -> None:
        """Take back the id of a record that does not come."""
        ours = self._known.pop((source, name))
        del self._back[source][ours]
        self._taken.discard(ours)

    def _note(self, source: str, name: str, ours: str) -> None:
        self._known[source, name] = ours
        self._back.setdefault(source, {})[ours] = name

    def of(self, source: str, name: str) -> str:
        """Return the id of what *source* calls *name*; nothing if that is nowhere."""
        known = self._known.get((source, name), "")
        if known or source != bd.SOURCE or not is_bead_id(name):
            return known
        home = BeadId(name).prefix
        is_here = name in self._taken if home == self._prefix else self._is_home(home)
        return name if is_here else ""

    def back(self, source: str) -> Mapping[str, str]:
        """Return what *source* calls each bead that came from there."""
        return self._back.get(source, {})

    def _is_free(self, proposal: str, record: Foreign) -> bool:
        if proposal not in self._taken:
            return True
        there = self.beads.get(proposal)  # perhaps itself, which was exported from here
        return (
            there is not None
            and not mark_of(there)
            and record.name == proposal
            and there.created_at == record.fields["created_at"]
        )

    def _proposals(self, record: Foreign) -> Iterable[str]:
        stem = self._stem(record)
        if record.source == bd.SOURCE:
            for each in (record.name, f"{stem}-{record.name.rpartition('-')[2]}"):
                if is_bead_id(each) and each.rpartition("-")[0] == stem:
                    yield each
        digest = hashlib.sha256(f"{record.source}\0{record.name}".encode(errors="replace"))
        number = int.from_bytes(digest.digest())
        for width in range(_DIGITS, 30):
            yield f"{stem}-{base36(number, width)}"

    def _stem(self, record: Foreign) -> str:
        return f"{self._prefix}-cv" if record.is_convoy else self._prefix


def mark_of(bead: Work) -> dict[str, object]:
    """Return what an import left in a bead: where it is from, and what was kept."""
    found = bead.ext.get(MARK)
    return found if isinstance(found, dict) else {}
