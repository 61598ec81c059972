"""Convoys: ``convoy_feed.plan``; they give the scheduler what is ready, and end when all is."""

from __future__ import annotations

from dataclasses import replace

from gitgt.model.actor import Actor
from gitgt.model.convoy.convoy_feed import (
    SKIPPED,
    Act,
    Caravan,
    Close,
    Feed,
    GoesOn,
    LeaveBehind,
    Member,
    Place,
    Skip,
    Stalled,
    Wait,
    Why,
    plan,
)
from gitgt.model.documents import Bead, Convoy, Severity
from gitgt.model.lifecycle import BeadVerb, ConvoyStatus
from tests.simulation import verbs
from tests.simulation.clock import MINUTE
from tests.simulation.roles.role import RoleOfTheTown
from tests.simulation.town import Rig

_WHO = Actor.role("convoys")
# So many beads of a rig wait for a place at once; a convoy keeps the others back.
_ROOM = 60
_UNTIL_ROOM = 10 * MINUTE


class Convoys(RoleOfTheTown):
    """Looks after those convoys of which something has changed; first, after all."""

    role = "convoys"

    def __init__(self, world: object) -> None:
        super().__init__(world)  # type: ignore[arg-type]
        self.town.stirred |= {str(each.id): None for each in self.town.hq.all(Convoy, "open")}

    def see_to_all(self) -> float | None:
        """Feed the convoys, and end those that have arrived."""
        stirred = [self.town.hq.documents[name] for name in self.town.stirred]
        caravans = [self._caravan(each) for each in stirred if isinstance(each, Convoy)]
        places = {rig.name: self._place(rig) for rig in self.town.rigs.values()}
        waits: list[float] = []
        acts = plan(caravans, places)
        for act in acts:
            waits += self._perform(act)
        skips = [act for act in acts if isinstance(act, Skip)]
        full = {act.convoy for act in skips if act.why is Why.FULL}
        off = {act.convoy for act in skips if act.why is Why.OFF}  # a person wakes us
        self.town.stirred = {name: None for name in self.town.stirred if name in full | off}
        return min(waits, default=_UNTIL_ROOM if full else None)

    def _place(self, rig: Rig) -> Place:
        return Place(max(0, _ROOM - len(rig.scheduled)), self.town.is_off(rig))

    def _caravan(self, convoy: Convoy) -> Caravan:
        return Caravan(
            id=str(convoy.id), members=tuple(self._member(each) for each in convoy.members),
            status=convoy.status, launched=True, mountain="mountain" in convoy.labels,
            stalled=str(convoy.id) in self.town.stalled,
        )  # fmt: skip

    def _member(self, name: str) -> Member:
        rig, bead = self.town.rig_of(name), self.town.find(name)
        assert rig is not None
        assert isinstance(bead, Bead)
        return Member(
            id=name, status=bead.status, assignee=bead.assignee, rig=rig.name, type=bead.type,
            priority=bead.priority, landed=bool(bead.landed), labels=bead.labels,
            waits=bead.status == "open" and name not in rig.ready, failures=bead.failures,
            scheduled=name in rig.scheduled,
        )  # fmt: skip

    def _perform(self, act: Act) -> list[float]:
        match act:
            case Feed(_, bead):
                rig = self.town.rig_of(bead)
                assert rig is not None
                rig.scheduled[bead] = None
                self.town.tell("hq")
            case LeaveBehind(_, bead):
                self._leave_behind(bead)
            case Close(name):
                self._close(name)
            case Stalled(name, stuck):
                if name in self.town.stalled:
                    return []
                title = f"{name} needs somebody: {', '.join(each.bead for each in stuck)}"
                verbs.escalate(self.town, None, _WHO, Severity.MEDIUM, title, name)
                self.acted()
                self.town.stalled.add(name)
            case GoesOn(name):
                verbs.settle(self.town, None, _WHO, name)
                self.town.stalled.discard(name)
            case Wait(_, seconds):
                return [seconds]
            case _:
                return []
        self.acted()
        return []

    def _leave_behind(self, name: str) -> None:
        rig = self.town.rig_of(name)
        assert rig is not None
        bead = rig.ledger.bead(name)
        blocked = bead if bead.status == "blocked" else bead.after(BeadVerb.BLOCK)
        left = replace(blocked, labels=tuple(sorted({*blocked.labels, SKIPPED})))
        self.town.write(_WHO, rig, f"leave {name} behind", left)

    def _close(self, name: str) -> None:
        convoy = self.town.hq.documents[name]
        row = convoy.machine.after(convoy.status, "close")
        done = convoy.replace(status=ConvoyStatus(row.target), reason="all are closed")
        self.town.write(_WHO, None, f"convoy {name} landed", done)
        verbs.settle(self.town, None, _WHO, name)
        self.town.stalled.discard(name)
