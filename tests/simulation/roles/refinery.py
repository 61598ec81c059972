"""The refinery: ``merge_queue.plan`` over the queue of a rig, and what it says."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from gitgt.model.documents import Bead, MergeRequest, Severity, Waiver
from gitgt.model.instant import exact_seconds_of
from gitgt.model.lifecycle import MergeStatus
from gitgt.model.queue.merge_acts import (
    Act,
    Cancel,
    Cause,
    Confirm,
    Eject,
    Freeze,
    Land,
    Skip,
    Start,
    Stop,
    Wait,
)
from gitgt.model.queue.merge_chain import Clash, Link
from gitgt.model.queue.merge_facts import Known, Queue
from gitgt.model.queue.merge_odds import rate_of
from gitgt.model.queue.merge_queue import plan
from gitgt.model.queue.queue_order import Request, due
from tests.simulation import verbs
from tests.simulation.agents import MENDS, PATHS
from tests.simulation.clock import MINUTE
from tests.simulation.repository import Repository
from tests.simulation.roles.role import Role
from tests.simulation.town import TARGET, Rig
from tests.simulation.verbs import REFINERY

_UNTIL_ASKED = 10 * MINUTE
_ROUNDS = 500
_BATCH = 16
# Where the bead of a request stands that nobody waits for any more.
_OVER = ("closed", "tombstone", "open", "hooked")


class Refinery(Role):
    """Runs the merge queue of a rig."""

    role = "refinery"

    def __init__(self, world: object) -> None:
        super().__init__(world)  # type: ignore[arg-type]
        self._asked: dict[str, set[str]] = {}  # about which trees it was asked last
        self._settled: dict[str, tuple[object, ...]] = {}
        self._retry_at: dict[str, float] = {}  # when what could not run is tried again
        self._known: dict[str, tuple[MergeRequest, Request]] = {}  # as the planner sees them
        self._merges: dict[str, _Merges] = {}
        self._cannot_land: dict[str, tuple[float, int]] = {}  # until when, and how often

    def see_to(self, rig: Rig) -> float | None:
        """Do what the planner says, until it says to wait."""
        if any(each.ends for each in rig.runs.values()):
            self.world.gates.take_in(rig)
            self.acted()
        for _ in range(_ROUNDS):
            if not self._step(rig):
                break
        else:
            raise AssertionError(f"the queue of {rig.name} never comes to rest")
        retry_at = self._retry_at.get(rig.name)
        waits: list[float] = []
        if retry_at is not None and rig.ledger.count(MergeRequest, "queued"):
            waits.append(retry_at - self.clock.now)
        until, _ = self._cannot_land.get(rig.name, (0.0, 0))
        waits += [until - self.clock.now] if until > self.clock.now else []
        waits += [_UNTIL_ASKED] if rig.runs else []
        return min((max(1.0, each) for each in waits), default=None)

    def _step(self, rig: Rig) -> bool:
        """Look, plan and perform once; say whether everything looks different now."""
        facts = self._facts(rig)
        if self._settled.get(rig.name) == facts:
            return False  # the plan is pure: what was settled so is settled
        requests = self._waiting(rig)
        if not requests:
            for live in list(rig.runs.values()):
                self.world.gates.cancel(rig, live.run)
            self._settle(rig)
            return False
        acts, known = self._plan(rig, requests)
        self._see_to_base(rig, known)
        if not any(isinstance(act, Freeze | Land | Skip | Eject) for act in acts):
            self._settle(rig)
        changed = False
        for act in acts:
            changed = self._perform(rig, act) or changed
        if not changed:
            self._settled[rig.name] = self._facts(rig)
        return changed

    def _facts(self, rig: Rig) -> tuple[object, ...]:
        """Return what is another value once the plan may say something else."""
        until, _ = self._cannot_land.get(rig.name, (0.0, 0))
        due = self._retry_at.get(rig.name, inf) <= self.clock.now
        return (
            rig.queue_moves, rig.repository.main, rig.verdicts, tuple(rig.runs),
            len(rig.troubles), due, 0.0 < until <= self.clock.now,
        )  # fmt: skip

    def _waiting(self, rig: Rig) -> list[MergeRequest]:
        may = []
        for request in list(rig.ledger.all(MergeRequest, "queued")):
            status = rig.ledger.bead(request.source).status
            if status == "in_progress":
                may.append(request)
            elif status in _OVER:
                verbs.withdraw(self.town, rig, request, f"{request.source} is {status}")
                self.acted()
        return may

    def _plan(self, rig: Rig, requests: list[MergeRequest]) -> tuple[tuple[Act, ...], Known]:
        """Ask the planner, until it was told all that gates have said of what it asks about."""
        merges = self._merges_of(rig, {str(each.id): each.head for each in requests})
        facts = Queue(
            base=rig.repository.base,
            requests=tuple(self._request(each) for each in requests),
            gates=rig.gates,
            running=tuple(each.run for each in rig.runs.values()),
            waived=frozenset(
                each.tree for each in rig.ledger.all(Waiver, "active") if each.tree
            ),
            waiver=not rig.gates and self.town.is_waived(rig, ""),
            rate=rate_of(sum(not each.passed for each in rig.findings), len(rig.findings)),
            findings=tuple(rig.findings),
            slots=rig.slots,
            limit=_BATCH,
        )
        asked: set[str] = set()

        def merging(members: tuple[str, ...]) -> Link | Clash:
            found = merges.of(members)
            if isinstance(found, Link):
                asked.add(found.tree)
            return found

        gates = self.world.gates
        told = {facts.base.tree, *self._asked.get(rig.name, ())}
        while True:
            asked = {facts.base.tree}
            keys = [(tree, gate) for tree in told for gate in rig.gates]
            retry_in = gates.retry_in(rig, keys)
            known = replace(facts, evidence=gates.evidence(rig, keys), retry=retry_in == 0)
            acts = plan(known, merging)
            news = gates.known(rig, asked - told)
            if not news and not gates.troubles(rig, told - asked):
                break
            told = told | asked if news else asked
        self._asked[rig.name] = asked
        if known.retry:
            gates.try_again(rig, keys)
        retry_in = gates.retry_in(rig, keys)
        self._retry_at.pop(rig.name, None)
        if retry_in is not None:
            self._retry_at[rig.name] = self.clock.now + retry_in
        return acts, Known(known)

    def _merges_of(self, rig: Rig, heads: dict[str, str]) -> _Merges:
        """Return what merging gave, and gives: the same, while target and heads are."""
        known = self._merges.get(rig.name)
        if known is None or not known.holds(heads):
            known = self._merges[rig.name] = _Merges(rig.repository, {})
        known.heads.update(heads)
        return known

    def _request(self, request: MergeRequest) -> Request:
        before = self._known.get(request.id)
        if before is None or before[0] is not request:
            before = self._known[str(request.id)] = request, _request(request)
        return before[1]

    def _see_to_base(self, rig: Rig, known: Known) -> None:
        """File what asks for a red target to be mended, and end it when it is."""
        filed = [
            each
            for each in rig.ledger.all(Bead, "open", "hooked", "in_progress", "blocked")
            if MENDS in each.labels
        ]
        if known.reds_of_base() and not filed:
            bead = Bead(
                id=rig.ledger.new_id(), type="bug", title=f"Mend main of {rig.name}",
                status="open", priority=0, labels=(MENDS,), created_at=self.clock.text,
                created_by=REFINERY.address,
            )  # fmt: skip
            self.town.write(REFINERY, rig, f"file {bead.id}: main is red", bead)
            self.acted()

    def _settle(self, rig: Rig) -> None:
        for each in self.town.calls_about(rig, TARGET):
            if each.created_by == REFINERY.address:
                verbs.end_call(self.town, rig, each, REFINERY, "it works again")
                self.acted()

    def _perform(self, rig: Rig, act: Act) -> bool:
        match act:
            case Land(links):
                return self._land(rig, links)
            case Skip(request):
                verbs.skip(self.town, rig, request)
            case Eject():
                self._eject(rig, act)
            case Start(run, commit) | Confirm(run, commit):
                self.world.gates.start(rig, run, commit)
                self.acted()
                return False
            case Cancel(run):
                self.world.gates.cancel(rig, run)
                return False
            case Freeze(stop, reason):
                self._tell(rig, stop, reason)
                return False
            case Wait():
                return False
        self.acted()
        return True

    def _land(self, rig: Rig, links: tuple[Link, ...]) -> bool:
        until, failures = self._cannot_land.get(rig.name, (0.0, 0))
        if until > self.clock.now:
            return False
        if self.lots.happens(self.world.faults.races):
            rig.repository.push(self.lots.some(PATHS, 1), breaks=False)
            self.town.trace(f"{rig.name}: somebody was faster")
            return True
        if self.lots.happens(self.world.faults.unreachable):
            pause = min(300.0, 2.0 ** (failures + 1))
            self._cannot_land[rig.name] = self.clock.now + pause, failures + 1
            self._tell(rig, Stop.CANNOT_LAND, "the remote cannot be reached")
            return False
        self._cannot_land.pop(rig.name, None)
        verbs.land(self.town, rig, links)
        self.acted()
        return True

    def _eject(self, rig: Rig, act: Eject) -> None:
        conflict = act.cause is Cause.CONFLICT
        if not conflict:
            self.world.invariants.blamed(rig, act)
        status = MergeStatus.CONFLICT if conflict else MergeStatus.REJECTED
        reason = ", ".join(act.paths) if conflict else f"{act.gate} is red"
        busy = {address for address, _ in rig.ledger.held()}
        verbs.send_back(self.town, rig, act.request, status, f"{act.cause}: {reason}", busy)

    def _tell(self, rig: Rig, stop: Stop, reason: str) -> None:
        severity = Severity.MEDIUM if stop is Stop.HELD else Severity.HIGH
        title = f"the queue of {rig.name} stands still: {stop}: {reason}"
        if verbs.escalate(self.town, rig, REFINERY, severity, title, TARGET):
            self.acted()


class _Merges:
    """Merges onto one target of requests whose heads stay."""

    def __init__(self, repository: Repository, heads: dict[str, str]) -> None:
        self._repository = repository
        self._main = repository.main
        self._made: dict[tuple[str, ...], Link | Clash] = {}
        self.heads = heads

    def holds(self, heads: dict[str, str]) -> bool:
        """Tell whether the target is the same, and each head that is known already."""
        is_same = all(self.heads.get(name, head) == head for name, head in heads.items())
        return is_same and self._repository.main == self._main

    def of(self, members: tuple[str, ...]) -> Link | Clash:
        """Return what merging *members* gives."""
        found = self._made.get(members)
        if found is None:
            found = self._made[members] = self._repository.merge(self.heads, members)
        return found


def _request(request: MergeRequest) -> Request:
    joined = exact_seconds_of(request.queued_at)
    return Request(
        id=str(request.id), head=request.head, priority=request.priority,
        queued_at=request.queued_at, agent=request.agent, revision=request.revision,
        due=due(joined, priority=request.priority, returns=request.returns),
    )  # fmt: skip
