"""The scheduler: ``capacity.plan`` over all that is ready gives out what there is room for."""

from __future__ import annotations

from gitgt.model import capacity
from gitgt.model.actor import Actor
from gitgt.model.capacity import FOR_ROOM, Waiting
from gitgt.model.instant import seconds_of
from tests.simulation import places, verbs
from tests.simulation.clock import MINUTE
from tests.simulation.roles.role import RoleOfTheTown
from tests.simulation.town import Rig

_WHO = Actor.role("scheduler")
_UNTIL_ASKED = 10 * MINUTE


class Scheduler(RoleOfTheTown):
    """Gives out what waits for a place."""

    role = "scheduler"

    def see_to_all(self) -> float | None:
        """Give out as much as there is room for."""
        while True:
            waiting = [each for rig in self.town.rigs.values() for each in self._of(rig)]
            if not waiting:
                return None
            made = capacity.plan(
                waiting, places.taken(self.town), places.limits(self.town),
                places.standing(self.town), now=self.clock.now,
            )  # fmt: skip
            if not made.start:
                break
            for each in made.start:
                self._give_out(self.town.rigs[each.rig], each.bead)
        if made.again_at is not None:
            return max(1.0, made.again_at - self.clock.now)
        # A session that was killed with its shim leaves no note.
        return _UNTIL_ASKED if any(each.cause in FOR_ROOM for each in made.waits) else None

    def _of(self, rig: Rig) -> list[Waiting]:
        """Return what is ready in a rig, and whose next try no person has to judge first."""
        return [
            Waiting(
                bead=name, rig=rig.name, runtime=places.runtime_of(name),
                priority=bead.priority, since=seconds_of(bead.created_at),
                held="a person is asked" if self.town.calls_about(rig, name) else "",
            )
            for name in rig.ready
            if name in rig.scheduled or name not in self.town.convoy_of
            for bead in [rig.ledger.bead(name)]
        ]  # fmt: skip

    def _give_out(self, rig: Rig, bead: str) -> None:
        if bead not in rig.ready:
            return
        busy = {address for address, _ in rig.ledger.held()}
        free = [each for each in rig.polecats if each not in busy]
        # One whose last session goes on would have to see it end first.
        at_rest = [
            each for each in free if each not in rig.sessions or (not rig.sessions[each].alive)
        ]
        if not free:
            rig.polecats.append(f"{rig.name}/polecats/p{len(rig.polecats):02}")
            free = rig.polecats[-1:]
        verbs.sling(self.town, rig, bead, (at_rest or free)[0], _WHO)
        self.acted()
