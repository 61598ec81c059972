"""The dispatcher: whatever is hooked and has no session gets one, whoever hooked it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import replace

from gitgt.errors import AtCapacityError, BusyError, GtError, RefusedError, SettingsError
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.actor import Actor
from gitgt.model.capacity import Waiting
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
    is_polecat,
    plan,
)
from gitgt.model.documents import Bead, Mode, Severity
from gitgt.model.ids import BeadId
from gitgt.reactor.key import Key, Settled
from gitgt.services import (
    beads,
    branch,
    claims,
    freeze,
    rig_state,
    sling,
    submit,
    takeover,
    uptime,
)
from gitgt.services.agents import attended
from gitgt.services.agents.hook import held, submitted
from gitgt.services.costs import holding
from gitgt.services.costs.budgets import Purse
from gitgt.services.mail import lost_claims
from gitgt.services.radar import radar_order
from gitgt.services.radar.radar import Radars
from gitgt.services.scheduler import places, rate_limits, returning, seating
from gitgt.services.sessions import leaving, sessions
from gitgt.services.sessions.sessions import Seen
from gitgt.services.town import Rig, Town
from gitgt.services.witness import brake

_WHO = Actor.role("dispatcher")
# A session that was killed together with its shim leaves no note; the kernel's word is asked.
_UNTIL_ASKED = 5.0


class DispatcherRole:
    """Starts the sessions of one rig for each key."""

    role = "dispatcher"

    def __init__(self, town: Town, radars: Radars | None = None) -> None:
        self._town = town
        self._radars = radars or Radars(town)

    def keys(self) -> Iterable[Key]:
        """Return one key for each rig."""
        return [Key(self.role, name) for name in self._town.rigs_here()]

    def reconcile(self, key: Key) -> Settled:
        """Start, or give up, what hangs on the hooks of a rig.

        Raises:
            BusyError: somebody is at what one of the acts needs; the others were done.
        """
        rig = self._town.rig(key.name)
        now = self._town.ledger_at(rig).snapshot()
        seen = sessions.look_all(rig)
        sessions.tell_ended(self._town, rig, seen)
        rate_limits.hear(self._town, rig, seen)
        if freeze.frozen(self._town, rig) or uptime.is_down(self._town):
            return Settled()  # a thaw wakes us, and whoever comes up
        leaving.forgive(rig, now, seen)
        lost_claims.tell(self._town, rig, now, seen)
        if rig_state.is_off(self._town, rig):
            return Settled(again_in=_UNTIL_ASKED if _any_runs(seen) else None)
        purse = Purse(self._town, rig)
        seats = [self._paid(self._seat(rig, now, each, seen), purse) for each in held(now)]
        seats, until = radar_order.in_order(self._town, rig, seats, self._radars.of(rig))
        # Whom people talk to takes no polecat's place.
        working = [
            each.bead
            for address, each in seen.items()
            if each.state is SessionState.RUNNING and is_polecat(address)
        ]
        running = len(working)
        failed: list[GtError | OSError] = []
        acts = plan(
            seats, rig=rig.name, running=running, limit=sessions.limit(rig, self._town),
            at_work={*working, *submitted(now)},
        )  # fmt: skip
        acts, again_in = self._with_places(rig, now, acts)
        radar_order.note(rig, seats, acts, self._radars.of(rig), self._town.clock())
        waits = [act.seconds for act in acts if isinstance(act, Wait)]
        for act in acts:
            try:
                running += self._perform(rig, now, act)
            except (GtError, OSError) as error:
                failed.append(error)
        if failed:  # who is busy is tried again, and the others then too
            raise next((each for each in failed if isinstance(each, BusyError)), failed[0])
        asked = _UNTIL_ASKED if running else None
        return Settled(again_in=_soonest(asked, until, again_in, *waits))

    def _with_places(
        self, rig: Rig, now: Snapshot, acts: list[Act]
    ) -> tuple[list[Act], float | None]:
        """Return *acts* less the starts for which there is no place; and when there may be."""
        begins = {act.bead: act.address for act in acts if isinstance(act, Start)}
        if not begins:
            return acts, None
        # In the order in which they were planned.
        wanted = [
            Waiting(
                bead=bead, rig=rig.name, since=float(place),
                runtime=self._runtime(rig, now, address, bead),
            )
            for place, (bead, address) in enumerate(begins.items())
        ]  # fmt: skip
        found = seating.plan_for(self._town, wanted)
        begin = {each.bead for each in found.start}
        kept = [act for act in acts if not isinstance(act, Start) or act.bead in begin]
        return kept, found.again_in

    def _runtime(self, rig: Rig, now: Snapshot, address: str, bead: str) -> str:
        asked = now.agent_at(address)
        own = asked.agent if asked else ""
        return places.runtime_of(self._town, rig, now.bead(bead).agent, own)

    def _perform(self, rig: Rig, now: Snapshot, act: Act) -> bool:
        """Do what was planned, if it still is to be done; tell whether a session runs now."""
        if self._is_over(rig, act):
            return False
        match act:
            case Start(address, bead):
                return self._start(rig, now, address, bead)
            case GiveUp(address, bead, reason, failed=False):
                self._tell(rig, bead, reason)
                self._release(rig, address, bead, reason)
            case GiveUp(address, bead, reason):
                self._give_up(rig, address, bead, reason, for_good=False)
            case Block(address, bead, reason):
                self._give_up(rig, address, bead, reason, for_good=True)
            case Release(address, bead, reason):
                self._give_back(rig, address, bead, reason)
            case Wait() | Hold():
                pass
        return False

    def _is_over(self, rig: Rig, act: Act) -> bool:
        """Tell whether the bead is off that hook once all is heard that its session has said.

        The session may have submitted it, and ended, after the ledger was looked at.
        """
        ledger = self._town.ledger_at(rig)
        now = ledger.snapshot()
        if (act.address, act.bead) in held(now) and is_polecat(act.address):
            branch.heed_assignment(self._town, rig, now, now.bead(act.bead))
        return (act.address, act.bead) not in held(ledger.snapshot())

    def _seat(
        self, rig: Rig, now: Snapshot, on: tuple[str, str], seen: dict[str, Seen]
    ) -> Seat:
        address, bead = on
        last = seen.get(address, Seen(SessionState.NONE))
        if last.state is SessionState.RUNNING or not is_polecat(address):
            return Seat(address, bead, last.state, at_it=last.bead == bead)
        work = now.bead(bead)
        loop = self._loop(rig, work, last)
        starts, of_all = sessions.starts(rig, now, address, bead)
        seat = Seat(
            address, bead, last.state, starts, last.said, sessions=of_all,
            failures=work.failures, rounds=loop[0], gone=loop[1],
            elsewhere=takeover.is_elsewhere(
                self._town, rig, now, work, begun=last.bead == bead
            ),
            provisional=last.bead != bead and claims.waits(self._town, rig, work),
        )  # fmt: skip
        if last.bead != bead or not of_all:
            return seat
        since = self._town.clock() - last.run.at
        fault = "" if last.run.began else last.said
        return replace(seat, at_it=True, since=since, fault=fault)

    def _loop(self, rig: Rig, work: Bead, last: Seen) -> tuple[int, int]:
        """Return how many rounds the loop of a bead has, and had; none, if it is in none.

        A round that ended by itself was no try in vain.
        """
        if work.mode != Mode.RALPH:
            return 0, 0
        if last.bead == work.id and last.run.began and not last.run.problem:
            sessions.forgive_one(rig, work.assignee, last.session)
        most = work.rounds or brake.rounds(self._town, rig)
        return most, sessions.rounds(self._town, rig, work.id)

    def _paid(self, seat: Seat, purse: Purse) -> Seat:
        """Return *seat* with the cap that keeps its session from beginning, if one does."""
        if seat.state is SessionState.RUNNING or not is_polecat(seat.address):
            return seat
        reached = purse.reached(seat.bead)
        if reached is None:
            return seat
        if reached.is_day:
            holding.call(self._town, None, reached)
        until = purse.until_tomorrow() if reached.is_day else 0.0
        return replace(seat, broke=str(reached), until_paid=until)

    def _start(self, rig: Rig, now: Snapshot, address: str, bead: str) -> bool:
        try:
            runtime = self._runtime(rig, now, address, bead)
            sling.enlist(self._town, rig, address, _WHO)
            with (
                attended.taking(self._town, rig, address),
                places.one(self._town, rig, runtime),
            ):
                sessions.start(self._town, rig, now, now.bead(bead))
        except AtCapacityError:
            return False  # it stays on its hook, and begins when there is a place
        except (BusyError, SettingsError):
            raise  # no bead is to blame, and all stay on their hooks until that is over
        except (GtError, OSError) as error:
            self._give_back(rig, address, bead, _why(error))
            return False
        return True

    def _give_back(self, rig: Rig, address: str, bead: str, why: str) -> None:
        """Take a bead off the hook of somebody whose session could not begin."""
        sessions.forgive(rig, address, bead)
        reason = f"{sessions.NOT_STARTED}: {why}"
        with contextlib.suppress(RefusedError):  # it is off that hook already
            returning.give_back(
                self._town, rig, BeadId.parse(bead), address, _WHO, reason=reason
            )

    def _tell(self, rig: Rig, bead: str, reason: str) -> None:
        # Before it is off the hook: whoever is killed in between finds it there, and does both.
        submit.escalate(
            self._town, rig, _WHO, severity=Severity.HIGH, title=f"{bead}: {reason}", about=bead
        )

    def _give_up(
        self, rig: Rig, address: str, bead: str, reason: str, *, for_good: bool
    ) -> None:
        self._tell(rig, bead, reason)
        sessions.forgive(rig, address, bead)
        with contextlib.suppress(RefusedError):  # it is off that hook already
            beads.give_up(
                self._town, BeadId.parse(bead), address, _WHO, reason=reason, for_good=for_good
            )

    def _release(self, rig: Rig, address: str, bead: str, reason: str) -> None:
        sessions.forgive(rig, address, bead)
        with contextlib.suppress(RefusedError):  # it is off that hook already
            beads.release_from(self._town, BeadId.parse(bead), address, _WHO, reason=reason)


def _any_runs(seen: dict[str, Seen]) -> bool:
    return any(each.state is SessionState.RUNNING for each in seen.values())


def _soonest(*waits: float | None) -> float | None:
    return min((each for each in waits if each is not None), default=None)


def _why(error: GtError | OSError) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}"
    return str(error)
