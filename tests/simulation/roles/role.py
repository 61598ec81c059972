"""What all simulated roles have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gitgt.reactor.key import Key, Settled
from tests.simulation.town import Rig

if TYPE_CHECKING:
    from tests.simulation.world import World


class Role:
    """Looks after one rig for each key."""

    role = ""

    def __init__(self, world: World) -> None:
        self.world = world
        self.town = world.town
        self.clock = world.clock
        self.lots = world.lots

    def keys(self) -> Iterable[Key]:
        """Return one key for each rig."""
        return [Key(self.role, name) for name in self.town.rigs]

    def reconcile(self, key: Key) -> Settled:
        """Look, plan, and do what was planned."""
        self.world.maybe_busy()
        return Settled(again_in=self.see_to(self.town.rigs[key.name]))

    def see_to(self, rig: Rig) -> float | None:
        """See to a rig; return in how many seconds it has to be looked at again."""
        raise NotImplementedError

    def acted(self) -> None:
        """Say that an act was done."""
        self.world.acted()


class RoleOfTheTown(Role):
    """Looks after the town as a whole."""

    def keys(self) -> Iterable[Key]:
        """Return the one key."""
        return [Key(self.role, "hq")]

    def reconcile(self, key: Key) -> Settled:
        """Look, plan, and do what was planned."""
        assert key.name == "hq"
        self.world.maybe_busy()
        return Settled(again_in=self.see_to_all())

    def see_to_all(self) -> float | None:
        """See to the town."""
        raise NotImplementedError
