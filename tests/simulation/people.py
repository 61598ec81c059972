"""People: they bring work, sleep, answer calls after hours, and push past the queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gitgt.model.convoy.convoy_feed import SKIPPED
from gitgt.model.documents import (
    Bead,
    Convoy,
    Dependency,
    DependencyType,
    Document,
    Escalation,
    MergeRequest,
    Outcome,
    Waiver,
)
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadStatus, BeadVerb, ConvoyStatus, MergeStatus, WaiverStatus
from gitgt.model.queue.merge_chain import Clash
from tests.simulation import verbs
from tests.simulation.agents import PATHS
from tests.simulation.clock import DAY, HOUR
from tests.simulation.town import EVERYWHERE, OVERSEER, TARGET, Rig

if TYPE_CHECKING:
    from tests.simulation.world import World

_MORNING, _EVENING = 8.0, 20.0
_EPIC = 24  # about as many beads come together
_WIDTH = 6  # and about as many of them may be worked on at the same time


class People:
    """Whoever works with the town and is no program."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._town = world.town
        self._clock, self._lots = world.clock, world.lots
        self._made = 0
        self.heard: set[str] = set()  # the calls that have reached a person

    # --- bringing work

    def plan(self) -> None:
        """Let all work come in the first two thirds of the time, and pushes all the time."""
        size, faults = self._world.size, self._lots.faults
        rigs = list(self._town.rigs.values())
        left, number = size.beads, 0
        while left > 0:
            many = min(left, _EPIC)
            left -= many
            rig = rigs[number % len(rigs)]
            when = self._lots.between(0, size.days * DAY * 2 / 3) if number else 0.0
            self._clock.after(when, self._bring(rig, many))
            number += 1
        for rig in rigs:
            for day in range(int(size.days)):
                if self._lots.happens(faults.pushes):
                    when = day * DAY + self._lots.between(0, DAY)
                    self._clock.after(when, self._push(rig))
        for day in range(int(size.days)):
            self._stop_things(day)
        for day in range(int(size.days) + 60):
            self._clock.after(day * DAY + (_MORNING + 1) * HOUR, self._read_todo)

    def _stop_things(self, day: int) -> None:
        """Let people park rigs, freeze the town, and pause the scheduler; each for hours."""
        faults, town = self._lots.faults, self._town
        for rig in town.rigs.values():
            if self._lots.happens(faults.parks):
                self._for_a_while(
                    day,
                    lambda name=rig.name: town.parked.update({name: "parked"}),
                    lambda name=rig.name: town.parked.pop(name, None),
                )
        for chance, name in ((faults.freezes, "frozen"), (faults.pauses, "paused")):
            if self._lots.happens(chance):
                self._for_a_while(
                    day,
                    lambda name=name: setattr(town, name, name),
                    lambda name=name: setattr(town, name, ""),
                )

    def _for_a_while(
        self, day: int, stop: Callable[[], object], go_on: Callable[[], object]
    ) -> None:
        begins = day * DAY + self._lots.between(0, DAY)

        def happens(what: Callable[[], object]) -> Callable[[], None]:
            def it() -> None:
                what()
                self._town.tell(EVERYWHERE)

            return it

        self._clock.after(begins, happens(stop))
        self._clock.after(begins + self._lots.around(2 * HOUR), happens(go_on))

    def _bring(self, rig: Rig, many: int) -> Callable[[], None]:
        def happens() -> None:
            made: list[Bead] = []
            for _ in range(many):
                ahead = made[-_WIDTH * 2 : -_WIDTH]
                edges: tuple[Dependency, ...] = ()
                if ahead and self._lots.happens(0.7):
                    on = ahead[self._lots.number(len(ahead))].id
                    edges = (Dependency(DependencyType.BLOCKS, on),)
                made.append(self._bead(rig, edges))
            self._town.write(OVERSEER, rig, f"{many} beads for {rig.name}", *made)
            self._convoy([each.id for each in made])

        return happens

    def _bead(self, rig: Rig, edges: tuple[Dependency, ...]) -> Bead:
        self._made += 1
        return Bead(
            id=rig.ledger.new_id(), type="task", title=f"Do {self._made}",
            status=BeadStatus.OPEN, priority=1 + self._lots.number(4), dependencies=edges,
            created_at=self._clock.text, created_by=OVERSEER.address,
        )  # fmt: skip

    def _convoy(self, members: list[BeadId]) -> None:
        edges = tuple(sorted(Dependency(DependencyType.TRACKS, each) for each in members))
        convoy = Convoy(
            id=self._town.hq.new_id("cv"), type="convoy", title=f"{len(members)} beads",
            status=ConvoyStatus.OPEN, created_at=self._clock.text,
            created_by=OVERSEER.address, dependencies=edges,
            labels=("mountain",) if self._lots.happens(0.5) else (),
        )  # fmt: skip
        self._town.write(OVERSEER, None, f"convoy {convoy.id}", convoy)

    def _push(self, rig: Rig) -> Callable[[], None]:
        def happens() -> None:
            breaks = self._lots.happens(self._lots.faults.pushes_red)
            rig.repository.push(self._lots.some(PATHS, 2), breaks=breaks)
            self._town.trace(f"{rig.name}: a push past the queue{', red' * breaks}")
            self._town.tell(rig.name)

        return happens

    # --- answering

    def hear(self, call: Document) -> None:
        """Hear of a call: somebody sees to it after hours, unless nobody wants to."""
        self.heard.add(str(call.id))
        if self._lots.happens(self._lots.faults.silent):
            return
        self._clock.at(self._awake(self._lots.around(1.5 * HOUR)), self._answer(call.id))

    def _awake(self, wait: float) -> float:
        """Return when somebody has waited that long and is up."""
        when = self._clock.now + wait
        hour = (self._clock.hour + wait / HOUR) % 24
        if _MORNING <= hour < _EVENING:
            return when
        sleeps = (_MORNING - hour) % 24
        return when + sleeps * HOUR + self._lots.around(HOUR)

    def _read_todo(self) -> None:
        """See, in the morning, to what has waited for a day."""
        for rig in (None, *self._town.rigs.values()):
            for call in list(self._town.ledger(rig).all(Escalation, "open", "acked")):
                if self._world.invariants.age_of(call.id) > DAY:
                    self._answer(call.id)()

    def _answer(self, name: str) -> Callable[[], None]:
        def happens() -> None:
            call = self._town.find(name)
            assert isinstance(call, Escalation)
            rig = self._town.rig_of(name)
            if call.status == "open" and self._lots.happens(0.4):
                verbs.ack(self._town, rig, call, OVERSEER)
                self._clock.at(self._awake(self._lots.around(5 * HOUR)), self._answer(name))
            elif call.status != "closed":
                self._resolve(rig, call)

        return happens

    def _resolve(self, rig: Rig | None, call: Escalation) -> None:
        """Judge what was asked, and say so."""
        if rig is not None:
            about = rig.ledger.documents.get(call.about)
            if isinstance(about, Bead):
                self._judge_bead(rig, about)
            elif about is not None:
                self._judge_request(rig, call.about)
            elif call.about == TARGET:
                self._judge_queue(rig)
        current = self._town.find(call.id)
        assert isinstance(current, Escalation)
        if current.status != "closed":
            verbs.end_call(self._town, rig, current, OVERSEER, "seen to")

    def _judge_bead(self, rig: Rig, bead: Bead) -> None:
        self._world.agents.mended.add(str(bead.id))
        if bead.status == "blocked":
            kept = tuple(each for each in bead.labels if each != SKIPPED)
            again = bead.after(BeadVerb.UNBLOCK, reason="", failures=0, labels=kept)
            self._town.write(OVERSEER, rig, f"unblock {bead.id}", again)
        elif bead.status == "open" and self._lots.happens(0.2):
            verbs.close(self._town, rig, bead.id, OVERSEER, Outcome.CANCELLED)

    def _judge_request(self, rig: Rig, name: str) -> None:
        """Mend what came back too often, or have it done anew, or drop it."""
        request = rig.ledger.request(name)
        if request.status != "escalated":
            return
        bead = rig.ledger.bead(request.source)
        choice = self._lots.number(3)
        if choice == 0 and request.branch in rig.repository.refs:
            rig.repository.rework(request.branch, red=False, mends=False, by=OVERSEER.address)
            verbs.submit(self._town, rig, bead.id, request.branch, OVERSEER)
            return
        gone = request.replace(status=MergeStatus.WITHDRAWN, reason="anew")
        self._town.write(OVERSEER, rig, f"withdraw {request.id}", gone)
        if choice == 1:
            verbs.close(self._town, rig, bead.id, OVERSEER, Outcome.CANCELLED)
        else:
            self._world.agents.mended.add(str(bead.id))
            why = "to be done anew"
            verbs.release(self._town, rig, bead.id, bead.assignee, why, OVERSEER)

    def _judge_mending(self, rig: Rig) -> None:
        """Send back what was to mend the target and does not: by itself nobody is blamed."""
        for request in list(rig.ledger.all(MergeRequest, "queued")):
            bead, head = rig.ledger.bead(request.source), rig.repository.heads[request.head]
            name = str(request.id)
            found = rig.repository.merge({name: request.head}, (name,))
            is_red = isinstance(found, Clash) or rig.repository.red[found.tree]
            if head.mends and is_red and bead.status == "in_progress":
                busy = {address for address, _ in rig.ledger.held()}
                status, why = MergeStatus.REJECTED, "this does not mend it"
                verbs.send_back(self._town, rig, str(request.id), status, why, busy)

    def _judge_queue(self, rig: Rig) -> None:
        if rig.missing_tool:
            rig.missing_tool = ""
            rig.troubles.clear()
            self._town.tell(rig.name)
        self._judge_mending(rig)
        self._world.gates.run_by_hand(rig, rig.repository.base.tree)
        if not rig.gates and not self._town.is_waived(rig, ""):
            waiver = Waiver(
                id=rig.ledger.new_id("wv"), type="waiver", title="There is nothing to test",
                status=WaiverStatus.ACTIVE, target="main", created_at=self._clock.text,
                created_by=OVERSEER.address,
            )  # fmt: skip
            self._town.write(OVERSEER, rig, "a waiver", waiver)
