"""Who is there, and what each is doing: identities are stored, states are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gitgt.errors import NotFoundError
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.dispatch import SessionState
from gitgt.model.documents import Agent
from gitgt.model.lifecycle import AgentStatus
from gitgt.runtime.launcher import ABSENT, Session
from gitgt.services import hook, sandbox, sessions
from gitgt.services.town import Rig, Town


class AgentState(StrEnum):
    """What an agent is doing, as far as hook and session tell."""

    IDLE = "idle"  # nothing on its hook
    SPAWNING = "spawning"  # work on its hook, and no session yet
    WORKING = "working"
    ENDING = "ending"  # its session goes on, and what that worked on is off its hook
    STOPPED = "stopped"  # work on its hook, and its session has ended
    PERSON = "person"  # a crew member: nobody watches them


@dataclass(frozen=True, slots=True)
class Seen:
    """An agent, what is on its hook, what it has handed in, and its last session."""

    agent: Agent
    rig: Rig
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
            "rig": self.rig.name,
            "state": str(self.state),
            "holds": self.holds,
            "submitted": list(self.submitted),
            "session": self.run.session,
            "works_on": self.works_on,
            "exit": self.run.code,
            "ended": self.run.problem,
            "output": str(self.run.output or ""),
            "worktree": str(worktree_of(self.rig, self.agent)),
        }


def seen(town: Town, rigs: Iterable[Rig], *, role: str = "") -> list[Seen]:
    """Return the agents of *rigs*, those of one *role* if it is given."""
    return [each for rig in rigs for each in _of_a_rig(town, rig, role)]


def find(town: Town, address: str) -> Seen:
    """Return the agent at *address*, whose role's word may be left out: ``shop/toast``.

    Raises:
        NotFoundError: there is none.
    """
    rig = town.rig(address.partition("/")[0])
    wanted = {address, address.replace("/", "/polecats/", 1), address.replace("/", "/crew/", 1)}
    for each in _of_a_rig(town, rig, ""):
        if each.agent.address in wanted:
            return each
    raise NotFoundError(f"there is no agent {address!r}", hint="git gt agents")


def worktree_of(rig: Rig, agent: Agent) -> object:
    """Return where an agent works."""
    name = agent.address.rpartition("/")[2]
    return (
        rig.path / "crew" / name
        if agent.role == "crew"
        else sandbox.path_of(rig, agent.address)
    )


def _of_a_rig(town: Town, rig: Rig, role: str) -> Iterator[Seen]:
    now = town.ledger_at(rig).snapshot()
    held, handed_in = hook.hooks(now), _handed_in(now)
    active = now.all(Agent, status=AgentStatus.ACTIVE)
    # Those that work by themselves first; people stand where they can be found.
    for agent in sorted(active, key=lambda each: (each.role != "polecat", each.address)):
        if role in ("", agent.role):
            address = agent.address
            yield _see(rig, agent, held.get(address, ""), tuple(handed_in.get(address, ())))


def _handed_in(now: Snapshot) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    gone = hook.submitted(now)
    for row in now.rows(kind="bead", status=hook.HELD):
        if row.id in gone:
            found.setdefault(row.assignee, []).append(row.id)
    return found


def _see(rig: Rig, agent: Agent, holds: str, submitted: tuple[str, ...]) -> Seen:
    if agent.role != "polecat":
        return Seen(agent, rig, AgentState.PERSON, holds, submitted)
    last = sessions.look(rig, agent.address)
    state = _state(last, holds)
    works_on = last.bead if last.state is SessionState.RUNNING else ""
    return Seen(agent, rig, state, holds, submitted, works_on, last.run)


def _state(last: sessions.Seen, holds: str) -> AgentState:
    if last.state is SessionState.RUNNING:
        return AgentState.WORKING if last.bead == holds else AgentState.ENDING
    if not holds:
        return AgentState.IDLE
    is_new = last.state is SessionState.NONE or last.bead != holds
    return AgentState.SPAWNING if is_new else AgentState.STOPPED
