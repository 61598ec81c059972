"""The bookkeeper: counts what sessions take, and sees to those that go on past a cap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gitgt.model.dispatch import SessionState
from gitgt.reactor.key import Key, Settled
from gitgt.services.costs import counting, holding, work_notes
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town

_HQ: Final = "hq"
# A program that calls no taps writes its transcript all the same.
_UNTIL_READ: Final = 15.0


class BookkeeperRole:
    """Keeps the books of one rig, or of the town, for each key."""

    role = "bookkeeper"

    def __init__(self, town: Town) -> None:
        self._town = town
        self._noted: dict[str, str] = {}  # up to which ledger what landed was noted

    def keys(self) -> Iterable[Key]:
        """Return one key for each rig; the town's own is ``hq``."""
        return [Key(self.role, name) for name in (_HQ, *self._town.rigs_here())]

    def reconcile(self, key: Key) -> Settled:
        """Count, hold, and note on what has landed what it took.

        Raises:
            GtError: a record or a note cannot be written, and why.
        """
        place: Rig | Town = self._town if key.name == _HQ else self._town.rig(key.name)
        counted = counting.count(self._town, place)
        holding.hold(self._town, place)
        if isinstance(place, Rig):
            self._note(place, {each.record.bead for each in counted})
        seen = sessions.look_all(place).values()
        runs = any(each.state is SessionState.RUNNING for each in seen)
        return Settled(again_in=_UNTIL_READ if runs else None)

    def _note(self, rig: Rig, counted: set[str]) -> None:
        head = self._town.ledger_at(rig).snapshot().commit
        if counted or self._noted.get(rig.name) != head:
            work_notes.note(self._town, rig, counted)
            self._noted[rig.name] = head
