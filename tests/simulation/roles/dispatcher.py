"""The dispatcher: ``dispatch.plan`` over the hooks and sessions of a rig."""

from __future__ import annotations

from dataclasses import replace

from gitgt.model import capacity
from gitgt.model.actor import Actor
from gitgt.model.capacity import FOR_ROOM, Waiting
from gitgt.model.dispatch import (
    Act,
    Block,
    GiveUp,
    Hold,
    Release,
    Seat,
    SessionState,
    Start,
    Wait,
    plan,
)
from gitgt.model.documents import MergeRequest, Severity
from tests.simulation import places, verbs
from tests.simulation.clock import MINUTE
from tests.simulation.roles.role import Role
from tests.simulation.town import Rig, Seen
from tests.simulation.verbs import branch_of

_WHO = Actor.role("dispatcher")
_UNTIL_ASKED = 10 * MINUTE


class Dispatcher(Role):
    """Starts whoever is hooked and has no session."""

    role = "dispatcher"

    def see_to(self, rig: Rig) -> float | None:
        """Start, or give up, what hangs on the hooks of a rig."""
        if self.town.frozen:
            return None  # a thaw wakes us
        seen = {each: self.town.look(rig, each) for each in rig.sessions}
        held = rig.ledger.held()
        hooked = set(held)
        for address, each in seen.items():
            over = each.session and each.state is SessionState.ENDED
            if over and (address, each.session.bead) not in hooked:
                self._forgive(rig, address, each.session.bead)
        if self.town.is_off(rig):
            return None
        running = [
            each.session.bead
            for each in seen.values()
            if each.session and each.state is SessionState.RUNNING
        ]
        places.forget_tries(self.town, rig, running)
        seats = [self._seat(rig, *each, seen) for each in held]
        submitted = {each.source for each in rig.ledger.all(MergeRequest, "queued")}
        acts = plan(
            seats, rig=rig.name, running=len(running), limit=rig.limit,
            at_work={*running, *submitted},
        )  # fmt: skip
        acts, again_in = self._with_places(rig, acts)
        waits = [again_in, *(act.seconds for act in acts if isinstance(act, Wait))]
        for act in acts:
            self._perform(rig, act, seen)
        if rig.sessions and (running or any(isinstance(act, Start) for act in acts)):
            waits.append(_UNTIL_ASKED)
        return min((each for each in waits if each is not None), default=None)

    def _with_places(self, rig: Rig, acts: list[Act]) -> tuple[list[Act], float | None]:
        """Return *acts* less the starts for which there is no place in the town."""
        wanted = [
            Waiting(
                bead=act.bead, rig=rig.name, since=float(number),
                runtime=places.runtime_of(act.bead),
            )
            for number, act in enumerate(acts)
            if isinstance(act, Start)
        ]  # fmt: skip
        if not wanted:
            return acts, None
        many = replace(places.limits(self.town), batch=len(wanted))
        live, now = places.running(self.town), self.clock.now
        made = capacity.plan(wanted, live, many, places.standing(self.town), now=now)
        places.note_tries(self.town, made.tries)
        go = {each.bead for each in made.start}
        kept = [act for act in acts if not isinstance(act, Start) or act.bead in go]
        room = any(each.cause in FOR_ROOM for each in made.waits)
        again = made.again_at - now if made.again_at is not None else None
        return kept, _UNTIL_ASKED if room and again is None else again

    def _seat(self, rig: Rig, address: str, bead: str, seen: dict[str, Seen]) -> Seat:
        last = seen.get(address, Seen(SessionState.NONE))
        session = last.session
        at_it = session is not None and session.bead == bead
        if last.state is SessionState.RUNNING or session is None:
            return Seat(address, bead, last.state, at_it=at_it)
        starts, of_all = self._starts(rig, address, bead)
        seat = Seat(
            address, bead, last.state, starts, session.said, sessions=of_all,
            failures=rig.ledger.bead(bead).failures,
        )  # fmt: skip
        if not at_it or not of_all:
            return seat
        fault = "" if session.began else session.said
        return replace(seat, at_it=True, since=self.clock.now - session.at, fault=fault)

    def _starts(self, rig: Rig, address: str, bead: str) -> tuple[int, int]:
        request = rig.ledger.request_of(bead)
        tip = rig.repository.refs.get(branch_of(address, bead), "")
        revision = request.revision if request else 0
        past = [
            each
            for each in rig.history.get((address, bead), ())
            if not each.forgiven and each.revision == revision
        ]
        return sum(each.tip == tip for each in past), len(past)

    def _perform(self, rig: Rig, act: Act, seen: dict[str, Seen]) -> None:
        if isinstance(act, Wait | Hold) or (act.address, act.bead) not in rig.ledger.held():
            return
        match act:
            case Start(address, bead):
                last = seen.get(address, Seen(SessionState.NONE))
                self.world.agents.start(rig, address, bead, last)
                self.town.trace(f"dispatcher: start {address} on {bead}")
                self.acted()
            case GiveUp(address, bead, reason, failed=False):
                self._tell(rig, bead, reason)
                self._release(rig, address, bead, reason)
            case GiveUp(address, bead, reason):
                self._give_up(rig, address, bead, reason, for_good=False)
            case Block(address, bead, reason):
                self._give_up(rig, address, bead, reason, for_good=True)
            case Release(address, bead, reason):
                self._release(rig, address, bead, f"could not be started: {reason}")

    def _tell(self, rig: Rig, bead: str, reason: str) -> None:
        verbs.escalate(self.town, rig, _WHO, Severity.HIGH, f"{bead}: {reason}", bead)
        self.acted()

    def _give_up(
        self, rig: Rig, address: str, bead: str, reason: str, *, for_good: bool
    ) -> None:
        self._tell(rig, bead, reason)
        self._forgive(rig, address, bead)
        self.acted()
        verbs.give_up(self.town, rig, bead, address, reason, for_good=for_good)
        self.acted()

    def _release(self, rig: Rig, address: str, bead: str, reason: str) -> None:
        self._forgive(rig, address, bead)
        verbs.release(self.town, rig, bead, address, reason, _WHO)
        self.acted()

    def _forgive(self, rig: Rig, address: str, bead: str) -> None:
        for each in rig.history.get((address, bead), ()):
            each.forgiven = True
