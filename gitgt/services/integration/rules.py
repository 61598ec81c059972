"""What a rig's settings say about its integration branches."""

from __future__ import annotations

from gitgt.model.integration import TEMPLATE
from gitgt.services import settings
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """``detect``: work below an epic goes to its branch without being told so."""

    detect: bool = True
    name: str = TEMPLATE
    auto_land: bool = False
    auto_refresh: bool = False
    remove: bool = False


def rules(town: Town, rig: Rig) -> Rules:
    """Return what the committed settings of *rig* say: they decide where work lands.

    Raises:
        SettingsError: they break their schema.
    """
    found = settings.read_committed(town.root, rig.settings_name, "rig").get("integration", {})
    return Rules(
        detect=found.get("mode") != "off",
        name=found.get("name", TEMPLATE),
        auto_land=found.get("auto_land", False),
        auto_refresh=found.get("refresh") == "auto",
        remove=found.get("landed") == "remove",
    )
