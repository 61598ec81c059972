"""Save what agents have not committed, and bring it back."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from gitgt.errors import GtError
from gitgt.git import snapshot, worktree
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.actor import Actor
from gitgt.model.dispatch import SessionState
from gitgt.model.documents import Agent, Escalation, Severity
from gitgt.model.lifecycle import AgentStatus
from gitgt.model.wording import fit_line
from gitgt.services import submit
from gitgt.services.agents import sandbox
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_LOG = logging.getLogger(__name__)
_WHO = Actor.role("witness")


# While a session lives, what it has not committed is saved at least this often, in seconds.
SAVE_EVERY: Final = 60.0
_NEVER: Final = sessions.Seen(SessionState.NONE)


@dataclass(frozen=True, slots=True)
class Saved:
    """When a sandbox was last looked at, and how its session was doing then."""

    at: float
    session: str
    state: SessionState


def is_due(last: Saved | None, *, session: str, state: SessionState, now: float) -> bool:
    """Tell whether a sandbox is to be saved: now and then while it is in use, once after."""
    if last is None or (last.session, last.state) != (session, state):
        return True
    is_recent = 0 <= now - last.at < SAVE_EVERY  # a clock may be set back
    return state is SessionState.RUNNING and not is_recent


def save_all(town: Town, rig: Rig, now: Snapshot, saved: dict[str, Saved]) -> float | None:
    """Save the sandboxes of *rig* that are due; return in how many seconds the next will be.

    *saved* is what the caller remembers between two calls; forgetting it costs one look each.
    """
    deadlines: list[float] = []
    sessions_now = sessions.look_all(rig)
    for agent in now.all(Agent, status=AgentStatus.ACTIVE):
        if not sandbox.path_of(rig, agent.address).is_dir():
            continue
        seen, at = sessions_now.get(agent.address, _NEVER), town.clock()
        if agent.role != "polecat" and seen.state is SessionState.NONE:
            continue  # a person's own, who sees to it
        if is_due(saved.get(agent.address), session=seen.session, state=seen.state, now=at):
            save(town, rig, agent.address)
            saved[agent.address] = Saved(at, seen.session, seen.state)
        if seen.state is SessionState.RUNNING:
            deadlines.append(saved[agent.address].at + SAVE_EVERY - at)
    return max(1.0, min(deadlines)) if deadlines else None


def save_everywhere(town: Town) -> None:
    """Save every sandbox of the town: for when nobody is left who would.

    Raises:
        NotFoundError: a rig's ledger is lost; the sandboxes of all others were saved.
    """
    for rig in town.rigs_here().values():
        save_all(town, rig, town.ledger_at(rig).snapshot(), {})
    for rig in town.rigs_without_ledger():
        town.ledger_at(rig).head()


def save(town: Town, rig: Rig, address: str) -> None:
    """Save what is not committed in a sandbox; tell a person of what cannot be saved."""
    path = sandbox.path_of(rig, address)
    if worktree.is_half_made(path):  # what is not there yet nobody has removed
        return
    try:
        saved = snapshot.snapshot(path, address)
        if saved is not None and saved.left_out:
            _tell_left_out(town, rig, address, saved.left_out)
    except GtError as error:
        title = f"the sandbox of {address} cannot be saved: {error.message}"
        _LOG.warning("not saved", extra={"agent": address, "why": error.message})
        submit.escalate(
            town, rig, _WHO, severity=Severity.HIGH, title=title[:300], about=address
        )


def _tell_left_out(town: Town, rig: Rig, address: str, left_out: Sequence[str]) -> None:
    """Call for whoever may save what git sees as somebody else's, once for each such set."""
    title = fit_line(f"not saved with the work of {address}: {', '.join(sorted(left_out))}")
    told = town.ledger_at(rig).snapshot().all(Escalation)
    if all(each.title != title for each in told):
        submit.escalate(
            town, rig, _WHO, severity=Severity.MEDIUM, title=title, about=address, cause=title
        )
