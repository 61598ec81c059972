"""How an agent stands on whom there is a warrant: what tells whether it moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from gitgt.errors import GtError
from gitgt.git import refs, snapshot, worktree
from gitgt.model import warrant as rules
from gitgt.model.address import Address
from gitgt.model.dispatch import SessionState
from gitgt.model.documents import Warrant
from gitgt.model.instant import seconds_of
from gitgt.model.lifecycle import WarrantStatus
from gitgt.model.mail.nudge import Nudge
from gitgt.model.warrant import Seen
from gitgt.runtime import progress
from gitgt.services import freeze
from gitgt.services.agents import sandbox
from gitgt.services.mail import nudges
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from gitgt.services.warrants import filing

ASKER: Final = "deacon"  # who is told that somebody lives


def seen(town: Town, warrant: Warrant, *, now: float) -> Seen:
    """Return how the agent stands that *warrant* is about.

    Its worktree is looked at only when an answer is due: that takes git a while.
    """
    address = warrant.about
    try:
        if not _is_of_the_town(town, address):
            return Seen()  # its rig was taken out of the town, and nothing of it goes on here
        place = filing.place_of(town, address)
        rig = place if isinstance(place, Rig) else None
        if freeze.frozen(town, rig):
            return Seen(unseen=True)
        since = seconds_of(warrant.started_at) if warrant.started_at else now
        state = sessions.look(place, address)
        running = state.session if state.state is SessionState.RUNNING else ""
        due = not warrant.due_at or seconds_of(warrant.due_at) <= now
        return Seen(
            session=running,
            evidence=dict(_evidence(place, address, running, whole=due)) if running else {},
            answered=bool(answers(town, warrant)),
            attended=filing.is_attended(address),
            held=freeze.frozen_seconds(town, rig, since=since),
        )
    except (GtError, OSError):
        return Seen(unseen=True)


def _is_of_the_town(town: Town, address: str) -> bool:
    rig = Address.parse(address).rig
    return not rig or rig in town.rigs()


def answers(town: Town, warrant: Warrant) -> list[Nudge]:
    """Return what the agent has said since it was asked that says that it lives."""
    if warrant.status is WarrantStatus.FILED or not warrant.started_at:
        return []
    since = seconds_of(warrant.started_at)
    return [
        each
        for each, _ in nudges.every(town, ASKER)
        if each.sender == warrant.about
        and each.at >= since
        and rules.ALIVE in each.text.upper()
    ]


def heard(town: Town, warrant: Warrant) -> None:
    """Take away what the agent has said: it was heard."""
    nudges.tell(town, ASKER, [each.id for each in answers(town, warrant)])


def _evidence(
    place: Rig | Town, address: str, session: str, *, whole: bool
) -> Iterator[tuple[str, str]]:
    went = progress.read(sessions.folder_of(place, address, session))
    if went.at:
        yield "turn", f"{went.turn}@{went.at}"
    with suppress(OSError):
        if went.transcript:
            yield "transcript", str(Path(went.transcript).stat().st_size)
    if isinstance(place, Rig):
        yield from _of_sandbox(sandbox.path_of(place, address), whole=whole)


def _of_sandbox(path: Path, *, whole: bool) -> Iterator[tuple[str, str]]:
    if not path.is_dir() or refs.git_dir_of(path) is None or worktree.is_half_made(path):
        return
    if whole:
        yield "branch", worktree.tip(path)
        with suppress(GtError):  # too much to be looked at tells nothing
            yield "worktree", snapshot.tree_of(path)[0]
