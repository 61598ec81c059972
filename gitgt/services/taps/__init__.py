"""Taps: what agents' programs call when something happens in them, and our answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitgt.runtime.assignment import Assignment
    from gitgt.runtime.commandline import TapFiles
    from gitgt.services.town import Rig, Town


def install(town: Town, place: Rig | Town, assignment: Assignment) -> TapFiles:
    """Put the taps of a session where its program looks for them; see ``placing``.

    Raises:
        SettingsError: what is wanted of them breaks its schema.
    """
    from gitgt.services.taps import placing  # which a tap itself has no time to import

    return placing.install(town, place, assignment)
