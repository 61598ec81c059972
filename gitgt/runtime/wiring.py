"""Who hears of a process of ours that ends."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Wiring:
    """Who is told when a session ends, and what then goes on if nobody watches."""

    wake: tuple[Path, ...] = ()
    watcher: Path | None = None
    after: tuple[str, ...] | None = None
