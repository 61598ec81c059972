"""One thing that the doctor has found, and the way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import StrEnum
from typing import Any

from gitgt.values import dataclass


class Level(StrEnum):
    """How bad it is."""

    ERROR = "error"  # something does not work
    WARNING = "warning"  # something soon may not


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong and where; ``hint`` is what a person types.

    ``mend`` makes it good and says what it did: it loses nothing, and stops nobody.
    """

    check: str
    what: str
    where: str = "hq"
    level: Level = Level.ERROR
    hint: str = ""
    mend: Callable[[], str] | None = field(default=None, compare=False, repr=False)

    @property
    def mends(self) -> bool:
        """Tell whether ``--fix`` makes it good."""
        return self.mend is not None

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "check": self.check, "level": str(self.level), "where": self.where,
            "what": self.what, "hint": self.hint, "mends": self.mends,
        }  # fmt: skip
