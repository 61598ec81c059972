"""Where runtimes are set: in the town's settings, and nearer in those of a rig."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gitgt.model import runtime_choice
from gitgt.model.runtime_choice import Layer
from gitgt.runtime import presets
from gitgt.services import settings
from gitgt.services.town import Rig, Town

NAME: Final = "settings/agents.yaml"
SCHEMA: Final = "agents"
_CONFIG: Final = "settings/config.yaml"
_SEED: Final = "settings/config.json"


def name_of(rig: Rig | None) -> str:
    """Return the path of the runtimes of *rig*, or of the town, in the town's repository."""
    return NAME if rig is None else f"{rig.name}/{NAME}"


def layers(town: Town, rig: Rig | None) -> list[Layer]:
    """Return what is set of runtimes, the nearest place first.

    Raises:
        SettingsError: a file breaks its schema.
    """
    farther = _layer("the town", settings.read(town.root / NAME, SCHEMA))
    return [farther] if rig is None else [_of_rig(rig), farther]


def _of_rig(rig: Rig) -> Layer:
    own = _layer(rig.name, settings.read(rig.path / NAME, SCHEMA))
    seed = settings.read(rig.path / _SEED, "gastown-rig").get("runtime")
    old = Layer("") if seed is None else runtime_choice.from_seed(seed, presets.names())
    config = settings.read(rig.path / _CONFIG, "rig")
    return Layer(
        rig.name,
        own.default or str(config.get("agent", "")) or old.default,
        own.roles,
        {**old.agents, **own.agents},
    )


def _layer(place: str, fields: Mapping[str, Any]) -> Layer:
    return Layer(
        place, str(fields.get("default", "")), fields.get("roles", {}), fields.get("agents", {})
    )
