"""What the settings say of chores and of the backup."""

from __future__ import annotations

from typing import Any, Final

from gitgt.services import settings
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_DAY: Final = 86400.0
_TRASH: Final = 30  # days
_BRANCHES: Final = 1
_EVERY: Final = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How chores are done: which are not, and how long what has passed is kept, in seconds.

    ``backup`` is where copies go, empty for nowhere; ``main_every`` how often the gates are run
    on what has landed, None for never.
    """

    off: tuple[str, ...] = ()
    trash: float = _TRASH * _DAY
    branches: float = _BRANCHES * _DAY
    backup: str = ""
    backup_every: float = _EVERY
    main_every: float | None = None


def tuning(town: Town, rig: Rig | None) -> Tuning:
    """Return how chores are done in the repository of *rig*, or of the town."""
    of_all = _read(town)
    own = {} if rig is None else settings.read(rig.path / "settings/config.yaml", "rig")
    said: dict[str, Any] = {**of_all.get("chores", {}), **own.get("chores", {})}
    backup: dict[str, Any] = of_all.get("backup", {})
    return Tuning(
        off=tuple(said.get("off", ())),
        trash=float(said.get("trash_days", _TRASH)) * _DAY,
        branches=float(said.get("branch_days", _BRANCHES)) * _DAY,
        backup=str(backup.get("to", "")).replace("{repository}", rig.name if rig else "hq"),
        backup_every=float(backup.get("every", _EVERY)),
        main_every=said.get("main_every"),
    )


def _read(town: Town) -> dict[str, Any]:
    return settings.read(town.root / "settings/config.yaml", "settings")
