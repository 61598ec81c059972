"""The refinery: tests what is submitted, lands what passed, sends back what did not.

The decisions are the planner's; this looks, asks it, and does what it says. It remembers
nothing: kill it anywhere, and the next look finds the same facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gitgt.errors import BusyError, GtError
from gitgt.git import rerere
from gitgt.git.merge import Merger, know_nothing
from gitgt.git.pruned import Pruner
from gitgt.git.recall import Recall
from gitgt.git.rerere import Memory
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.fair_share import hand_out
from gitgt.model.gate import Gate, Runs
from gitgt.model.queue.merge_style import Style
from gitgt.reactor.key import Key, Settled
from gitgt.services.gates import gate, gate_history, leaks
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.integration import upkeep
from gitgt.services.queue import (
    ceiling,
    conflicts,
    depending,
    direct,
    landed,
    merge_queue,
    resolutions,
)
from gitgt.services.queue.holding import Holding
from gitgt.services.queue.landings import Landings
from gitgt.services.queue.line import Line
from gitgt.services.queue.merge_queue import WHO, Target
from gitgt.services.queue.tuning import Rerere, tuning
from gitgt.services.queue.turns import Turns
from gitgt.services.town import Rig, Town


class RefineryRole:
    """Runs the merge queue of one rig for each key."""

    role = "refinery"

    def __init__(self, town: Town) -> None:
        self._town = town
        self._mergers: dict[tuple[str, str], tuple[tuple[str | None, Style], Merger]] = {}
        self._landings: dict[tuple[str, str], Landings] = {}
        self._pruners: dict[str, Pruner] = {}

    def keys(self) -> Iterable[Key]:
        """Return one key for each rig."""
        return [Key(self.role, name) for name in self._town.rigs_here()]

    def reconcile(self, key: Key) -> Settled:
        """Do what the planner says, until it says to wait."""
        rig = self._town.rig(key.name)
        upkeep.see_to(self._town, rig, WHO)
        resolutions.exchange(self._town, rig)
        live = GateRuns(self._town, rig, pruner=self._pruner(rig))
        depending.settle(self._town, rig)
        targets = merge_queue.targets(rig, self._town.ledger_at(rig).snapshot())
        self._leave(rig, targets)
        if not targets and not live.live() and not live.probes.left():
            ceiling.forget(self._town, rig)
            return Settled()  # an idle queue does not even read its gates
        gates = gate.gates(self._town, rig)
        if live.take_in({each.name: each for each in gates}):
            leaks.tell(self._town, rig, gates, WHO)
            live.pool.retire({each.name for each in gates})
        stopped = tuning(self._town, rig).stopped
        lines = [self._line(rig, each, gates, live) for each in ([] if stopped else targets)]
        failed: list[GtError | OSError] = []
        for line in lines:  # what is wrong with one target stops no other
            try:
                line.decide()
            except (GtError, OSError) as error:
                failed.append(error)
        waits = [*self._start(rig, live, lines), *self._hand_over(rig, live, lines)]
        waits += [line.lands_in for line in lines]
        gate_history.ask_to_mend(self._town, rig, gates, live.keys)
        self._leave(rig, merge_queue.targets(rig, self._town.ledger_at(rig).snapshot()))
        live.probes.go_on(live.live(), tidy=True)
        if failed:
            raise next((each for each in failed if isinstance(each, BusyError)), failed[0])
        waits.append(live.look_again_in())
        return Settled(again_in=min((each for each in waits if each is not None), default=None))

    def _line(self, rig: Rig, target: Target, gates: Sequence[Gate], live: GateRuns) -> Line:
        runs = GateRuns(self._town, rig, target.branch, live.keys)
        key = (rig.name, target.branch)
        repository = self._town.ledger_at(rig).repository
        holding = Holding(self._town, repository, target.branch)
        landings = self._landings.setdefault(key, Landings(self._town.clock, holding))
        return Line(self._town, target, gates, runs, landings, self._merger)

    def leave(self, key: Key) -> None:
        """Let other towns land: this one acts no more."""
        self._leave(self._town.rig(key.name), ())

    def _leave(self, rig: Rig, targets: Sequence[Target]) -> None:
        """Let other towns land where nothing waits any more, or this one stands still."""
        mine = {
            branch: each.holding
            for (name, branch), each in self._landings.items()
            if name == rig.name and each.holding.is_held
        }
        if not mine:
            return
        braked = tuning(self._town, rig).brake is not None
        wanted = set() if braked else {each.branch for each in targets}
        for branch, holding in mine.items():
            if branch not in wanted:
                direct.publisher(self._town, Target(rig, branch), holding).give_back()

    def _start(self, rig: Rig, live: GateRuns, lines: Sequence[Line]) -> list[float | None]:
        """Share the free slots among the lines; return when each has to be looked at again."""
        slots = tuning(self._town, rig).slots
        busy = _busy(live, Runs.HERE)
        lanes = [line.lane(Runs.HERE) for line in lines]
        turns = Turns(self._town.ledger_at(rig).repository.gt / "turns.json")
        wish = sum(lane.wanted - lane.running for lane in lanes)
        with ceiling.room(self._town, rig, min(wish, max(0, slots - busy))) as room:
            given = hand_out(min(slots, busy + room), busy, lanes, turns.order())
            turns.note(given, known=[lane.name for lane in lanes])
            return [
                line.start(given.count(lane.name), of=slots, place=Runs.HERE)
                for line, lane in zip(lines, lanes, strict=True)
            ]

    def _hand_over(self, rig: Rig, live: GateRuns, lines: Sequence[Line]) -> list[float | None]:
        """Share what the forge's runners take at once: no limit of the town counts there."""
        lanes = [line.lane(Runs.FORGE) for line in lines]
        if all(lane.wanted == lane.running for lane in lanes):
            return []
        slots = tuning(self._town, rig).there
        turns = Turns(self._town.ledger_at(rig).repository.gt / "turns-there.json")
        given = hand_out(slots, _busy(live, Runs.FORGE), lanes, turns.order())
        turns.note(given, known=[lane.name for lane in lanes])
        return [
            line.start(given.count(lane.name), of=slots, place=Runs.FORGE)
            for line, lane in zip(lines, lanes, strict=True)
        ]

    def _pruner(self, rig: Rig) -> Pruner:
        """Return what prunes trees of *rig*, and remembers what it has made of them."""
        repository = self._town.ledger_at(rig).repository
        return self._pruners.setdefault(rig.name, Pruner(repository))

    def _merger(self, target: Target, now: Snapshot, base: str, style: Style) -> Merger:
        """Return what merges onto *base*, and remembers what it has merged."""
        key = (target.rig.name, target.branch)
        repository = now.repository
        recalls = tuning(self._town, target.rig).rerere is Rerere.APPLY
        kept = repository.ref(rerere.REF) if recalls else None
        known = self._mergers.get(key)
        how = kept, style
        if known is None or (known[0], known[1].target) != (how, base):
            recall = Recall(Memory(repository)) if recalls else know_nothing
            merger = Merger(
                repository, base, conflicts.COMMITTER, recall, style=style,
                landed=landed.by_ledger(now, target.branch),
            )  # fmt: skip
            known = self._mergers[key] = how, merger
        return known[1]


def _busy(live: GateRuns, place: Runs) -> int:
    return sum(each.runs == place and not each.is_cancelled for each in live.live())
