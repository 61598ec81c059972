"""A world: a town, its agents and gates, its people, and whoever looks after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gitgt.errors import BusyError
from gitgt.reactor.key import Reconciler
from tests.simulation.agents import Agents
from tests.simulation.chance import Faults, Lots
from tests.simulation.clock import DAY, Clock
from tests.simulation.gates import Gates
from tests.simulation.invariants import Invariants
from tests.simulation.people import People
from tests.simulation.town import Town
from tests.simulation.watcher import Watcher


@dataclass(frozen=True)
class Size:
    """How large a world is, and how long it is looked at."""

    rigs: int = 2
    agents: int = 20
    beads: int = 60
    days: float = 3.0
    bare: int = 0  # how many of the rigs have no gates


@dataclass
class World:
    """Everything, put together from one seed."""

    seed: int
    size: Size
    faults: Faults
    trace: Callable[[str], None] | None = None
    acts: int = 0
    ended: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.lots = Lots(self.seed, self.faults)
        self.town = Town(self.clock, self.lots)
        if self.trace is not None:
            self.town.trace = self._told
        each = self.size.agents // self.size.rigs
        for number in range(self.size.rigs):
            rig = self.town.add_rig(
                f"rig{number}", f"r{number}", limit=max(1, each * 4 // 5), polecats=each
            )
            if number >= self.size.rigs - self.size.bare:
                rig.gates = ()
        self.agents = Agents(self.town)
        self.gates = Gates(self.town)
        self.people = People(self)
        self.watcher = Watcher(self.town, self.roles)
        self.invariants = Invariants(self)

    def _told(self, line: str) -> None:
        assert self.trace is not None
        day, rest = divmod(self.clock.elapsed, DAY)
        hours, rest = divmod(rest, 3600)
        self.trace(f"{day:3.0f} {hours:02.0f}:{rest // 60:02.0f}:{rest % 60:04.1f} {line}")

    @property
    def command(self) -> str:
        """What plays the same world again, and tells every act."""
        size = self.size
        return (
            f"python -m tests.simulation --seed {self.seed} --days {size.days}"
            f" --rigs {size.rigs} --agents {size.agents} --beads {size.beads}"
            f" --bare {size.bare} --trace"
        )

    def roles(self) -> list[Reconciler]:
        """Return new roles, which remember nothing."""
        from tests.simulation.roles.convoys import Convoys
        from tests.simulation.roles.dispatcher import Dispatcher
        from tests.simulation.roles.escalations import Escalations
        from tests.simulation.roles.refinery import Refinery
        from tests.simulation.roles.scheduler import Scheduler
        from tests.simulation.roles.witness import Witness

        kinds = (Witness, Refinery, Convoys, Scheduler, Dispatcher, Escalations)
        return [kind(self) for kind in kinds]

    # --- what roles say

    def acted(self) -> None:
        """Say that one act was done: all must hold now, and the watcher may be killed here."""
        self.acts += 1
        self.invariants.check()
        self.watcher.acted()

    def maybe_busy(self) -> None:
        """Find somebody else at what is needed, now and then.

        Raises:
            BusyError: so it is.
        """
        if self.lots.happens(self.faults.busy):
            raise BusyError("somebody is at it", hint="try again")

    # --- running

    def run(self) -> None:
        """Let everything happen until the end."""
        self.people.plan()
        self.watcher.begin()
        self.run_until(self.clock.now + self.size.days * DAY)

    def run_until(self, end: float) -> None:
        """Let everything happen until then."""
        while (coming := self.clock.next_at()) is not None and coming <= end:
            self.clock.step()
            self.invariants.check()
            self.invariants.check_daily()
        self.clock.now = end
        self.invariants.check_all()

    def calm_down(self) -> None:
        """Let nothing go wrong from now on."""
        self.faults = self.lots.faults = Faults.none()
