"""Three towns on machines of their own share one rig, and their cables are pulled at random.

    python -m tests.support.three_towns [SEED] [ROUNDS]

plays a longer story than the tests have time for, and tells it.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from gitgt.errors import GtError
from gitgt.services import work_sharing
from gitgt.services.sling import Order, sling
from gitgt.services.town import Rig
from tests.support.checkout import Checkout
from tests.support.clones import Place, hub
from tests.support.network import HUB, Machine, Network, in_a_network
from tests.support.served import served
from tests.support.sitting import running
from tests.support.town import TESS
from tests.support.waiting import until
from tests.support.world import World

_TURNS: Final = 15
Say = Callable[[str], None]
_ATTEMPTS: Final = range(1, 5)


class Town:
    """What one machine does: whatever it is told in one word."""

    def __init__(self, folder: Path, url: str, seed: str) -> None:
        self._folder, self._url, self._lots = folder, url, random.Random(seed)
        self._place: Place | None = None

    def __call__(self, word: str) -> Any:
        """Do it; what the network or somebody else forbids is left for the next time."""
        if word == "":
            if self._place is not None:
                self._place.builder.close()
            return None
        try:
            return getattr(self, word)()
        except GtError as error:
            return f"{type(error).__name__}: {error.message}"

    @property
    def place(self) -> Place:
        assert self._place is not None
        return self._place

    def begin(self) -> str:
        """Make the town, and add the rig."""
        self._place = Place(self._folder, self._url)
        self.place.builder.gate(self.place.rig, "true")
        self.place.sync()
        return "begun"

    def beads(self, many: int = 4) -> list[str]:
        """Make what is to be done."""
        made = [self.place.builder.bead(self.place.rig, f"Bead {n}").id for n in range(many)]
        self.place.sync()
        return [str(each) for each in made]

    def step(self) -> str:
        """Take up something, see to all that is due, and exchange it, as far as that goes."""
        self.place.builder.clock.advance(60.0)
        rows = self.place.builder.ledger(self.place.rig).rows(kind="bead", status=("open",))
        said = []
        if rows:
            name = self._lots.choice(sorted(row.id for row in rows))
            self._work_is_known(name)
            (done,) = sling(self.place.town, [name], Order(convoy=False), TESS)
            said.append(f"{name}: {getattr(done, 'message', 'slung')}")
        self.place.builder.turn()
        runs = running(self.place.town)
        until(lambda: running(self.place.town) != runs or not runs, patience=30)
        self.place.builder.turn()
        said.append(self("sync"))
        return "; ".join(str(each) for each in said)

    def _work_is_known(self, name: str) -> None:
        work = (f"echo done >{name}.txt", f"closes {name}")
        for attempt in _ATTEMPTS:
            self.place.builder.agent_does(name, *work, attempt=attempt)

    def sync(self) -> int:
        """Exchange everything."""
        for row in self.place.builder.ledger(self.place.rig).rows(kind="bead"):
            self._work_is_known(row.id)  # whoever slung it, an agent here may come to do it
        done = self.place.sync()
        work_sharing.exchange(self.place.town, self.place.rig)
        return done.sent

    def sat(self) -> list[str]:
        """Return the beads that agents sat down to here."""
        return [bead for bead, *_ in self.place.builder.sessions()]

    def stands(self) -> dict[str, Any]:
        """Return how it stands."""
        rig: Rig = self.place.rig
        now = self.place.builder.ledger(rig)
        main = self.place.repo.git("rev-parse", "main")
        status = {row.id: str(row.status) for row in now.rows(kind="bead")}
        return {"ledger": now.commit, "main": main, "beads": status}


def play(folder: Path, seed: int, *, rounds: int, say: Say = lambda _: None) -> None:
    """Play a story from a seed, in a network of its own, or skip where there can be none."""
    in_a_network(lambda network: _play(network, folder, seed, rounds, say))


def _play(network: Network, folder: Path, seed: int, rounds: int, say: Say) -> None:
    # A cable that is pulled amid a transfer is told by nobody: so soon it is given up.
    os.environ |= {"GIT_HTTP_LOW_SPEED_LIMIT": "1", "GIT_HTTP_LOW_SPEED_TIME": "2"}
    lots, bare = random.Random(seed), hub(folder)
    with served("http", bare.path, folder, host=HUB) as url:
        towns = [
            network.machine(Town(folder / f"town {n}", url, f"{seed} {n}")) for n in range(3)
        ]
        for town in towns:
            _asked([town], "begin")
        _asked(towns[:1], "beads")
        _asked(towns, "sync")
        for _ in range(rounds):
            say(_storm(towns, lots))
        for town in towns:
            town.plug()
        stands = _calm(towns)
        say(f"sessions: {Counter(each for told in _asked(towns, 'sat') for each in told)}")
    _judge(bare, stands)


def _asked(towns: Sequence[Machine], word: str) -> list[Any]:
    for town in towns:
        town.ask(word)
    return [town.answer() for town in towns]


def _storm(towns: Sequence[Machine], lots: random.Random) -> str:
    """Let all take a step at the same time, while cables are pulled and put in.

    Returns what they tell.
    """
    for town in towns:
        lots.choice((town.plug, town.plug, town.pull))()
    for town in towns:
        town.ask("step")
    for town in lots.sample(towns, 2):
        town.pull()
        lots.choice((town.plug, lambda: None))()
    return "\n".join(str(town.answer()) for town in towns)


def _calm(towns: Sequence[Machine]) -> list[dict[str, Any]]:
    """Let all go on, with nothing in their way, until all is done and known to all."""
    stands: list[dict[str, Any]] = []
    for _ in range(_TURNS):
        for town in towns:
            _asked([town], "step")
        stands = _asked(towns, "stands")
        ended = all(set(each["beads"].values()) == {"closed"} for each in stands)
        if ended and all(each == stands[0] for each in stands):
            return stands
    raise AssertionError(f"it does not end: {stands}")


def _judge(bare: Checkout, stands: Sequence[dict[str, Any]]) -> None:
    """Check that there is one main, which has each bead's work, once."""
    assert stands[0]["main"] == bare.git("rev-parse", "main")
    assert stands[0]["ledger"] == bare.git("rev-parse", "beads")
    files = bare.git("ls-tree", "--name-only", "main").splitlines()
    subjects = bare.git("log", "--first-parent", "--format=%s", "main").splitlines()
    landed = Counter(each.partition(" (")[0] for each in subjects)
    beads = stands[0]["beads"]
    assert [each for each in beads if f"{each}.txt" not in files] == []
    assert landed == {"Begin": 1, **{f"Bead {n}": 1 for n in range(len(beads))}}
    assert bare.git("fsck", "--no-dangling") == ""


def _say(told: str) -> None:
    sys.stdout.write(f"{told}\n")
    sys.stdout.flush()


def main() -> int:
    """Play one story, and tell it."""
    seed, rounds = [*map(int, sys.argv[1:]), *(7, 12)[len(sys.argv) - 1 :]]
    world = World()
    world.enter()
    try:
        with tempfile.TemporaryDirectory() as folder:
            play(Path(folder), seed, rounds=rounds, say=_say)
    finally:
        world.leave()
    return 0


if __name__ == "__main__":
    sys.exit(main())
