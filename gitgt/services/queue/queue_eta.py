"""When what waits will probably have landed, by how long gates took lately."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from gitgt.errors import SettingsError
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.gate import Gate
from gitgt.model.queue.merge_eta import Begun, Eta, Pace, Work, etas
from gitgt.model.queue.merge_facts import Queue
from gitgt.model.queue.merge_odds import odds, survival
from gitgt.model.queue.queue_order import Request, in_order
from gitgt.services.gates import gate, gate_history
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.gates.run_folder import AtWork
from gitgt.services.queue import merge_queue, queue_facts, queue_view
from gitgt.services.queue.merge_queue import Target
from gitgt.services.queue.queue_facts import Works
from gitgt.services.queue.tuning import tuning
from gitgt.services.town import Rig, Town


def of(town: Town, rig: Rig, *, held: Collection[str] = ()) -> dict[str, Eta]:
    """Return when the requests of *rig* will have landed, by their ids.

    Of a queue that stands still nothing is said, nor of who does not go: those that are *held*
    by one ahead come back once that one has landed. With several queues the slots are shared.
    """
    now = town.ledger_at(rig).snapshot()
    try:
        set_to, gates = tuning(town, rig), {each.name: each for each in gate.gates(town, rig)}
    except SettingsError:
        return {}
    if set_to.brake or set_to.by_forge or not gates:
        return {}
    lines = [
        (each, line)
        for each in merge_queue.targets(rig, now)
        if (line := list(_line(town, now, each, held))) and not queue_view.stops(town, each)
    ]
    share = max(1, set_to.slots // max(1, len(lines)))
    found: dict[str, Eta] = {}
    for target, waiting in lines:
        runs = GateRuns(town, rig, target.branch)
        works = queue_facts.works(town, target, gates, runs, set_to)
        found |= _estimated(town, now, works, waiting, share)
    return found


def _line(
    town: Town, now: Snapshot, target: Target, held: Collection[str]
) -> Iterator[Request]:
    set_to = queue_facts.tuning_of(town, target.rig)
    may = queue_facts.waiting(now, target, has_forge=set_to.has_forge)
    for each in queue_facts.as_planned(town, now, may, hours=set_to.hours):
        if each.id not in held:
            yield each


def _estimated(
    town: Town, now: Snapshot, works: Works, waiting: Sequence[Request], slots: int
) -> dict[str, Eta]:
    base = queue_facts.base_of(now, works.target)
    if base is None:
        return {}
    facts = works.queue(now, base, ())
    testing = [each for each in works.runs.at_work() if each.branch == works.target.branch]
    under_test = [name for each in testing for name in each.requests]
    order = in_order(waiting, under_test=under_test)
    chance = odds(order, facts.findings, rate=facts.rate)
    begun = tuple(_begun(each, order) for each in testing if not each.screen)
    work = _work(town, works, facts, begun, slots)
    found = etas([chance[each.id] for each in order], work)
    return {each.id: eta for each, eta in zip(order, found, strict=False)}


def _begun(run: AtWork, order: Sequence[Request]) -> Begun:
    at = [number for number, each in enumerate(order, 1) if each.id in run.requests]
    return Begun(run.gate, run.seconds, max(at, default=0))


def _work(town: Town, works: Works, facts: Queue, begun: tuple[Begun, ...], slots: int) -> Work:
    blocking = [works.gates[name] for name in facts.gates]
    times = gate_history.times(town, works.target.rig, blocking, works.runs.keys)
    errs = survival([works.flakes[each.name].rate for each in blocking])[-1]
    return Work(
        paces=tuple(_pace(each, times[each.name].seconds) for each in blocking),
        begun=tuple(each for each in begun if each.gate in facts.gates),
        slots=slots,
        limit=facts.limit,
        noise=1.0 - errs,
    )


def _pace(each: Gate, seconds: tuple[float, ...]) -> Pace:
    return Pace(each.name, seconds, each.phase, alone=each.is_alone)
