"""Caps on what agents may take: looked at before a session begins, and when one is counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from gitgt.errors import RefusedError
from gitgt.model import budget, money
from gitgt.model.budget import Budget, Then
from gitgt.model.instant import text_of
from gitgt.model.money import Item
from gitgt.services import settings
from gitgt.services.costs import report
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_DAY: Final = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Reached:
    """A cap that is reached: of what, and how far; ``is_day``: tomorrow it is another."""

    what: str
    said: str
    then: Then
    is_day: bool = False

    def __str__(self) -> str:
        return f"the budget of {self.what} is reached: {self.said}"


class Purse:
    """What was taken, looked up once; nothing is read where there are no caps."""

    def __init__(self, town: Town, rig: Rig | None) -> None:
        self._town = town
        self._rig = rig
        self._of_town = _budget(town, None)
        own = Budget() if rig is None else _budget(town, rig)
        self._near = budget.nearest(own, self._of_town)
        self._items: list[Item] | None = None

    @property
    def is_capped(self) -> bool:
        """Tell whether there is any cap that could be reached here."""
        return self._of_town.is_set or self._near.is_set

    def reached(self, bead: str = "") -> Reached | None:
        """Return the cap that keeps a session from beginning, or one for *bead*; else None."""
        if not self.is_capped:
            return None
        then = self._near.then
        today = text_of(self._town.clock())[:10]
        of_day = [each for each in self._all if each.record.started[:10] == today]
        said = self._of_town.day.reached(money.total(of_day))
        if said:
            return Reached(f"the day {today}", said, self._of_town.then, is_day=True)
        if self._rig is not None:
            here = [each for each in of_day if each.record.rig == self._rig.name]
            if said := self._near.day.reached(money.total(here)):
                return Reached(f"{self._rig.name} on {today}", said, then, is_day=True)
        return self._of_work(bead, then) if bead else None

    def until_tomorrow(self) -> float:
        """Return in how many seconds another day begins, in UTC as all stamps are."""
        return _DAY - self._town.clock() % _DAY

    def _of_work(self, bead: str, then: Then) -> Reached | None:
        mine = [each for each in self._all if each.record.bead == bead]
        if said := self._near.bead.reached(money.total(mine)):
            return Reached(bead, said, then)
        convoy = report.convoy_of(self._town, bead) if self._near.convoy != budget.Cap() else ""
        if not convoy:
            return None
        beads = {each.record.bead for each in self._all}
        with_it = {each for each in beads if report.convoy_of(self._town, each) == convoy}
        said = self._near.convoy.reached(
            money.total(each for each in self._all if each.record.bead in with_it)
        )
        return Reached(convoy, said, then) if said else None

    @property
    def _all(self) -> Sequence[Item]:
        if self._items is None:
            self._items = report.items(self._town)
        return self._items


def check(town: Town, rig: Rig | None, bead: str = "") -> None:
    """Check that a session may begin, for *bead* if it has one.

    Raises:
        RefusedError: a cap is reached.
    """
    reached = Purse(town, rig).reached(bead)
    if reached is not None:
        raise RefusedError(
            str(reached),
            hint="change budget in settings/config.yaml; what was taken: git gt costs",
        )


def _budget(town: Town, rig: Rig | None) -> Budget:
    path = (town.root if rig is None else rig.path) / "settings/config.yaml"
    fields: dict[str, Any] = settings.read(path, "settings" if rig is None else "rig")
    return budget.parse(fields.get("budget", {}))
