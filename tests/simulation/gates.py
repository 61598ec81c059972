"""Gates at work: what they say of a tree, and everything that may keep them from it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from gitgt.model.gate import Evidence, Verdict
from gitgt.model.queue.merge_acts import Run
from gitgt.model.queue.merge_odds import Finding
from tests.simulation.clock import HOUR, MINUTE
from tests.simulation.town import GateRun, Rig, Town

Key = tuple[str, str]
STOPPED = "stopped"
_FIRST, _LONGEST = 30.0, 900.0
_FINDINGS = 40


class Gates:
    """Runs gates; a run outlives whoever started it."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.clock, self.lots = town.clock, town.lots
        self.started = 0

    def start(self, rig: Rig, run: Run, commit: str) -> None:
        """Run a gate on a tree."""
        assert run.key not in rig.runs, f"{run.key} is being tested twice at once"
        live = rig.runs[run.key] = GateRun(run, commit)
        self.started += 1
        rig.begun = True
        if self.lots.happens(self.lots.faults.cannot_run) and not rig.missing_tool:
            rig.missing_tool = "pytest: command not found"
            if self.lots.happens(0.5):
                self.clock.after(self.lots.around(2 * HOUR), self._found_again(rig))
        self.clock.after(self.lots.around(6 * MINUTE), self._ends(rig, live))

    def _found_again(self, rig: Rig) -> Callable[[], None]:
        def happens() -> None:
            rig.missing_tool = ""

        return happens

    def cancel(self, rig: Rig, run: Run) -> None:
        """Stop a run."""
        rig.runs.pop(run.key, None)

    def _ends(self, rig: Rig, live: GateRun) -> Callable[[], None]:
        def happens() -> None:
            if rig.runs.get(live.run.key) is not live:
                return  # it was stopped
            live.ends = True
            live.lost = self.lots.happens(self.lots.faults.vanishes)
            if not live.lost:
                live.result = self._says(rig, live.run)
            self._town.tell_softly(rig.name)

        return happens

    def _says(self, rig: Rig, run: Run) -> str:
        faults = self.lots.faults
        if rig.missing_tool:
            return Verdict.COULD_NOT_RUN
        if self.lots.happens(faults.stopped):
            rig.reds[run.key] += 1
            return STOPPED
        red = rig.repository.red[run.tree] and run.gate == rig.gates[-1]
        if red or self.lots.happens(faults.flakes):
            rig.reds[run.key] += 1
            return Verdict.FAIL
        rig.passed.add(run.key)
        return Verdict.PASS

    def take_in(self, rig: Rig) -> None:
        """Note what the runs have said that have ended; once, whoever is killed meanwhile."""
        for key, live in [(key, each) for key, each in rig.runs.items() if each.ends]:
            del rig.runs[key]
            if not live.lost:
                self._note(rig, live)

    def _note(self, rig: Rig, live: GateRun) -> None:
        before = rig.evidence.get(live.run.key, Evidence())
        rig.verdicts += 1
        verdict = Verdict.FAIL if live.result == STOPPED else Verdict(live.result)
        if verdict is Verdict.COULD_NOT_RUN:
            _, times, _ = rig.troubles.get(live.run.key, ("", 0, 0.0))
            rig.troubles[live.run.key] = rig.missing_tool, times + 1, self.clock.now
            return
        rig.troubles.pop(live.run.key, None)
        found = before.after(verdict, at=rig.verdicts, doubtful=live.result == STOPPED)
        rig.evidence[live.run.key] = found
        if live.run.heads:
            kept = [each for each in rig.findings if each.heads != live.run.heads]
            rig.findings = [*kept, Finding(live.run.heads, found.passes > 0)][-_FINDINGS:]

    def evidence(self, rig: Rig, keys: Collection[Key]) -> dict[Key, Evidence]:
        """Return what is known of each of *keys* of which anything is."""
        found = {key: rig.evidence[key] for key in keys if key in rig.evidence}
        for key in keys:
            if key in rig.troubles:
                before = found.get(key, Evidence())
                found[key] = replace(before, trouble=rig.troubles[key][0])
        return found

    def run_by_hand(self, rig: Rig, tree: str) -> None:
        """Run all gates on a tree that seems to be red, as a person does who doubts it."""
        for gate in rig.gates:
            before = rig.evidence.get((tree, gate), Evidence())
            if before.verdict is Verdict.FAIL and not rig.repository.red[tree]:
                rig.passed.add((tree, gate))
                rig.verdicts += 1
                rig.evidence[tree, gate] = before.after(Verdict.PASS, at=rig.verdicts)
                self._town.tell(rig.name)

    def known(self, rig: Rig, trees: Collection[str]) -> bool:
        """Tell whether gates have said anything of *trees*."""
        keys = [(tree, gate) for tree in trees for gate in rig.gates]
        return any(key in rig.evidence or key in rig.troubles for key in keys)

    def troubles(self, rig: Rig, trees: Collection[str]) -> bool:
        """Tell whether gates could not run on any of *trees*."""
        return any(key[0] in trees for key in rig.troubles)

    def retry_in(self, rig: Rig, keys: Collection[Key]) -> float | None:
        """Return in how many seconds one of *keys* that could not run may be tried again."""
        waits = [_due(*rig.troubles[key][1:]) for key in keys if key in rig.troubles]
        return max(0.0, min(waits) - self.clock.now) if waits else None

    def is_due(self, rig: Rig) -> bool:
        """Tell whether anything that could not run may be tried again."""
        return any(_due(times, at) <= self.clock.now for _, times, at in rig.troubles.values())

    def try_again(self, rig: Rig, keys: Collection[Key]) -> None:
        """Note that those of *keys* that are due are being tried again."""
        for key in keys:
            if key in rig.troubles:
                why, times, at = rig.troubles[key]
                if _due(times, at) <= self.clock.now:
                    rig.troubles[key] = why, times, self.clock.now


def _due(times: int, at: float) -> float:
    return at + min(_LONGEST, _FIRST * 2 ** min(times - 1, 16))
