"""Lines of JSON, as programs append them, and the few values that we look for in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

Line = dict[str, Any]


def lines(path: Path) -> Iterator[Line]:
    """Yield the lines that are whole; whoever was killed may have left half of one."""
    with path.open("rb") as file:
        for each in file:
            line = parsed(each)
            if line is not None:
                yield line


def parsed(content: bytes | str) -> Line | None:
    """Return the map that *content* says, None if it is none."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def part(of: Mapping[str, Any], *names: str) -> Line:
    """Return the map at *names*, an empty one if there is none."""
    found: Any = of
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def text(of: Mapping[str, Any], name: str) -> str:
    """Return the text at *name*, empty if there is none."""
    found = of.get(name)
    return found if isinstance(found, str) else ""


def count(of: Mapping[str, Any], name: str) -> int | None:
    """Return the number of tokens at *name*; None if nobody says."""
    found = of.get(name)
    return found if type(found) is int and found >= 0 else None


def without(whole: int | None, *parts: int | None) -> int | None:
    """Return what is left of *whole*, where a program counts its *parts* in it."""
    return None if whole is None else max(0, whole - sum(each or 0 for each in parts))


def moment(written: object) -> float | None:
    """Return a time as seconds: written as text, or in milliseconds."""
    if isinstance(written, str):
        try:
            return datetime.fromisoformat(written).timestamp()
        except ValueError:
            return None
    if isinstance(written, bool) or not isinstance(written, int | float):
        return None
    return written / 1000
