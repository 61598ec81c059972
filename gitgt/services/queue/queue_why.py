"""Why a merge request waits, in the town as it is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, Final

from gitgt.git.merge import Merger
from gitgt.git.repository import Signature
from gitgt.model.documents import MergeRequest
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import MergeStatus
from gitgt.model.queue.merge_chain import Merging
from gitgt.model.queue.merge_eta import Eta
from gitgt.model.queue.merge_facts import Queue
from gitgt.model.queue.queue_why import Why, why
from gitgt.model.queue.request_graph import Needed
from gitgt.services.gates import gate
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.gates.run_folder import AtWork
from gitgt.services.queue import depending, merge_queue, queue_eta, queue_facts, queue_view
from gitgt.services.queue.merge_queue import WHO, Target
from gitgt.services.queue.queue_facts import Works
from gitgt.services.queue.tuning import tuning
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_COMMITTER: Final = Signature(WHO.address, WHO.email, 0)


@dataclass(frozen=True, slots=True)
class Told:
    """A request and why it waits; *why* is None if it is not in the queue.

    ``bead`` is how its bead stands if that is what keeps it, ``eta`` when it will probably have
    landed, if anybody can tell.
    """

    request: MergeRequest
    why: Why | None = None
    needed: tuple[Needed, ...] = ()
    testing: tuple[AtWork, ...] = ()
    bead: str = ""
    eta: Eta | None = None

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "request": self.request.fields(),
            "why": self.why.fields() if self.why else None,
            "needed": [{"id": each.id, "status": each.status} for each in self.needed],
            "testing": [each.fields() for each in self.testing],
            "bead": self.bead,
            "eta": self.eta.fields() if self.eta else None,
        }


def ask(town: Town, name: BeadId) -> Told:
    """Return why the request called *name* waits."""
    rig = town.rig_of(name)
    assert rig is not None
    now = town.ledger_at(rig).snapshot()
    request = now.request(name)
    needed = tuple(depending.needed(town, request))
    if request.status != MergeStatus.QUEUED:
        return Told(request, needed=needed)
    target = Target(rig, request.target)
    has_forge = tuning(town, rig).has_forge
    requests = queue_facts.waiting(now, target, has_forge=has_forge)
    if all(each.id != name for each in requests):
        return Told(request, needed=needed, bead=now.bead(request.source).status)
    work = GateRuns(town, rig).at_work()
    testing = tuple(each for each in work if queue_view.covers(each, request))
    found = _why(town, target, requests, name)
    goes = found is not None and found.place and not found.clashes_with and not found.stops
    eta = queue_eta.of(town, rig).get(name) if goes else None
    return Told(request, found, needed, testing, eta=eta)


def _why(town: Town, target: Target, requests: list[MergeRequest], name: str) -> Why | None:
    now = town.ledger_at(target.rig).snapshot()
    base = queue_facts.base_of(now, target)
    if base is None:
        return None
    works = works_of(town, target.rig, target.branch)
    merger = Merger(now.repository, base.commit, _COMMITTER)
    merging = merger.merging(merge_queue.incoming(now, requests))

    def mind(queue: Queue, merging: Merging) -> Why:
        return why(queue, cache(merging), name)

    found = works.ask(works.queue(now, base, requests), merging, mind)
    stopped = works.tuning.stopped
    return replace(found, stops=(stopped, *found.stops)) if stopped else found


def works_of(town: Town, rig: Rig, branch: str) -> Works:
    """Return what the queue for *branch* is worked with."""
    gates = {each.name: each for each in gate.gates(town, rig)}
    runs = GateRuns(town, rig, branch)
    return queue_facts.works(town, Target(rig, branch), gates, runs, tuning(town, rig))
