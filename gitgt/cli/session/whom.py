"""Whose session is meant, on a command line."""

from __future__ import annotations

from pathlib import Path

from gitgt.services.sessions import session_views
from gitgt.services.sessions.session_views import Place
from gitgt.services.town import Town


def whom(town: Town, text: str) -> tuple[Place, str]:
    """Return where the sessions of *text* are kept, and its whole address."""
    return session_views.whose(town, text, town.rig_at(Path.cwd()))


def say_if_by_hand(place: Place, address: str) -> None:
    """Say how a session is begun that waits for a person to begin it."""
    from gitgt.cli import output
    from gitgt.runtime.launcher import Kind
    from gitgt.services.sessions import sessions

    run = sessions.look(place, address).run
    if run.is_running and run.launcher == Kind.MANUAL:
        output.say(f"hint: a person begins it: git gt attach {address} says what to type")
