"""What goes wrong in a world, and how often; all of it drawn from one seed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from random import Random
from typing import Self


@dataclass(frozen=True)
class Faults:
    """How likely each thing goes wrong whenever it may."""

    # An agent's session
    fails: float = 0.04  # ends, and nothing was committed
    hangs: float = 0.02  # never does anything
    lies: float = 0.03  # says done with nothing, or closes what has not landed
    dies: float = 0.06  # is killed amid its work
    not_begun: float = 0.01  # its program cannot even be run
    deaf: float = 0.03  # hears nobody who ends it, and comes back hours later
    calls: float = 0.02  # asks for a person's judgement
    limited: float = 0.01  # hears that its program answers no more for a while
    hopeless: float = 0.02  # of beads: nobody but a person gets them done
    # Looking and hearing
    unsure: float = 0.03  # whether a session lives cannot be told just now
    stirs: float = 0.1  # a session does something between a look and what is done about it
    lost: float = 0.06
    doubled: float = 0.06
    late: float = 0.06
    busy: float = 0.005  # somebody else is at what a role needs
    # The watcher, after each act
    killed: float = 0.004
    # What is brought, and what tests it
    red: float = 0.10
    flakes: float = 0.02
    stopped: float = 0.01  # a gate that is stopped instead of saying no
    cannot_run: float = 0.004
    vanishes: float = 0.01  # a run of a gate that is killed together with its shim
    # Others
    races: float = 0.03  # the remote has moved on when we push
    unreachable: float = 0.01
    pushes: float = 0.3  # pushes to the target past the queue, for each rig and day
    pushes_red: float = 0.2
    undelivered: float = 0.1  # of messages to people
    parks: float = 0.1  # of rigs, each day; for hours
    freezes: float = 0.05  # of the whole town, each day
    pauses: float = 0.1
    silent: float = 0.1  # people who never answer a call by themselves

    @classmethod
    def none(cls) -> Self:
        """Return a world in which nothing ever goes wrong."""
        return cls(**{each.name: 0.0 for each in fields(cls)})


class Lots:
    """What is drawn by lot: the same for the same seed, whatever machine draws."""

    def __init__(self, seed: int, faults: Faults) -> None:
        self._random = Random(seed)
        self.faults = faults

    def happens(self, chance: float) -> bool:
        """Tell whether something of that chance happens now."""
        return chance > 0.0 and self._random.random() < chance

    def between(self, low: float, high: float) -> float:
        """Return a number between the two."""
        return self._random.uniform(low, high)

    def around(self, middle: float, spread: float = 0.5) -> float:
        """Return a duration: half are shorter than *middle*, and a few are much longer."""
        return middle * self._random.lognormvariate(0.0, spread)

    def number(self, most: int) -> int:
        """Return a whole number below *most*."""
        return self._random.randrange(most)

    def some(self, most: int, many: int) -> frozenset[int]:
        """Return *many* different numbers below *most*."""
        return frozenset(self._random.sample(range(most), many))

    def weight(self) -> float:
        """Return a number between nought and one."""
        return self._random.random()
