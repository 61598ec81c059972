"""What a place wants of the taps of a role, and how its programs call us."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gitgt.git import signposts
from gitgt.model import tap_wishes
from gitgt.model.tap_wishes import Wishes
from gitgt.runtime.presets import Runtime
from gitgt.runtime.taps.files import Gateway
from gitgt.services import settings
from gitgt.services.town import Rig, Town

NAME: Final = "settings/taps.yaml"


def wishes(town: Town, place: Rig | Town, role: str) -> Wishes:
    """Return what is wanted for *role* in *place*.

    Raises:
        SettingsError: the settings break their schema.
    """
    rig = "" if isinstance(place, Town) else place.name
    return tap_wishes.wishes(settings.read(town.root / NAME, "taps"), role=role, rig=rig)


def gateway(town: Town, place: Rig | Town, role: str, runtime: Runtime) -> Gateway:
    """Return how the program *runtime* calls us for *role* in *place*; raises as ``wishes``."""
    return Gateway(
        words=(str(_command(common_of(place))),),
        dialect=runtime.taps.dialect,
        wishes=wishes(town, place, role),
    )


def common_of(place: Rig | Town) -> Path:
    """Return the common git directory of *place*."""
    return place.gt.parent if isinstance(place, Town) else place.repository_path


def folder(place: Rig | Town, role: str, name: str) -> Path:
    """Return where the taps of the runtime called *name* are kept for *role*."""
    return common_of(place) / "gt" / "taps" / role / name


def _command(common: Path) -> Path:
    """Return the program by which git's hooks start us, too: it knows where we are."""
    command = common / "gt" / "command"
    if not command.is_file():
        signposts.set_up(common)
    return command
