"""One call of a tap, by one program, in one session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from gitgt.model.turns import TapEvent
from gitgt.runtime.taps.dialects import Dialect
from gitgt.runtime.taps.told import Told
from gitgt.services.taps.seat import Seat
from gitgt.values import dataclass

_T = TypeVar("_T")
Then = Callable[[], None]
Log = Callable[[str, BaseException], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """What was called, and what was said with it.

    ``without`` names rules of the guards that do not count here; ``log`` is told of what goes
    wrong.
    """

    event: TapEvent
    dialect: Dialect
    told: Told
    seat: Seat
    environ: Mapping[str, str]
    now: float
    log: Log
    without: tuple[str, ...] = ()

    def attempt(self, what: str, act: Callable[[], _T], otherwise: _T) -> _T:
        """Return what *act* does; *otherwise*, if that goes wrong, which is logged."""
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - no fault of ours breaks a session
            self.log(f"{self.event}: {what}", error)
            return otherwise
