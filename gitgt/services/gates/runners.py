"""What a rig's settings say of the runners of its forge."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from gitgt.model.gate import Gate, Runs
from gitgt.services import settings
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

# So many seconds a runner may take to begin, and so many pass between two questions.
_START: Final = 600.0
_POLL: Final = 20.0
_SLOTS: Final = 4
# What says what the runners of the usual forges do.
_PIPELINE: Final = (".github/**", ".gitlab-ci.yml", ".gitlab/**", ".gitea/**", ".forgejo/**")


_RUNNER: Final = "runner"


class Answers(StrEnum):
    """Where the runners' verdicts are read."""

    VERDICTS = "verdicts"  # they write them into the verdicts ref themselves
    STATUSES = "statuses"


@dataclass(frozen=True, slots=True)
class Runners:
    """How gates are run there: see the schema of a rig's settings.

    It ``has_forge`` if they say which forge that is.
    """

    answers: Answers = Answers.VERDICTS
    believe: tuple[str, ...] = ()
    slots: int = _SLOTS
    start: float = _START
    poll: float = _POLL
    pipeline: tuple[str, ...] = _PIPELINE
    has_forge: bool = False


def become(town: Town, settings: Path) -> None:
    """Let *town* be a runner's own: what a forge is asked for is run there.

    Its gates see the *settings* of git, a file, instead of those by which it reaches its
    remote: what is tested has no leave to push.
    """
    town.gt.mkdir(parents=True, exist_ok=True)
    (town.gt / _RUNNER).write_bytes(os.fsencode(settings))


def settings_of_git(town: Town) -> Path | None:
    """Return what gates see of git's settings; None where those are the user's."""
    try:
        return Path(os.fsdecode((town.gt / _RUNNER).read_bytes()))
    except FileNotFoundError:
        return None


def place_of(town: Town, gate: Gate) -> Runs:
    """Return where *gate* is run, whoever asks for it in *town*."""
    return Runs.HERE if (town.gt / _RUNNER).exists() else gate.runs


def runners(town: Town, rig: Rig) -> Runners:
    """Return what the committed settings of *rig* say.

    Raises:
        SettingsError: they break their schema.
    """
    return named(settings.read_committed(town.root, rig.settings_name, "rig"))


def named(said: dict[str, Any]) -> Runners:
    """Return what a rig's settings say."""
    found = said.get("runners", {})
    return Runners(
        answers=Answers(found.get("answers", Answers.VERDICTS)),
        believe=tuple(found.get("believe", ())),
        slots=found.get("slots", _SLOTS),
        start=float(found.get("start", _START)),
        poll=float(found.get("poll", _POLL)),
        pipeline=tuple(found.get("pipeline", _PIPELINE)),
        has_forge="forge" in said,
    )
