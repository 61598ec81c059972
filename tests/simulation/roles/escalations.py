"""Escalations: ``escalation.plan``; what nobody takes is carried on, and grows louder."""

from __future__ import annotations

from math import inf

from gitgt.model.actor import Actor
from gitgt.model.documents import Escalation
from gitgt.model.escalation.plan import Deliver, Delivery, ReEscalate, plan
from gitgt.model.escalation.routes import OVERSEER, Kind, Settings
from tests.simulation.roles.role import RoleOfTheTown

_WHO = Actor.role("escalations")
SETTINGS = Settings(contacts={"human_email": "tess@example.com", "smtp_host": "mail"})


class Escalations(RoleOfTheTown):
    """Looks after all calls for a person."""

    role = "escalations"

    def __init__(self, world: object) -> None:
        super().__init__(world)  # type: ignore[arg-type]
        self._settled = -1  # how often calls had been written when nothing was to be done
        self._next_at: float | None = None

    def see_to_all(self) -> float | None:
        """Make louder what nobody took, and send on its way what has not arrived."""
        if self._settled == self.town.call_moves and self.clock.now < (self._next_at or inf):
            return self._again_in()  # the plan is pure, and says itself when time matters
        made = self._plan()
        while made.acts:
            for act in made.acts:
                if isinstance(act, ReEscalate):
                    self._raise(act)
                else:
                    self._deliver(act)
            made = self._plan()
        self._settled, self._next_at = self.town.call_moves, made.next_at
        return self._again_in()

    def _again_in(self) -> float | None:
        return None if self._next_at is None else max(1.0, self._next_at - self.clock.now)

    def _plan(self):
        ledgers = [self.town.hq, *(rig.ledger for rig in self.town.rigs.values())]
        calls = [each for ledger in ledgers for each in ledger.all(Escalation, "open")]
        return plan(calls, self.town.deliveries, SETTINGS, self.clock.now)

    def _raise(self, act: ReEscalate) -> None:
        call = self.town.find(act.escalation)
        assert isinstance(call, Escalation)
        new = call.replace(
            severity=act.severity, reescalations=call.reescalations + 1,
            raised_at=self.clock.text,
        )  # fmt: skip
        rig = self.town.rig_of(call.id)
        self.town.write(_WHO, rig, f"{call.id} is {act.severity} now", new)
        self.acted()

    def _deliver(self, act: Deliver) -> None:
        """Send it; whoever is killed before that is noted sends it once more."""
        fails = self.lots.happens(self.world.faults.undelivered)
        to_a_person = act.channel.kind is Kind.EMAIL or act.channel.to == OVERSEER
        if not fails and to_a_person:
            call = self.town.find(act.key.escalation)
            assert isinstance(call, Escalation)
            self.world.people.hear(call)
        self.acted()
        why = "it was refused" if fails else ""
        self.town.deliveries[act.key] = Delivery(act.key, self.clock.now, act.tries + 1, why)
        self.town.trace(f"escalations: {act.key.escalation} by {act.channel} {why}")
