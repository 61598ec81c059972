"""Runs of gates in a rig: start one, see which go on, take in what has ended.

A run is a folder below ``<common>/gt/runs/``, named for the tree, the gate's definition and a
number, so whoever comes after a crash finds it, and takes in its verdict once. It counts as
running until it was taken in: else the same tree would be tested twice.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git.pruned import Pruner
from gitgt.git.turn import turn
from gitgt.ledger.gate_past import GatePast
from gitgt.ledger.verdicts import Record, Verdicts, shortened
from gitgt.model.gate import Evidence, Gate, Runs, Verdict, gate_hash
from gitgt.model.gate_times import Times
from gitgt.model.queue.merge_acts import Run
from gitgt.runtime import gate as gate_runner
from gitgt.runtime import process
from gitgt.services.gates import run_folder
from gitgt.services.gates.executor import Ending, Executor
from gitgt.services.gates.gate_keys import Keys
from gitgt.services.gates.gate_trouble import Troubles
from gitgt.services.gates.here import Here
from gitgt.services.gates.lately import Lately
from gitgt.services.gates.leaks import Leaks
from gitgt.services.gates.pool import Pool
from gitgt.services.gates.probes import Probes
from gitgt.services.gates.run_folder import AtWork, Live
from gitgt.services.gates.runners import place_of, settings_of_git
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town

# A run that was killed together with its shim leaves no note; the kernel's word is asked.
UNTIL_ASKED: Final = 5.0
# Whoever chooses a slot, or takes a run in, does so alone.
_TURN: Final = "gate-runs"


class GateRuns:
    """The runs of one rig, started and stopped for the queue of one of its branches."""

    def __init__(
        self, town: Town, rig: Rig, branch: str = "", keys: Keys | None = None,
        pruner: Pruner | None = None,
    ) -> None:  # fmt: skip
        self._town = town
        self._rig = rig
        self._branch = branch or rig.branch
        self._repository = town.ledger_at(rig).repository
        self._folder = self._repository.gt / "runs"
        self.pool = Pool(self._repository, rig.path)
        self.keys = keys or Keys(self._repository, rig.path, self._ours(), pruner)
        self.verdicts = Verdicts(self._repository, clock=town.clock)
        self._troubles = Troubles(self._repository.gt / "gate-trouble.json", town.clock)
        self.leaks = Leaks(self._repository)
        self.probes = Probes(town, rig, self._repository)
        self._here = Here(town, rig, self.pool, self._ours)
        self._asked: set[str] = set()
        self.lately = self._lately(self._branch)

    def _lately(self, branch: str) -> Lately:
        return Lately(self._repository.gt / "lately.json", branch)

    def live(self) -> list[Live]:
        """Return what runs, or has ended and was not taken in."""
        return [
            found for each in self._folders() if (found := run_folder.read(each)) is not None
        ]

    def _folders(self) -> list[Path]:
        return sorted(self._folder.glob("[!.]*"))

    def at_work(self) -> list[AtWork]:
        """Return the gates that are at work for any branch, the longest first."""
        now = self._town.clock()
        live = [each for each in self.live() if not each.is_cancelled]
        times = GatePast(self._repository).times() if live else {}
        found = [
            AtWork(
                each.run.gate, each.branch, each.run.place, max(0.0, now - began),
                screen=each.run.is_screen, heads=each.run.heads,
                usual=times.get(each.digest, Times()).usual(),
            )
            for each in live
            if (began := run_folder.began(each.folder)) is not None
        ]  # fmt: skip
        return sorted(found, key=lambda each: -each.seconds)

    def running(self, place: Runs | None = None) -> Iterator[Run]:
        """Yield the runs whose verdicts are still to come, of one *place* or all."""
        own = (each for each in self._own() if not each.is_cancelled)
        yield from (each.run for each in own if place in (None, each.runs))

    def _own(self) -> list[Live]:
        return [each for each in self.live() if each.branch == self._branch]

    def start(self, run: Run, commit: str, gate: Gate, *, limit: int = 0) -> bool:
        """Run *gate* on what it sees of *commit*; what prevents it is noted.

        Of two processes that start one at once, each finds a slot of its own. Nothing is done
        where it would run beside a gate that runs alone, or is one, nor, if there is a *limit*,
        where so many run or one that tells the same: say that it must wait.
        """
        with turn(self._repository, _TURN):
            place = place_of(self._town, gate)
            live = [each for each in self.live() if each.runs == place]
            if place == Runs.HERE and any(each.alone or not gate.parallel for each in live):
                return False
            if limit and not self._has_room(live, commit, gate, limit):
                return False
            self._begin(run, commit, gate, place, {each.slot for each in live})
            return True

    def _has_room(self, live: list[Live], commit: str, gate: Gate, limit: int) -> bool:
        wanted = [each for each in live if not each.is_cancelled]
        scope = self.keys.scope(self._repository.tree_of(commit), gate)
        key = f"{scope}.{self.keys.digest(gate)}"
        return len(wanted) < limit and all(each.key != key for each in wanted)

    def _begin(
        self, run: Run, commit: str, gate: Gate, place: Runs, taken: set[int]
    ) -> None:  # fmt: skip
        whole = self._repository.tree_of(commit)
        run = replace(run, tree=self.keys.scope(whole, gate))
        digest = self.keys.digest(gate)
        if trouble := self.keys.trouble(gate):
            self._troubles.note(f"{run.tree}.{digest}", trouble)
            return
        # A forge is handed all of it: what tells a runner what to do is in it, too.
        is_here = place == Runs.HERE
        seen = self.keys.commit(commit, gate) if is_here else commit
        slot = self.pool.choose(taken, gate, seen) if is_here else 0
        live = Live(
            self._folder / f"{run.tree}.{digest}.{self._town.draw(36**8)}",
            self._branch, run, seen, digest, slot, whole, gate_hash(gate, ""),
            is_here and not gate.parallel, place,
        )  # fmt: skip
        try:
            self._place(live).begin(live, gate)
        except (EnvironmentProblemError, OSError) as error:
            shutil.rmtree(live.folder, ignore_errors=True)
            self._troubles.note(live.key, str(error))
            return
        self._tell("gate.started", gate, {"tree": live.run.tree, "requests": live.run.place})

    def _place(self, live: Live) -> Executor:
        return self.probes if live.is_remote else self._here

    def _ours(self) -> Mapping[str, str]:
        """Return what a gate's environment is made of: an agent has no say in it."""
        agent = os.environ.get("GT_AGENT")
        given = sessions.environment_of(self._rig, agent) if agent else None
        ours = os.environ if given is None else given
        settings = settings_of_git(self._town)
        return ours if settings is None else {**ours, "GIT_CONFIG_GLOBAL": str(settings)}

    def cancel(self, run: Run) -> None:
        """Ask a run that can tell nothing any more to end; it leaves no verdict."""
        for each in self._own():
            if (each.run.tree, each.run.gate) == (run.tree, run.gate):
                run_folder.cancel(each.folder)
                self._place(each).stop(each)

    def take_in(self, gates: Mapping[str, Gate]) -> bool:
        """Record the verdicts of the runs that have ended; say whether there were any.

        A run is taken in by one alone, whoever else waits for it. Of what is at the forge it is
        asked, if it is time.
        """
        self.probes.go_on(self.live())
        if not self._folders():
            return False
        with turn(self._repository, _TURN):
            spoilt = [each for each in self._folders() if run_folder.read(each) is None]
            for each in spoilt:
                process.stop(each, grace=0.0)
                run_folder.remove(each)
            return self._take_in_all(gates) or bool(spoilt)

    def _take_in_all(self, gates: Mapping[str, Gate]) -> bool:
        over = [each for each in self.live() if self._place(each).is_over(each)]
        for each in over:
            gate = gates.get(each.run.gate)
            is_same = gate is not None and gate_hash(gate, "") == each.definition
            if gate is not None and is_same and not each.is_cancelled:
                self._take_in(each, gate)
                self._learn(each, gates)
            self._place(each).clear(each)
            run_folder.remove(each.folder)
        return bool(over)

    def _take_in(self, live: Live, gate: Gate) -> None:
        ending = self._place(live).ending(live, gate)
        if ending is None:
            return
        if ending.judgment is None:
            self._troubles.lose(live.key)
            return
        self._record(live, gate, ending, ending.judgment)

    def _record(
        self, live: Live, gate: Gate, ending: Ending, judgment: gate_runner.Judgment
    ) -> None:
        said = {
            "tree": live.run.tree, "commit": live.commit, "requests": live.run.place,
            "verdict": judgment.verdict, "why": judgment.why,
            "seconds": round(ending.seconds, 3), "left": ending.left, "bytes": ending.bytes,
        }  # fmt: skip
        self._tell("gate.judged", gate, said)
        self.leaks.note(gate.name, ending.left)
        output = ending.output
        if judgment.verdict is Verdict.COULD_NOT_RUN:
            self._troubles.note(
                live.key, judgment.why, shortened(output).decode(errors="replace")
            )
            return
        if not ending.recorded:
            record = Record(
                run=ending.run or live.folder.name, gate=gate.name, verdict=judgment.verdict,
                seconds=ending.seconds, at=self._town.now(), why=judgment.why,
                doubtful=judgment.doubtful, left=ending.left, failures=ending.failures,
                heads=live.run.heads,
            )  # fmt: skip
            kept = {"kept": (len(output), 0)} if gate.output else {}  # it is short enough
            self.verdicts.put(live.run.tree, live.digest, record, output, **kept)
        self._troubles.forget(live.key)

    def _learn(self, live: Live, gates: Mapping[str, Gate]) -> None:
        """Note what is known now of the requests that were merged in a run's tree."""
        verdicts = [
            self.evidence(live.whole, each).verdict
            for each in gates.values()
            if not each.quarantine
        ]
        if Verdict.FAIL in verdicts:
            self._lately(live.branch).note(live.run.heads, passed=False)
        elif all(each is Verdict.PASS for each in verdicts):
            self._lately(live.branch).note(live.run.heads, passed=True)

    def _tell(self, event: str, gate: Gate, facts: dict[str, Any]) -> None:
        payload = {"rig": self._rig.name, "gate": gate.name, **facts}
        self._town.events.append(event, "refinery", payload)

    def evidence(self, tree: str, gate: Gate) -> Evidence:
        """Return all that *gate* has said of *tree*, and why it told nothing lately, if so."""
        scope, digest = self.keys.scope(tree, gate), self.keys.digest(gate)
        key = f"{scope}.{digest}"
        self._asked.add(key)
        why = self._troubles.why(key)
        if not why and (why := self.keys.trouble(gate)):
            self._troubles.note(key, why)
        return replace(self.verdicts.evidence(scope, digest), trouble=why)

    def log(self, tree: str, gate: Gate, verdict: Verdict = Verdict.FAIL) -> str:
        """Return what *gate* printed when it was last red on *tree*, or when it last passed."""
        return self.verdicts.log(self.keys.scope(tree, gate), self.keys.digest(gate), verdict)

    def records(self, tree: str, gate: Gate) -> list[dict[str, Any]]:
        """Return the runs of *gate* on *tree* as plain values, the oldest first."""
        return self.verdicts.records(self.keys.scope(tree, gate), self.keys.digest(gate))

    def looking(self, tree: str, gate: Gate) -> Live | None:
        """Return the run of *gate* on *tree* that goes on, for whatever queue."""
        key = f"{self.keys.scope(tree, gate)}.{self.keys.digest(gate)}"
        found = (each for each in self.live() if each.key == key and not each.is_cancelled)
        return next(found, None)

    def trouble_log(self) -> str:
        """Return what a gate printed that could not run, of those that were asked for."""
        return self._troubles.log(self._asked)

    def look_again_in(self) -> float | None:
        """Return in how many seconds those at work are to be looked at; None if none are."""
        live = self.live()
        here = [UNTIL_ASKED for each in live if not each.is_remote]
        return min((*here, *self.probes.again_in(live)), default=None)

    def retry_in(self) -> float | None:
        """Return in how many seconds the first of what was asked for may be tried again."""
        return self._troubles.retry_in(self._asked)

    def forget_troubles(self) -> None:
        """Let all that could not run be tried at once."""
        self._troubles.clear()

    def try_again(self) -> None:
        """Note that what could not run is being tried again."""
        self._troubles.try_again(self._asked)
