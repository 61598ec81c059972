"""What the planner is told of the queue of one target, and of the trees that it asks about.

The refinery plans by these facts, and who asks why a request waits is answered from the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from gitgt.errors import SettingsError
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import MergeRequest, Waiver
from gitgt.model.flaky import Flakes
from gitgt.model.gate import Gate
from gitgt.model.ids import BeadId
from gitgt.model.instant import exact_seconds_of
from gitgt.model.lifecycle import WaiverStatus
from gitgt.model.queue.merge_chain import Base, Clash, Link, Merging
from gitgt.model.queue.merge_facts import Queue
from gitgt.model.queue.queue_order import Request, due
from gitgt.services import reading
from gitgt.services.gates import gate_history
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.queue import depending, merge_queue
from gitgt.services.queue.merge_queue import Target
from gitgt.services.queue.tuning import Tuning, tuning
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

T = TypeVar("T")


def base_of(now: Snapshot, target: Target) -> Base | None:
    """Return where *target* stands; None if it is gone."""
    commit = now.repository.ref(target.ref)
    return None if commit is None else Base(commit, now.repository.tree_of(commit))


def tuning_of(town: Town, rig: Rig) -> Tuning:
    """Return how the queue is worked, for whoever only looks at it."""
    try:
        return tuning(town, rig)
    except SettingsError:  # the queue is seen all the same, in the usual order
        return Tuning()


def waiting(now: Snapshot, target: Target, *, has_forge: bool) -> list[MergeRequest]:
    """Return the requests that wait to be tested; what a forge has by now does not."""
    found, _ = merge_queue.sort_out(now, merge_queue.queued(now, target))
    return [each for each in found if not (has_forge and each.is_proposed)]


def as_planned(
    town: Town, now: Snapshot, requests: Sequence[MergeRequest], *, hours: float
) -> list[Request]:
    """Return *requests* as the planner sees them, with what each must come after."""
    by_bead = {request.source: request.id for request in requests}
    return [_request(town, now, request, by_bead, hours) for request in requests]


def _request(
    town: Town, now: Snapshot, request: MergeRequest, by_bead: Mapping[str, BeadId],
    hours: float,
) -> Request:  # fmt: skip
    joined = exact_seconds_of(request.queued_at)
    beads = reading.lands_after(town, now.bead(request.source))
    # A blocker that is not in the queue names itself: nothing is called so, and it waits.
    after = [*(by_bead.get(each, each) for each in beads), *depending.waits(town, request)]
    return Request(
        id=request.id,
        head=request.head,
        priority=request.priority,
        queued_at=request.queued_at,
        agent=request.agent,
        revision=request.revision,
        after=tuple(dict.fromkeys(str(each) for each in after)),
        due=due(
            joined, priority=request.priority, returns=request.returns, hours=hours,
            convoy_age=_convoy_age(town, request.source, joined),
        ),
        first=exact_seconds_of(request.jumped_at) if request.jumped_at else 0.0,
        held=request.held,
        pardoned=request.pardoned,
    )  # fmt: skip


def _convoy_age(town: Town, bead: str, joined: float) -> float:
    """Return how old the oldest convoy that tracks *bead* was when its request *joined*."""
    made = [exact_seconds_of(each.created_at) for each in town.convoys_of(bead)]
    return max(0.0, joined - min(made)) if made else 0.0


@dataclass(frozen=True, slots=True)
class Works:
    """What the queue of a target is worked with: its gates by name, and their runs."""

    town: Town
    target: Target
    gates: Mapping[str, Gate]
    runs: GateRuns
    tuning: Tuning
    flakes: Mapping[str, Flakes]

    def queue(self, now: Snapshot, base: Base, requests: Sequence[MergeRequest]) -> Queue:
        """Return what the planner knows before it is told what gates have said."""
        branch = self.target.branch
        blocking = tuple(each.name for each in self.gates.values() if not each.quarantine)
        waivers = list(now.all(Waiver, status=WaiverStatus.ACTIVE, target=branch))
        planned = as_planned(self.town, now, requests, hours=self.tuning.hours)
        return Queue(
            base=base,
            requests=tuple(planned),
            gates=blocking,
            phases={each.name: each.phase for each in self.gates.values()},
            alone=frozenset(each.name for each in self.gates.values() if each.is_alone),
            running=tuple(self.runs.running()),
            waived=frozenset(waiver.tree for waiver in waivers if waiver.tree),
            waiver=not self.gates and any(not waiver.tree for waiver in waivers),
            rate=self.runs.lately.rate(),
            findings=self.runs.lately.findings(),
            slots=self._slots(),
            limit=self.tuning.batch,
            frugal=self.tuning.frugal,
            held=self.tuning.held,
            frozen=self.tuning.frozen,
            confirm={name: each.confirm for name, each in self.flakes.items()},
            go_on=self.tuning.go_on,
            quarantined=tuple(name for name in self.gates if name not in blocking),
        )

    def _slots(self) -> int:
        """Return how many of its gates may run at once, wherever each does."""
        remote = [each.is_remote for each in self.gates.values()]
        here = self.tuning.slots if not all(remote) or not remote else 0
        return here + (self.tuning.there if any(remote) else 0)

    def ask(self, facts: Queue, merging: Merging, mind: Callable[[Queue, Merging], T]) -> T:
        """Ask *mind*, until it was told all that gates have said of what it asks about."""
        asked = {facts.base.tree}

        def noted(members: tuple[str, ...]) -> Link | Clash:
            found = merging(members)
            if isinstance(found, Link):
                asked.add(found.tree)
            return found

        while True:
            told = set(asked)
            asks = [(tree, each) for tree in told for each in self.gates.values()]
            scopes = {
                (tree, each.name): self.runs.keys.scope(tree, each) for tree, each in asks
            }
            evidence = {
                (scopes[tree, each.name], each.name): self.runs.evidence(tree, each)
                for tree, each in asks
            }
            retry = self.runs.retry_in() == 0
            known = replace(facts, scopes=scopes, evidence=evidence, retry=retry)
            answer = mind(known, noted)
            if asked == told:
                return answer


def works(
    town: Town, target: Target, gates: Mapping[str, Gate], runs: GateRuns, set_to: Tuning
) -> Works:
    """Return what the queue of *target* is worked with."""
    flakes = gate_history.counts(town, target.rig, gates.values(), runs.keys)
    return Works(town, target, gates, runs, set_to, flakes)
