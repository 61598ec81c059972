"""Whose session is meant, on a command line."""

from __future__ import annotations

from pathlib import Path

from gitgt.services.sessions import session_views
from gitgt.services.sessions.session_views import Place
from gitgt.services.town import Town


def whom(town: Town, text: str) -> tuple[Place, str]:
    """Return where the sessions of *text* are kept, and its whole address."""
    return session_views.whose(town, text, town.rig_at(Path.cwd()))
