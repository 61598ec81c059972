"""Give out what waits for a place: look at all rigs, ask the plan, hang beads on hooks.

Hanging a bead up and closing its context is one commit, so whoever is killed finds it waiting,
or done. What cannot be given out waits on, and is taken out of the line after some failures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from filelock import FileLock, Timeout

from gitgt.errors import BusyError, GtError, SettingsError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model import capacity
from gitgt.model.actor import Actor
from gitgt.model.capacity import Plan, Standing, Waiting
from gitgt.model.documents import Bead, Document, Mode, Severity, SlingContext
from gitgt.model.ids import BeadId
from gitgt.model.instant import exact_seconds_of, seconds_of
from gitgt.model.lifecycle import BeadStatus, SlingStatus
from gitgt.services import freeze, graph, properties, rig_state, sling, submit, uptime
from gitgt.services.agents.hook import HELD
from gitgt.services.costs.budgets import Purse
from gitgt.services.scheduler import contexts, last_start, places, rate_limits, rules
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

WHO: Final = Actor.role("scheduler")
LOCK: Final = "scheduler.lock"
# So long somebody may give out work before others are told that it is their turn.
_PATIENCE: Final = 30.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A context that is open, its rig, and what the plan is told of it.

    ``is_over`` says that its bead needs no place: it hangs on a hook, is closed or gone.
    """

    rig: Rig
    context: SlingContext
    waiting: Waiting
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """What waits in a town, by bead, and what is to be done about it now."""

    entries: Mapping[str, Entry]
    plan: Plan


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a bead that was to be given out; ``why`` it could not be, if so."""

    bead: str
    assignee: str = ""
    why: str = ""


def look(town: Town, *, batch: int | None = None) -> Line:
    """Return what waits, and the plan for it; at most *batch* are to start, if that is given.

    Raises:
        SettingsError: nobody can tell how many places there are.
    """
    found = {each.context.source: each for each in _entries(town)}
    if not found:
        return Line({}, Plan())
    said = rules.rules(town)
    limits = rules.limits(town, said)
    if batch is not None:
        limits = replace(limits, batch=batch)
    plan = capacity.plan(
        [each.waiting for each in found.values() if not each.is_over],
        places.taken(town), limits, standing(town, said), now=town.clock(),
    )  # fmt: skip
    return Line(found, plan)


def in_line(line: Line) -> list[Entry]:
    """Return what waits in the order in which it is taken, if there is room."""
    waiting = capacity.in_line(each.waiting for each in line.entries.values())
    return [line.entries[each.bead] for each in waiting]


def standing(town: Town, said: rules.Rules) -> Standing:
    """Return what stands in the way besides room."""
    return Standing(
        paused=said.paused,
        stopped=dict(_stopped(town)),
        limited=rate_limits.known(town),
        last_start=last_start.read(town),
    )


def _stopped(town: Town) -> Iterator[tuple[str, str]]:
    """Yield the rigs in which nobody is started, and why."""
    if uptime.is_down(town):
        yield capacity.ALL_RIGS, "the town is down"
    for name, rig in town.rigs_here().items():
        found = freeze.frozen(town, rig)
        if found is not None:
            yield name, f"{found.place} is frozen: {found.why or 'an emergency stop'}"
            continue
        stands = rig_state.standing(town, rig)
        if stands.is_off:
            yield name, f"{name} is {stands.kind}{': ' + stands.why if stands.why else ''}"


def _entries(town: Town) -> Iterator[Entry]:
    for rig in town.rigs_here().values():
        now = town.ledger_at(rig).snapshot()
        found = list(contexts.waiting(now))
        if not found:
            continue
        purse = Purse(town, rig)
        after = _after(town, rig, [each.source for each in found])
        for each in found:
            bead = now.find(each.source)
            over = not isinstance(bead, Bead) or bead.is_closed or bead.status in HELD
            yield Entry(rig, each, _waiting(town, rig, bead, each, after, purse), over)


def _after(town: Town, rig: Rig, names: list[str]) -> dict[str, tuple[str, ...]]:
    """Return, of those of *names* that wait for others, for which."""
    ready = {row.id for row in graph.ready_among(town, names)}
    with graph.graph_of(town, rig) as (_, web, _homes):
        return {
            name: tuple(dict.fromkeys(each.on for each in graph.why(web, name)))
            for name in names
            if name not in ready
        }


def _waiting(
    town: Town, rig: Rig, found: Document | None, context: SlingContext,
    after: Mapping[str, tuple[str, ...]], purse: Purse,
) -> Waiting:  # fmt: skip
    bead = found if isinstance(found, Bead) else None
    reached = purse.reached(context.source)
    asked = (context.agent, bead.agent if bead else "")
    waits_for = after.get(context.source, ())
    return Waiting(
        bead=context.source,
        rig=rig.name,
        runtime=places.runtime_of(town, rig, *asked),
        priority=properties.adjusted(town, rig, bead.priority if bead else 2),
        since=exact_seconds_of(context.queued_at),
        held=_held(bead, waits_for, town.now()),
        after=() if context.forced else waits_for,
        broke=str(reached) if reached else "",
        until_paid=town.clock() + purse.until_tomorrow() if reached and reached.is_day else 0.0,
        failures=context.failures,
        convoy=context.convoy,
        at_once=context.at_once,
        failed_at=seconds_of(context.failed_at) if context.failed_at else 0.0,
    )


def _held(bead: Bead | None, after: tuple[str, ...], now: str) -> str:
    """Return what about a bead keeps it from a hook."""
    if bead is None:
        return ""
    if bead.status is not BeadStatus.OPEN:
        return f"it is {bead.status}"
    if bead.defer_until > now and not after:
        return f"it is put off until {bead.defer_until}"
    return ""


def run(
    town: Town, *, batch: int | None = None, who: Actor = WHO
) -> tuple[list[Outcome], float | None]:
    """Give out what there is room for; return it, and when to look again, if time tells.

    Raises:
        BusyError: somebody else gives out work, or is at what is needed; the others were done.
        SettingsError: nobody can tell how many places there are.
    """
    with _turn(town):
        return _run(town, batch, who)


@contextmanager
def _turn(town: Town) -> Iterator[None]:
    """Be the one who gives out work, from counting on: two would give out too much."""
    town.gt.mkdir(exist_ok=True)
    lock = FileLock(town.gt / LOCK)
    try:
        lock.acquire(timeout=_PATIENCE, poll_interval=0.02)
    except Timeout as error:
        raise BusyError("somebody else gives out work, and does not come to an end") from error
    try:
        yield
    finally:
        lock.release()


def _run(town: Town, batch: int | None, who: Actor) -> tuple[list[Outcome], float | None]:
    line = look(town, batch=batch)
    for each in line.entries.values():
        if each.is_over:
            _end_if_over(town, each.rig, each.context, who)
    done: list[Outcome] = []
    busy: BusyError | None = None
    for chosen in line.plan.start:
        try:
            done += give_out(town, line.entries[chosen.bead], who)
        except BusyError as error:
            busy = error
    if busy is not None:
        raise busy
    return done, line.plan.again_at


def give_out(town: Town, entry: Entry, who: Actor) -> list[Outcome]:
    """Hang one bead on a hook; nothing is told of one that waits no longer.

    Raises:
        BusyError: somebody is at what is needed.
        SettingsError: settings are spoiled; no bead is to blame.
    """
    rig, context = entry.rig, entry.context
    if _end_if_over(town, rig, context, who):
        return []
    order = sling.Order(
        to=rig.name, agent=context.agent, target=context.target, convoy=False,
        force=context.forced, said=context.description,
        ralph=context.mode == Mode.RALPH, rounds=context.rounds,
    )  # fmt: skip

    def also(now: Snapshot, bead: Bead) -> Change:
        said = f"on the hook of {bead.assignee}"
        present = contexts.of(now, rig, context.source)
        assert present is not None
        done = contexts.ended(town, present, SlingStatus.DISPATCHED, said)
        return Change("", (done,), gone=contexts.passed(town, now))

    caravan = BeadId.parse(context.convoy) if context.convoy else None
    try:
        slung = sling.hang(town, BeadId.parse(context.source), order, caravan, who, also=also)
    except (BusyError, SettingsError):
        raise
    except GtError as error:
        fail(town, rig, context.source, error.message, who)
        return [Outcome(context.source, why=error.message)]
    if not slung.fresh:
        return []  # somebody hung it up meanwhile
    last_start.note(town)
    facts = {"bead": context.source, "rig": rig.name, "polecat": slung.bead.assignee}
    town.events.append("sling.dispatched", who.address, facts)
    return [Outcome(context.source, slung.bead.assignee)]


def _end_if_over(town: Town, rig: Rig, context: SlingContext, who: Actor) -> bool:
    """Close the context of a bead that needs no place any more; tell whether it is so."""
    over = False

    def decide(now: Snapshot) -> Change | None:
        nonlocal over
        present, bead = contexts.of(now, rig, context.source), now.find(context.source)
        over = present is None or not contexts.is_open(present)
        if present is None or over:
            return None
        if not isinstance(bead, Bead) or bead.is_closed:
            why = "its bead is closed" if bead else "its bead is gone"
            new = contexts.ended(town, present, SlingStatus.CLEARED, why)
        elif bead.status in HELD:
            why = f"on the hook of {bead.assignee}"
            new = contexts.ended(town, present, SlingStatus.DISPATCHED, why)
        else:
            return None
        over = True
        return Change(f"{context.source} waits no longer: {why}", (new,), event="sling.over")

    town.ledger_at(rig).transact(decide, who)
    return over


def fail(town: Town, rig: Rig, bead: str, why: str, who: Actor) -> None:
    """Note that a bead could not be given out; after some times a person is told."""

    def decide(now: Snapshot) -> Change | None:
        present = contexts.of(now, rig, bead)
        if present is None or not contexts.is_open(present):
            return None
        new = contexts.failed(town, present, why)
        return Change(f"{bead} could not be given out: {why}", (new,), event="sling.failed")

    before = contexts.of(town.ledger_at(rig).snapshot(), rig, bead)
    if before is not None and before.failures + 1 >= capacity.MAX_FAILURES:
        tell_broken(town, rig, bead, why)
    town.ledger_at(rig).transact(decide, who)
    town.events.append("sling.failed", who.address, {"bead": bead, "why": why})


def tell_broken(town: Town, rig: Rig, bead: str, why: str) -> None:
    """Tell a person that *bead* leaves the line; before it does, so that nobody misses it."""
    submit.escalate(
        town, rig, WHO, severity=Severity.HIGH, about=bead,
        title=f"{bead} could not be given out {capacity.MAX_FAILURES} times: {why}"[:500],
    )  # fmt: skip
