"""Who hears of a process of ours that ends."""

from __future__ import annotations

from pathlib import Path

from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Wiring:
    """Who is told when a session ends, and what then goes on if nobody watches."""

    wake: tuple[Path, ...] = ()
    watcher: Path | None = None
    after: tuple[str, ...] | None = None
