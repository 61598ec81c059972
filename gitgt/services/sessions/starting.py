"""What a session is started with, and what it is started in.

``auto`` is tmux where that is, else a pseudo terminal; a program that knows no conversation
gets neither, and does one turn.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from gitgt.errors import SettingsError, ToolMissingError
from gitgt.git.signposts import own_command
from gitgt.model.launching import Launching, choose
from gitgt.runtime.assignment import Assignment, TakesUp
from gitgt.runtime.launcher import Given, Kind
from gitgt.runtime.presets import Runtime
from gitgt.runtime.presets.form import Conversations
from gitgt.runtime.terminal import tmux
from gitgt.services import settings
from gitgt.services.taps import placing
from gitgt.services.town import Rig, Town

# Chooses for all that is started from here, whatever the settings say.
OVERRIDE: Final = "GT_SESSIONS_LAUNCHER"


def kind_for(
    town: Town, place: Rig | Town, runtime: Runtime, environ: Mapping[str, str] | None = None,
    *, one_turn: bool = False,
) -> Kind:  # fmt: skip
    """Return what a session on *runtime* is run in.

    One that is to take *one turn*, and then end, is run without a terminal where it can be.

    Raises:
        SettingsError: the settings or the override say nothing that is known.
        ToolMissingError: they want tmux, and it is not there.
    """
    wanted = _wanted(town, place, os.environ if environ is None else environ)
    if one_turn and wanted is not Launching.MANUAL:
        wanted = Launching.EXEC
    has_tmux = wanted in (Launching.AUTO, Launching.TMUX) and tmux.is_usable()
    if wanted is Launching.TMUX and not has_tmux:
        raise ToolMissingError(
            "the settings want tmux, and there is none from 3.2 on",
            hint="install it, or set sessions: {launcher: auto}",
        )
    talks = runtime.interactive is not None
    turns = runtime.exec_form is not None
    return Kind(choose(wanted, talks=talks, turns=turns, has_tmux=has_tmux))


def _wanted(town: Town, place: Rig | Town, environ: Mapping[str, str]) -> Launching:
    said = settings.read(town.root / "settings/config.yaml", "settings").get("sessions", {})
    if isinstance(place, Rig):
        own = settings.read(place.path / "settings/config.yaml", "rig").get("sessions", {})
        said = {**said, **own}
    word = environ.get(OVERRIDE) or said.get("launcher", Launching.AUTO)
    if word not in [*Launching]:
        raise SettingsError(f"{OVERRIDE} is {word!r}", hint=f"one of: {', '.join(Launching)}")
    return Launching(word)


def named(assignment: Assignment) -> Assignment:
    """Return *assignment* with the name of its conversation, where we may give one."""
    is_ours = assignment.runtime.conversations is Conversations.ASSIGNED
    begins = assignment.takes_up is TakesUp.NOTHING
    if not is_ours or not begins or assignment.conversation:
        return assignment
    return replace(assignment, conversation=str(uuid.UUID(bytes=os.urandom(16), version=4)))


def given(town: Town, place: Rig | Town, assignment: Assignment) -> Given:
    """Make ready what a session needs: its taps; a program without any is seen to by us.

    Raises:
        SettingsError: what is wanted of the taps breaks its schema.
    """
    runtime = assignment.runtime
    if runtime.is_plain:
        return Given()
    if runtime.taps.are_there:
        return Given(taps=placing.install(town, place, assignment))
    ready = (*own_command(), "-C", str(town.root), "session", "ready", assignment.address)
    return Given(once_ready=ready)
