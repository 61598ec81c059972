"""A bar that shows how far something is: signs that every terminal knows."""

from __future__ import annotations

from typing import Final

_WIDTH: Final = 20


def bar(done: int, total: int) -> str:
    """Return ``[#####...............]``; it is full only when all is done."""
    full = _WIDTH * done // total if total else 0
    return f"[{'#' * full}{'.' * (_WIDTH - full)}]"
