"""The next turn of a session without a terminal: its program takes up the conversation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gitgt.errors import RefusedError
from gitgt.git import markers, refs
from gitgt.runtime import progress
from gitgt.runtime.assignment import Assignment, TakesUp
from gitgt.runtime.launcher import Session, SessionState
from gitgt.services import target
from gitgt.services.agents import attended
from gitgt.services.sessions import programs, runtimes, sessions
from gitgt.services.town import Rig, Town

Place = Rig | Town


def begin(town: Town, place: Place, address: str, text: str) -> str:
    """Let the program of *address*'s last session go on with *text*; return the new session.

    It does not count as another try at its bead.

    Raises:
        RefusedError: there is no conversation to take up.
        GtError: it cannot be had, and why.
    """
    rig = None if isinstance(place, Town) else place
    with attended.taking(town, rig, address):
        last = sessions.sessions_of(place).observe(address)
        _check(address, last)
        assignment = _assignment(town, place, address, last, text)
        sessions.begin(town, place, assignment, topic="turn")
    sessions.forgive_one(place, address, assignment.session)
    return assignment.session


def _check(address: str, last: Session) -> None:
    if last.state is SessionState.RUNNING:
        raise RefusedError(f"{address} is at its turn", hint="git gt mail send waits for it")
    if last.state is SessionState.ABSENT:
        raise RefusedError(f"{address} has no session that runs", hint="git gt session list")


def _assignment(town: Town, place: Place, address: str, last: Session, text: str) -> Assignment:
    rig = None if isinstance(place, Town) else place
    runtime = programs.ready(runtimes.named(town, rig, last.runtime))
    went = progress.read(sessions.folder_of(place, address, last.session))
    conversation = went.conversation or last.conversation
    if not runtime.can_resume or not conversation:
        raise RefusedError(
            f"{address} has ended, and its program cannot go on from there",
            hint=f"git gt session start {address}",
        )
    made = Assignment(
        address=address,
        role=last.role,
        runtime=runtime,
        town=town.root,
        worktree=_worktree(town, last),
        session=sessions.after(place, address, last.session),
        rig=rig.name if rig else "",
        name=address.rpartition("/")[2],
        bead=last.bead,
        attempt=last.attempt,
        at=town.clock(),
        prompt=text,
        conversation=conversation,
        takes_up=TakesUp.RESUME,
        model=last.model,
    )
    return made if rig is None else _on_branch(town, rig, made)


def _worktree(town: Town, last: Session) -> Path:
    return Path(last.worktree) if last.worktree else town.root


def _on_branch(town: Town, rig: Rig, made: Assignment) -> Assignment:
    """Add what the worktree's own mark says of the branch that it works on."""
    git_dir = refs.git_dir_of(made.worktree)
    marked = markers.assignment_of(git_dir) if git_dir is not None else None
    if marked is None:
        return made
    now = town.ledger_at(rig).snapshot()
    return replace(made, branch=marked.branch, base=target.of(rig, now.bead(marked.bead)))
