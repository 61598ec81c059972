"""Drive a replay: sling what is ready, waive what was red in the original, until all landed.

Everything between - sandboxes, sessions, merges, gates, landings - is the town's own business.
The driver acts as a person would who has it all planned: it looks at the ledger and slings.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, MergeRequest
from gitgt.model.gate import Evidence, Verdict
from gitgt.model.lifecycle import BeadStatus, MergeStatus
from gitgt.model.replay.replay_course import AHEAD, next_up
from gitgt.services import beads, sling
from gitgt.services.agents.hook import hooks
from gitgt.services.gates import gate
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.replay.stage import Stage
from gitgt.services.sling import Order

_LOOK_EVERY = 0.02  # a look reads two small files
_TRIES = 3  # of a step that was given up or escalated


class Replay:
    """A replay under way."""

    def __init__(self, stage: Stage, who: Actor, say: Callable[[str], None]) -> None:
        self._stage = stage
        self._who = who
        self._say = say
        self._ledger = stage.town.ledger_at(stage.rig)
        self._landed: set[int] = set()
        self._in_hand: set[int] = set()
        self._again: Counter[int] = Counter()

    def run(self, keep_up: Callable[[], None]) -> None:
        """Work until every step has landed; *keep_up* sees to it that the watcher lives.

        Raises:
            RefusedError: a step was given up again and again.
        """
        while True:
            now = self._ledger.snapshot()
            seen = self._marks()
            self._notice(now)
            if len(self._landed) == len(self._stage.beads):
                return
            self._waive(now)
            self._sling(now)
            self._say(self._said())
            self._wait(seen, keep_up)

    def _said(self) -> str:
        return f"{len(self._landed)} of {len(self._stage.beads)} landed"

    def _notice(self, now: Snapshot) -> None:
        """See what became of the steps in hand."""
        stuck = {each.source for each in now.all(MergeRequest, status=MergeStatus.ESCALATED)}
        for number in sorted(self._in_hand):
            bead = now.bead(self._stage.beads[number])
            if bead.is_closed:
                self._in_hand.discard(number)
                self._landed.add(number)
            elif bead.status in (BeadStatus.OPEN, BeadStatus.BLOCKED) or bead.id in stuck:
                self._take_back(number, bead)

    def _take_back(self, number: int, bead: Bead) -> None:
        """Let somebody try again what was given up; not for ever."""
        self._again[number] += 1
        if self._again[number] > _TRIES or bead.status == BeadStatus.BLOCKED:
            raise RefusedError(
                f"step {number} ({bead.id}) was given up: {bead.reason or 'no reason given'}",
                hint=f"git -C '{self._stage.town.root}' gt log {bead.id}",
            )
        self._in_hand.discard(number)
        if bead.status != BeadStatus.OPEN:
            beads.release(
                self._stage.town, bead.id, self._who, reason="another try in this replay"
            )

    def _sling(self, now: Snapshot) -> None:
        workers = self._stage.wanted.workers
        numbers = next_up(
            [step.needs for step in self._stage.history.steps],
            landed=self._landed,
            in_hand=self._in_hand,
            free=workers - len(hooks(now)),
            room=workers + AHEAD,
        )
        # With a gate, steps land in order though they are worked on at the same time.
        order = Order(convoy=False, force=bool(self._stage.wanted.gate))
        for number in numbers:
            sling.sling(self._stage.town, [self._stage.beads[number]], order, self._who)
            self._in_hand.add(number)

    def _waive(self, now: Snapshot) -> None:
        """Let the next step land whose original is red: it is what the original did."""
        if not self._stage.wanted.gate:
            return
        number = min(set(range(len(self._stage.beads))) - self._landed)
        gates = gate.gates(self._stage.town, self._stage.rig)
        if gate.covering(now, self._stage.rig.branch, self._tree(number)):
            return
        runs = GateRuns(self._stage.town, self._stage.rig)
        before = self._stage.history.start if not number else self._tree(number - 1)
        here, there = (runs.evidence(tree, gates[0]) for tree in (self._tree(number), before))
        if _is_red(here, there):
            why = f"step {number} of the replay: the original tree is red, too"
            gate.waive(
                self._stage.town, self._stage.rig, why, self._who, tree=self._tree(number)
            )

    def _tree(self, number: int) -> str:
        return self._stage.history.steps[number].commit.tree

    def _marks(self) -> tuple[str | None, ...]:
        repository = self._ledger.repository
        return tuple(repository.ref(name) for name in (self._ledger.ref, "refs/gt/verdicts"))

    def _wait(self, seen: tuple[str | None, ...], keep_up: Callable[[], None]) -> None:
        for look in range(1, 10**9):
            if self._marks() != seen:
                return
            if look % 100 == 0:
                keep_up()
            time.sleep(_LOOK_EVERY)


def _is_red(here: Evidence, before: Evidence) -> bool:
    """Tell whether a red is the tree's own.

    The refinery confirms a red before it blames somebody, so it is red twice; on a base that
    is red itself it blames nobody, and once is all there is.
    """
    enough = 1 if before.verdict is Verdict.FAIL else 2
    return here.verdict is Verdict.FAIL and here.fails >= enough
