"""Who is there, and what each is doing: identities are stored, states are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from gitgt.errors import NotFoundError
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.dispatch import SessionState
from gitgt.model.documents import Agent
from gitgt.model.lifecycle import AgentStatus
from gitgt.runtime.launcher import ABSENT, Session
from gitgt.services.agents import hook, sandbox
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


class AgentState(StrEnum):
    """What an agent is doing, as far as hook and session tell."""

    IDLE = "idle"  # nothing on its hook
    SPAWNING = "spawning"  # work on its hook, and no session yet
    WORKING = "working"
    ENDING = "ending"  # its session goes on, and what that worked on is off its hook
    STOPPED = "stopped"  # work on its hook, and its session has ended
    PERSON = "person"  # a crew member without a session: nobody watches them
    HERE = "here"  # a session that people talk to, and nothing on its hook
    AWAY = "away"  # one of the town's own without a session
    UNKNOWN = "unknown"  # in the past, of which no history holds the sessions


@dataclass(frozen=True, slots=True)
class Seen:
    """An agent, what is on its hook, what it has handed in, and its last session."""

    agent: Agent
    place: Rig | Town
    state: AgentState
    holds: str = ""
    submitted: tuple[str, ...] = ()
    works_on: str = ""
    run: Session = ABSENT

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "id": str(self.agent.id),
            "address": self.agent.address,
            "role": self.agent.role,
            "rig": self.agent.rig,
            "state": str(self.state),
            "holds": self.holds,
            "submitted": list(self.submitted),
            "session": self.run.session,
            "works_on": self.works_on,
            "exit": self.run.code,
            "ended": self.run.problem,
            "output": str(self.run.output or ""),
            "worktree": str(worktree_of(self.place, self.agent)),
        }


def seen(town: Town, rigs: Iterable[Rig], *, role: str = "") -> list[Seen]:
    """Return the agents of *rigs*, those of one *role* if it is given."""
    return [each for rig in rigs for each in _of_a_rig(town, rig, role)]


def then(town: Town, rigs: Iterable[Rig]) -> list[Seen]:
    """Return who was at *rigs* when *town* stood as it does, and what each held."""
    return [
        Seen(agent, rig, AgentState.UNKNOWN, holds, submitted)
        for rig in rigs
        for agent, holds, submitted in _hooked(town, rig)
    ]


def of_town(town: Town) -> list[Seen]:
    """Return the town's own agents."""
    active = town.ledger.snapshot().all(Agent, status=AgentStatus.ACTIVE)
    found: list[Seen] = []
    for agent in sorted(active, key=lambda each: each.address):
        holds = [each.id for each in hook.of_person(town, agent.address)]
        found.append(_see(town, agent, holds[0] if holds else "", ()))
    return found


def find(town: Town, address: str) -> Seen:
    """Return the agent at *address*, whose role's word may be left out: ``shop/toast``.

    Raises:
        NotFoundError: there is none.
    """
    for each in of_town(town):
        if each.agent.address == address.rstrip("/"):
            return each
    rig = town.rig(address.partition("/")[0])
    wanted = {address, address.replace("/", "/polecats/", 1), address.replace("/", "/crew/", 1)}
    for each in _of_a_rig(town, rig, ""):
        if each.agent.address in wanted:
            return each
    raise NotFoundError(f"there is no agent {address!r}", hint="git gt agents")


def worktree_of(place: Rig | Town, agent: Agent) -> Path:
    """Return where an agent works."""
    if isinstance(place, Town):
        return place.root / agent.address
    return sandbox.path_of(place, agent.address)


def _of_a_rig(town: Town, rig: Rig, role: str) -> Iterator[Seen]:
    for agent, holds, submitted in _hooked(town, rig):
        if role in ("", agent.role):
            yield _see(rig, agent, holds, submitted)


def _hooked(town: Town, rig: Rig) -> Iterator[tuple[Agent, str, tuple[str, ...]]]:
    """Yield the agents of a rig, what is on the hook of each, and what it has handed in."""
    now = town.ledger_at(rig).snapshot()
    held, handed_in = hook.hooks(now), _handed_in(now)
    active = now.all(Agent, status=AgentStatus.ACTIVE)
    # Those that work by themselves first; people stand where they can be found.
    for agent in sorted(active, key=lambda each: (each.role != "polecat", each.address)):
        address = agent.address
        yield agent, held.get(address, ""), tuple(handed_in.get(address, ()))


def _handed_in(now: Snapshot) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    gone = hook.submitted(now)
    for row in now.rows(kind="bead", status=hook.HELD):
        if row.id in gone:
            found.setdefault(row.assignee, []).append(row.id)
    return found


def _see(place: Rig | Town, agent: Agent, holds: str, submitted: tuple[str, ...]) -> Seen:
    last = sessions.look(place, agent.address)
    if agent.role != "polecat":
        state = _attended(last, holds, is_towns=isinstance(place, Town))
        return Seen(agent, place, state, holds, submitted, run=last.run)
    state = _state(last, holds)
    works_on = last.bead if last.state is SessionState.RUNNING else ""
    return Seen(agent, place, state, holds, submitted, works_on, last.run)


def _attended(last: sessions.Seen, holds: str, *, is_towns: bool) -> AgentState:
    if last.state is SessionState.RUNNING:
        return AgentState.WORKING if holds else AgentState.HERE
    return AgentState.AWAY if is_towns else AgentState.PERSON


def _state(last: sessions.Seen, holds: str) -> AgentState:
    if last.state is SessionState.RUNNING:
        return AgentState.WORKING if last.bead == holds else AgentState.ENDING
    if not holds:
        return AgentState.IDLE
    is_new = last.state is SessionState.NONE or last.bead != holds
    return AgentState.SPAWNING if is_new else AgentState.STOPPED
