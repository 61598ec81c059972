"""What the deacon looks at in a rig: its sessions, given-back work, what is on hooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from gitgt.errors import GtError
from gitgt.git import snapshot
from gitgt.ledger.chronicle import Chronicle
from gitgt.ledger.documents import load
from gitgt.ledger.given_back import given_back
from gitgt.ledger.layout import path_of
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.address import Address, Role, is_address
from gitgt.model.deacon import Facts, GivenBack, Hooked, Live
from gitgt.model.dispatch import SessionState, is_polecat
from gitgt.model.documents import Bead
from gitgt.model.health.facts import Patience
from gitgt.model.lifecycle import AgentStatus, BeadStatus, ConvoyStatus
from gitgt.runtime import progress
from gitgt.runtime.launcher import Kind
from gitgt.services import freeze, graph, rig_state
from gitgt.services.agents import hook, sandbox
from gitgt.services.deacon import memory, pausing
from gitgt.services.scheduler import contexts
from gitgt.services.sessions import sessions
from gitgt.services.sessions.sessions import Seen
from gitgt.services.town import Rig, Town

# Their sessions are begun by asking, or by somebody else than the dispatcher.
_AGENTS: Final = (Role.POLECAT, Role.CREW, Role.DOG)
# What is silent is its witness's first: nudged, and restarted some minutes later.
_AFTER_ITS_WITNESS: Final = 600.0


def facts(town: Town, rig: Rig) -> Facts:
    """Return what is so in *rig*; in one that rests nobody looks."""
    if freeze.frozen(town, rig) or rig_state.is_off(town, rig) or pausing.paused(town):
        return Facts(off=True)
    now = town.ledger_at(rig).snapshot()
    seen = sessions.look_all(rig)
    return Facts(
        live=tuple(live(rig, now, seen)),
        checks=memory.read(rig),
        given_back=tuple(_known(town, now, each) for each in given_back(now)),
        hooked=tuple(hooked(rig, now, seen)),
    )


# --- sessions


def live(rig: Rig, now: Snapshot, seen: Mapping[str, Seen]) -> Iterator[Live]:
    """Yield the polecats whose sessions go on; people see to the others themselves."""
    for address, each in sorted(seen.items()):
        runs = each.state is SessionState.RUNNING and each.run.launcher != Kind.MANUAL
        if runs and is_polecat(address):
            yield one(rig, now, address, each)


def one(rig: Rig, now: Snapshot, address: str, seen: Seen) -> Live:
    """Return what tells whether one of them moves; it costs no process."""
    bead = now.find(seen.bead) if seen.bead else None
    patience = Patience().with_bead(bead if isinstance(bead, Bead) else None)
    return Live(
        address, seen.session, mark(rig, now, address, seen), patience + _AFTER_ITS_WITNESS
    )


def mark(rig: Rig, now: Snapshot, address: str, seen: Seen) -> str:
    """Return what changes whenever something of an agent moves; empty if nobody can tell."""
    went = progress.read(sessions.folder_of(rig, address, seen.session))
    parts = [f"{went.turn}@{went.at}"] if went.at else []
    if went.transcript:
        parts.append(_size(Path(went.transcript)))
    parts.append(_size(sessions.folder_of(rig, address, seen.session) / "output"))
    branch = f"refs/heads/{sandbox.branch_of(address, seen.bead)}" if seen.bead else ""
    refs = [branch, f"{snapshot.WIP}{address}"] if branch else []
    return " ".join([*parts, *(now.repository.ref(each) or "-" for each in refs)])


def _size(path: Path) -> str:
    """Return how long a file is; one that is not there yet is no longer than an empty one."""
    try:
        return str(path.stat().st_size)
    except OSError:
        return "0"


# --- work that was given back


def of_bead(town: Town, bead: Bead) -> GivenBack:
    """Return how given-back work stands, whatever it is."""
    rig = town.rig_of(bead.id)
    assert rig is not None
    return _known(town, town.ledger_at(rig).snapshot(), bead.id)


def _known(town: Town, now: Snapshot, name: str) -> GivenBack:
    bead = now.bead(name)
    at, by_role = _given_up(now, bead)
    return GivenBack(
        bead=str(bead.id), failures=bead.failures, since=at or town.clock(),
        is_open=bead.status is BeadStatus.OPEN and not bead.assignee,
        taken=not by_role, fed=_is_fed(town, bead), waits=", ".join(_waits(town, now, bead)),
    )  # fmt: skip


def _waits(town: Town, now: Snapshot, bead: Bead) -> list[str]:
    """Return what a bead waits for: other beads, or a place that the scheduler gives it."""
    rig = town.rig_of(bead.id)
    if rig is not None and contexts.is_open(contexts.of(now, rig, bead.id)):
        return ["a place"]
    waits = [each.on for each in graph.reasons(town, bead.id) if each.on != bead.id]
    return list(dict.fromkeys(waits))


def _given_up(now: Snapshot, bead: Bead) -> tuple[float, bool]:
    """Return when a bead came off its hook, and whether that was because it was given up."""
    for step in reversed(Chronicle(now.repository).steps(now.commit, str(bead.id))):
        after = _at(now, bead, step.after)
        for before in (_at(now, bead, each) for each in step.before):
            if before and after and _came_off(before, after):
                return float(step.at), after.failures > before.failures
    return 0.0, False


def _came_off(before: Bead, after: Bead) -> bool:
    return before.status in hook.HELD and after.status not in hook.HELD


def _at(now: Snapshot, bead: Bead, blob: str) -> Bead | None:
    """Return the bead as it stood in a blob; None if it was not there, or cannot be read."""
    try:
        found = load(now.repository.blob(blob), path_of(bead.id)) if blob else None
    except GtError:
        return None
    return found if isinstance(found, Bead) else None


def _is_fed(town: Town, bead: Bead) -> bool:
    """Tell whether a convoy that was launched gives it out."""
    return any(
        each.status is ConvoyStatus.OPEN and getattr(each, "launched_at", "")
        for each in town.convoys_of(bead.id)
    )


# --- hooks


def hooked(rig: Rig, now: Snapshot, seen: Mapping[str, Seen]) -> Iterator[Hooked]:
    """Yield what is on hooks of agents that are none any more."""
    gone = [(who, bead) for who, bead in hook.held(now) if _is_gone(now, who)]
    if not gone:
        return
    touched = Chronicle(now.repository).touched(now.commit)
    for who, bead in gone:
        last = seen.get(who)
        yield Hooked(
            bead=bead, address=who, agent=True, retired=True,
            runs=last is not None and last.state is SessionState.RUNNING,
            sandbox=_place(rig, who).exists(),
            since=float(touched.get(bead, 0)), starts=is_polecat(who),
            unseen=bead not in touched,
        )  # fmt: skip


def _is_gone(now: Snapshot, who: str) -> bool:
    """Tell whether *who* was an agent of ours and is none any more; people are none."""
    if "/" not in who or not is_address(who) or Address.parse(who).role not in _AGENTS:
        return False
    found = now.agent_at(who)
    return found is None or found.status is not AgentStatus.ACTIVE


def _place(rig: Rig, who: str) -> Path:
    return rig.path.parent / who if who.startswith("dogs/") else sandbox.path_of(rig, who)
