"""Put work on somebody's hook, or let it wait for a place where there are only so many.

The ledger says so, and that is all: whoever is hooked and has no session is started by the
dispatcher, however it came to be hooked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model import ids
from gitgt.model.actor import Actor
from gitgt.model.documents import Agent, Bead, Document, Mode
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import AgentStatus, BeadStatus, BeadVerb
from gitgt.services import claims, graph, home, namepool, reading, rig_state, target
from gitgt.services.agents.hook import HELD, held, hooks
from gitgt.services.convoy import convoys
from gitgt.services.integration import branches
from gitgt.services.scheduler import contexts, rules, scheduling
from gitgt.services.scheduler.contexts import Wish
from gitgt.services.scheduler.scheduling import Scheduled
from gitgt.services.sessions import programs, runtimes, sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Order:
    """How a bead is to be slung; empty fields leave the choice to us."""

    to: str = ""  # a rig, or an address such as shop/toast or shop/crew/max
    agent: str = ""  # the runtime
    target: str = ""  # the branch to start from and to land on
    convoy: bool = True
    force: bool = False
    replace: bool = False  # what hangs there is taken off, for somebody else to take up
    ralph: bool = False  # one session after the other, each with a fresh mind
    rounds: int = 0  # so many of them at most; 0 for as many as the settings say
    said: str = ""  # to whoever will do it: a line of its notes
    at_once: int = 0  # so many of its convoy at once; the others wait for places


@dataclass(frozen=True, slots=True)
class Slung:
    """A bead and whose hook it is on now; ``fresh`` is false when it hung there already."""

    bead: Bead
    fresh: bool

    @property
    def told(self) -> str:
        """What became of it, in one line."""
        again = "" if self.fresh else " already"
        return f"{self.bead.id} is on the hook of {self.bead.assignee}{again}"


def sling(
    town: Town, names: Sequence[str], order: Order, who: Actor
) -> list[Slung | Scheduled | RefusedError]:
    """Sling each of *names*; what could not be slung stands in its place as the refusal.

    Where a town has only so many places, what is for nobody in particular waits for one.

    Raises:
        RefusedError: the target is malformed, the beads are of several rigs and one was
            named, or there is no such runtime.
        EnvironmentProblemError: the runtime that was named cannot be run here.
        SettingsError: nobody can tell how many places there are.
    """
    wanted = [reading.identify(town, name) for name in names]
    for bead in wanted:
        _check_route(town, bead, order)
    order = replace(order, said=order.said and f"{who.address}: {order.said}")
    caravan = _unmade_convoy(town, wanted) if order.convoy else None
    if is_deferred(town, order):
        done = _scheduled(town, wanted, order, caravan, who)
    else:
        done = [_or_refused(town, bead, order, caravan, who) for bead in wanted]
    if caravan is not None:
        mine = [bead for each in done for bead in _travels_in(each, caravan)]
        if mine:
            convoys.make_for(town, caravan, mine, who)
    return done


def is_deferred(town: Town, order: Order) -> bool:
    """Tell whether what is slung so waits for a place; whoever is named has a hook of theirs.

    Raises:
        SettingsError: nobody can tell how many places there are.
    """
    if "/" in order.to or order.replace:
        return False
    return order.at_once > 0 or not rules.direct(town)


def _or_refused(
    town: Town, bead: BeadId, order: Order, caravan: BeadId | None, who: Actor
) -> Slung | Scheduled | RefusedError:
    try:
        return hang(town, bead, order, caravan, who)
    except RefusedError as error:
        return error


def _scheduled(
    town: Town, wanted: Sequence[BeadId], order: Order, caravan: BeadId | None, who: Actor
) -> list[Slung | Scheduled | RefusedError]:
    """Let each wait for a place, but for what hangs on a hook already."""
    wish = Wish(
        order.agent, order.target, order.said, str(caravan or ""), order.force,
        Mode.RALPH if order.ralph else "", order.rounds, order.at_once,
    )  # fmt: skip
    found: dict[str, Slung | Scheduled | RefusedError] = {}
    for rig in {bead.prefix: town.rig_of(bead) for bead in wanted}.values():
        assert rig is not None
        here = [bead for bead in wanted if bead.prefix == rig.prefix]
        now = town.ledger_at(rig).snapshot()
        held_now = {bead for bead in here if now.bead(bead).status in HELD}
        for bead in held_now:
            found[bead] = _or_refused(town, bead, order, caravan, who)
        rest = [bead for bead in here if bead not in held_now]
        check = _may_wait(rig, order)
        done = scheduling.schedule(town, rig, rest, wish, who, check=check)
        found |= dict(zip(dict.fromkeys(rest), done, strict=True))
    return [found[bead] for bead in wanted]


def _may_wait(rig: Rig, order: Order) -> scheduling.Check:
    """Return what refuses a bead that can never be slung as *order* says."""

    def check(now: Snapshot, bead: Bead) -> None:
        bead.after(BeadVerb.SLING, assignee=rig.name)
        _check_whole(rig, bead)
        if order.target:
            target.check(rig, now.repository, order.target)

    return check


def _travels_in(done: Slung | Scheduled | RefusedError, caravan: BeadId) -> tuple[Bead, ...]:
    """Return the bead that was slung, if *caravan* was reserved for it; else nothing."""
    match done:
        case Slung(bead) if bead.convoy == caravan:
            return (bead,)
        case Scheduled(bead, context) if context.convoy == caravan:
            return (bead,)
        case _:
            return ()


def _unmade_convoy(town: Town, wanted: Sequence[BeadId]) -> BeadId:
    """Return the id that a sling of these, cut short, reserved for a convoy; else a new one."""
    made = town.ledger.snapshot()
    for name in wanted:
        said = _reserved(town, name)
        if said and made.find(said) is None:
            return BeadId.parse(said)
    return convoys.reserve(town)


def _reserved(town: Town, name: BeadId) -> str:
    """Return the convoy that is named where *name* hangs, or waits for a place."""
    rig, now = town.rig_of(name), town.ledger_of(name).snapshot()
    bead = now.find(name)
    if isinstance(bead, Bead) and bead.status in HELD:
        return bead.convoy
    waits = contexts.of(now, rig, name) if rig is not None else None
    return waits.convoy if waits is not None and contexts.is_open(waits) else ""


def _check_route(town: Town, bead: BeadId, order: Order) -> None:
    rig = town.rig_of(bead)
    if rig is None:
        raise RefusedError(
            f"{bead} is the town's own and has no code to work on", hint="sling beads of a rig"
        )
    named = order.to.partition("/")[0]
    if named and town.rig(named).name != rig.name:
        raise RefusedError(
            f"{bead} belongs to {rig.name}, not to {named}",
            hint=f"git gt sling {bead} {rig.name}",
        )
    rig_state.check_not_docked(town, rig)
    if order.agent:  # said now, not when it is started and nobody looks
        programs.ready(runtimes.named(town, rig, order.agent))


# What else is written in the commit that hangs a bead up, given who takes it.
Also = Callable[[Snapshot, Bead], Change]


def hang(
    town: Town, bead: BeadId, order: Order, caravan: BeadId | None, who: Actor,
    *, also: Also | None = None,
) -> Slung:  # fmt: skip
    """Hang one bead on a hook; what *also* changes is changed by the same commit.

    Raises:
        RefusedError: it may not hang there.
    """
    rig = town.rig_of(bead)
    assert rig is not None
    tracked = any(each.id != caravan for each in town.convoys_of(bead)) if caravan else False
    fresh = False

    def decide(now: Snapshot) -> Change | None:
        nonlocal fresh
        old = now.bead(bead)
        fresh = not _hangs_there(old, rig, order)
        if not fresh:
            return None
        _check_free(town, old, order)
        _check_whole(rig, old)
        where = order.target or branches.place(town, rig, old)
        target.check(rig, now.repository, where)
        off = in_the_way(rig, now, order, bead) if order.replace else ()
        agent, is_new = choose(town, rig, now, order, who)
        new = old.after(
            BeadVerb.SLING,
            assignee=agent.address,
            agent=order.agent or old.agent,
            mode=Mode.RALPH if order.ralph else old.mode,
            rounds=order.rounds or old.rounds,
            target=where if order.target or where != rig.branch else old.target,
            convoy=old.convoy if tracked or caravan is None else str(caravan),
            reason="",
            notes=_told(old.notes, order.said),
        )
        documents: tuple[Document, ...] = (new, agent, *off) if is_new else (new, *off)
        said = Change(f"sling {bead} to {agent.address}", documents, event="bead.slung")
        return said if also is None else _with(said, also(now, new))

    after = claims.transact(town, rig, decide, who)
    return Slung(after.bead(bead), fresh)


def _told(notes: str, said: str) -> str:
    """Return a bead's notes with what somebody says to whoever will do it."""
    return "\n".join(part for part in (notes.rstrip("\n"), said.strip()) if part) or notes


def _with(change: Change, more: Change) -> Change:
    return replace(
        change,
        documents=(*change.documents, *more.documents),
        gone=(*change.gone, *more.gone),
    )


def in_the_way(rig: Rig, now: Snapshot, order: Order, bead: BeadId) -> tuple[Bead, ...]:
    """Return what hangs where *bead* is to, taken off."""
    wanted = address(rig, order.to)
    there = [now.bead(each) for whose, each in held(now) if whose == wanted]
    why = f"{bead} took its place on the hook of {wanted}"
    return tuple(each.after(BeadVerb.RELEASE, reason=why) for each in there)


def _check_whole(rig: Rig, bead: Bead) -> None:
    if branches.is_collecting(rig, bead):
        raise RefusedError(
            f"{bead.id} collects what its parts bring, on {bead.integration}",
            hint=f"sling its parts: git gt bead children {bead.id}",
        )


def _hangs_there(bead: Bead, rig: Rig, order: Order) -> bool:
    if bead.status not in (BeadStatus.HOOKED, BeadStatus.IN_PROGRESS):
        return False
    if order.to in ("", rig.name) or address(rig, order.to) == bead.assignee:
        return True
    raise RefusedError(
        f"{bead.id} is on the hook of {bead.assignee}",
        hint=f"git gt bead release {bead.id} --reason '...', then sling it again",
    )


def _check_free(town: Town, bead: Bead, order: Order) -> None:
    if order.force:
        return
    waits = [each.on for each in graph.reasons(town, bead.id) if each.on != bead.id]
    if waits:
        raise RefusedError(
            f"{bead.id} waits for {', '.join(dict.fromkeys(waits))}",
            hint="sling those, or use --force",
        )


def address(rig: Rig, to: str) -> str:
    """Return the address that *to* (``shop/toast``, ``shop/crew/max``) stands for in *rig*.

    Raises:
        RefusedError: it stands for none.
    """
    words = to.split("/")
    if len(words) == 2:
        words.insert(1, "polecats")
    if len(words) != 3 or words[0] != rig.name or words[1] not in ("polecats", "crew"):
        raise RefusedError(
            f"{to!r} is no address", hint=f"try {rig.name}/NAME or {rig.name}/crew/NAME"
        )
    return "/".join((words[0], words[1], ids.parse_member(words[2])))


def choose(town: Town, rig: Rig, now: Snapshot, order: Order, who: Actor) -> tuple[Agent, bool]:
    """Return who takes it, and whether that identity is a new one."""
    busy = hooks(now)
    known = {agent.address: agent for agent in now.all(Agent, status="active")}
    if "/" in order.to:
        wanted = address(rig, order.to)
        if wanted in busy and not order.replace:
            raise RefusedError(
                f"{wanted} has {busy[wanted]} on its hook", hint=f"git gt sling BEAD {rig.name}"
            )
        if wanted in known:
            return known[wanted], False
        if "/crew/" in wanted:
            raise RefusedError(
                f"there is no {wanted}",
                hint=f"git gt crew add {wanted.rpartition('/')[2]} --rig {rig.name}",
            )
        former = now.agent_at(wanted)
        if former is not None:
            return returned(former), True
        return new_agent(town, rig, wanted, "polecat", who), True
    polecats = [agent for agent in known.values() if agent.role == "polecat"]
    polecats.sort(key=lambda each: (each.created_at, each.id))
    idle = [
        agent
        for agent in polecats
        if agent.address not in busy and home.is_here(town, rig, agent)
    ]
    if idle:
        # One whose last session goes on would have to see it end first.
        return min(idle, key=lambda each: sessions.is_running(rig, each.address)), False
    name = namepool.free(town, rig, now)
    return new_agent(town, rig, f"{rig.name}/polecats/{name}", "polecat", who), True


def enlist(town: Town, rig: Rig, where: str, who: Actor) -> None:
    """Give the polecat at the address *where* an identity, if a person thought of one.

    Raises:
        RefusedError: the name is reserved or badly formed.
    """
    ids.parse_member(where.rpartition("/")[2])

    def decide(now: Snapshot) -> Change | None:
        found = now.agent_at(where)
        if found is not None and found.status is AgentStatus.ACTIVE:
            return None
        agent = returned(found) if found else new_agent(town, rig, where, "polecat", who)
        return Change(f"{where} is a polecat", (agent,), event="agent.enlisted")

    town.ledger_at(rig).transact(decide, who)


def returned(agent: Agent) -> Agent:
    """Return an identity that was retired, in use again."""
    return agent.replace(status=AgentStatus.ACTIVE, closed_at="", reason="")


def new_agent(town: Town, rig: Rig | None, where: str, role: str, who: Actor) -> Agent:
    """Return a new identity at the address *where*; without a rig it is one of the town."""
    return Agent(
        id=ids.agent_id(rig.prefix if rig else ids.TOWN_PREFIX, where),
        type="agent",
        title=where,
        status=AgentStatus.ACTIVE,
        role=role,
        rig=rig.name if rig else "",
        home=home.of_new(town, rig, role),
        created_at=town.now(),
        created_by=who.address,
    )
