"""The price list: what ships, and over it what the town's settings say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gitgt.model.money import Price
from gitgt.services import settings
from gitgt.services.town import Town

NAME: Final = "settings/prices.yaml"
_SHIPPED: Final = Path(__file__).with_name("prices.yaml")
_SCHEMA: Final = "prices"


def known(town: Town) -> dict[str, list[Price]]:
    """Return the prices of each model.

    Raises:
        SettingsError: the town's list breaks its schema.
    """
    found: dict[str, list[Price]] = {}
    for path in (_SHIPPED, town.root / NAME):
        fields = settings.read(path, _SCHEMA)
        own = _by_model(fields)
        found |= own
    return found


def _by_model(fields: Mapping[str, Any]) -> dict[str, list[Price]]:
    found: dict[str, list[Price]] = {}
    for each in fields.get("lists", ()):
        for model, price in each["models"].items():
            made = Price(since=each["since"], source=each["source"], **price)
            found.setdefault(model, []).append(made)
    return found
