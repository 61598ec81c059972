"""How the queue of a rig is worked: how much at once, how eagerly. It decides no verdict."""

from __future__ import annotations

from dataclasses import dataclass

from gitgt.model.merge_facts import LIMIT
from gitgt.services import settings
from gitgt.services.town import Rig, Town


@dataclass(frozen=True, slots=True)
class Tuning:
    """How many gates run at once, and how many requests are merged at the most.

    ``frugal`` slots stay idle rather than test what another run will probably tell.
    """

    slots: int = 1
    batch: int = LIMIT
    frugal: bool = False


def tuning(town: Town, rig: Rig) -> Tuning:
    """Return what the committed settings of *rig* say.

    Raises:
        SettingsError: they break their schema.
    """
    found = settings.read_committed(town.root, rig.settings_name, "rig").get("merge_queue", {})
    return Tuning(
        found.get("slots", 1), found.get("batch", LIMIT), found.get("mode") == "frugal"
    )
