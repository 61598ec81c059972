"""What all simulated roles have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gitgt.reactor.key import Key, Settled
from tests.simulation.town import Rig

if TYPE_CHECKING:
    from tests.simulation.world import World


class _Seeing(ABC):
    """Has a world to look at, and does what was planned in it."""

    role = ""

    def __init__(self, world: World) -> None:
        self.world = world
        self.town = world.town
        self.clock = world.clock
        self.lots = world.lots

    @abstractmethod
    def keys(self) -> Iterable[Key]:
        """Return what it looks after."""

    @abstractmethod
    def reconcile(self, key: Key) -> Settled:
        """Look, plan, and do what was planned."""

    def acted(self) -> None:
        """Say that an act was done."""
        self.world.acted()


class Role(_Seeing):
    """Looks after one rig for each key."""

    def keys(self) -> Iterable[Key]:
        """Return one key for each rig."""
        return [Key(self.role, name) for name in self.town.rigs]

    def reconcile(self, key: Key) -> Settled:
        """Look, plan, and do what was planned."""
        self.world.maybe_busy()
        return Settled(again_in=self.see_to(self.town.rigs[key.name]))

    @abstractmethod
    def see_to(self, rig: Rig) -> float | None:
        """See to a rig; return in how many seconds it has to be looked at again."""


class RoleOfTheTown(_Seeing):
    """Looks after the town as a whole."""

    def keys(self) -> Iterable[Key]:
        """Return the one key."""
        return [Key(self.role, "hq")]

    def reconcile(self, key: Key) -> Settled:
        """Look, plan, and do what was planned."""
        assert key.name == "hq"
        self.world.maybe_busy()
        return Settled(again_in=self.see_to_all())

    @abstractmethod
    def see_to_all(self) -> float | None:
        """See to the town."""
