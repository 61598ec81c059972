"""End the sessions of a rig, and lose nothing: what they have not committed is saved first."""

from __future__ import annotations

from gitgt.model.actor import Actor
from gitgt.model.dispatch import SessionState, is_polecat
from gitgt.services.agents import attended, post
from gitgt.services.sessions import session_control, sessions
from gitgt.services.town import Rig, Town


def running(rig: Rig) -> list[str]:
    """Return whose sessions go on in *rig*."""
    seen = sessions.look_all(rig)
    return sorted(who for who, each in seen.items() if each.state is SessionState.RUNNING)


def end_polecats(town: Town, rig: Rig) -> list[str]:
    """End the sessions of those that work by themselves; return whose they were.

    People may be in the middle of a sentence with the others, which go on.
    """
    return end(town, rig, [each for each in running(rig) if is_polecat(each)])


def end(town: Town, rig: Rig, whose: list[str]) -> list[str]:
    """End these sessions; return whose went on until then."""
    return [each for each in whose if session_control.stop(town, rig, each)]


def renew(town: Town, rig: Rig, who: Actor) -> None:
    """End all sessions, and begin those of the crew again; polecats' are the dispatcher's.

    Raises:
        GtError: one cannot be begun, and why; then it was not ended.
    """
    for each in running(rig):
        if is_polecat(each):
            session_control.stop(town, rig, each)
        else:
            attended.restart(town, post.of_crew(rig, each.rpartition("/")[2]), who)
