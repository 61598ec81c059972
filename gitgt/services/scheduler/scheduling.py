"""Take in what is slung while work waits for places: a context for each bead, in one commit.

The bead stays as it is. What is asked for twice waits once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, SlingContext
from gitgt.model.ids import BeadId
from gitgt.services.scheduler import contexts
from gitgt.services.scheduler.contexts import Wish
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

# Refuses a bead that may not be slung; a ledger, and the bead as it stands there.
Check = Callable[[Snapshot, Bead], None]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A bead that waits for a place; ``fresh`` is false when it did already."""

    bead: Bead
    context: SlingContext
    fresh: bool

    @property
    def told(self) -> str:
        """What became of it, in one line."""
        again = "" if self.fresh else " already"
        return f"{self.bead.id} waits for a place{again}"


def schedule(
    town: Town, rig: Rig, names: Sequence[BeadId], wish: Wish, who: Actor, *, check: Check
) -> list[Scheduled | RefusedError]:
    """Let beads of *rig* wait for places; what may not is refused in its place.

    What is tracked by a convoy already gets no other one.
    """
    door = _Door(town, rig, wish, who, check)
    wanted = list(dict.fromkeys(names))
    done: list[Scheduled | RefusedError] = []

    def decide(now: Snapshot) -> Change | None:
        done[:] = [door.judged(now, name, place) for place, name in enumerate(wanted)]
        fresh = _fresh(done)
        if not fresh:
            return None
        what = fresh[0].bead.id if len(fresh) == 1 else f"{len(fresh)} beads"
        documents = tuple(each.context for each in fresh)
        return Change(f"schedule {what}", documents, event="sling.scheduled")

    town.ledger_at(rig).transact(decide, who)
    for each in _fresh(done):
        facts = {"bead": each.bead.id, "rig": rig.name}
        town.events.append("sling.scheduled", who.address, facts)
    return done


def _fresh(done: Iterable[Scheduled | RefusedError]) -> list[Scheduled]:
    return [each for each in done if isinstance(each, Scheduled) and each.fresh]


@dataclass(frozen=True, slots=True)
class _Door:
    town: Town
    rig: Rig
    wish: Wish
    who: Actor
    check: Check

    def judged(self, now: Snapshot, name: BeadId, place: int) -> Scheduled | RefusedError:
        """Return how *name*, asked for at that *place*, waits from now, or why it may not."""
        try:
            bead = now.bead(name)
            present = contexts.of(now, self.rig, name)
            if present is not None and contexts.is_open(present):
                return Scheduled(bead, present, fresh=False)
            self.check(now, bead)
        except RefusedError as error:
            return error
        # What is asked for in one breath is taken in that order.
        wish = replace(self.wish, convoy=self._convoy(name), place=place)
        new = contexts.opened(self.town, self.rig, present, bead, wish, self.who)
        return Scheduled(bead, new, fresh=True)

    def _convoy(self, name: BeadId) -> str:
        return "" if self.wish.convoy and self.town.convoys_of(name) else self.wish.convoy
