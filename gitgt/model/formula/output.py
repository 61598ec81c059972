"""What a step put out, as ``on_complete`` speaks of it: ``{item.name}``, ``{index}``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from gitgt.errors import RefusedError

_PLACE: Final = re.compile(r"\{(?P<way>(?:item|index)(?:\.[A-Za-z0-9_-]+)*)\}")


def items_of(way: str, output: object) -> list[Any]:
    """Return the items that *way*, such as ``output.files``, leads to; one where it is empty.

    Raises:
        RefusedError: it leads to no list.
    """
    if not way:
        return [output]
    parts = [part for part in way.split(".") if part not in ("step", "output")]
    at: Any = output
    for part in parts:
        at = at.get(part) if isinstance(at, Mapping) else None
    if not isinstance(at, list):
        raise RefusedError(
            f"the step's output has no list at {way}",
            hint=f"git gt mol step done ID --output '{json.dumps(_example(parts))}'",
        )
    return at


def _example(parts: list[str]) -> Any:  # noqa: ANN401 - JSON
    found: Any = ["..."]
    for part in reversed(parts):
        found = {part: found}
    return found


def spoken(text: str, item: object, number: int) -> str:
    """Return *text* with ``{item}``, ``{item.key}`` and ``{index}`` filled in."""

    def said(found: re.Match[str]) -> str:
        word, *keys = found["way"].split(".")
        at: Any = number if word == "index" else item
        for key in keys:
            at = at.get(key, "") if isinstance(at, Mapping) else ""
        return at if isinstance(at, str) else json.dumps(at)

    return _PLACE.sub(said, text)
