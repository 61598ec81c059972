"""gitgt's own planner, the very function that the refinery asks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from benchmarks.queues.clockwork import Probe
from benchmarks.queues.stream import Names
from gitgt.model.gate import Evidence, Verdict
from gitgt.model.queue.merge_acts import Cancel, Confirm, Eject, Land, Run, Start
from gitgt.model.queue.merge_chain import Base, Clash, Link
from gitgt.model.queue.merge_facts import Queue
from gitgt.model.queue.merge_odds import Finding, rate_of
from gitgt.model.queue.merge_queue import plan
from gitgt.model.queue.queue_order import Request

_GATE = "test"


class Ours:
    """The queue of one target, in memory."""

    frugal = False
    confirm = 1

    def __init__(self, size: int, slots: int) -> None:
        self.landed: list[int] = []
        self.back: list[int] = []
        self._slots = slots
        names = [f"{number:04}" for number in range(size)]
        self._waiting = [Request(id=name, head=name, queued_at=name) for name in names]
        self._merged: dict[str, Names] = {}
        self._trees: dict[Names, str] = {}
        self._evidence = {(self._tree(frozenset()), _GATE): Evidence(passes=1)}
        self._findings: list[Finding] = []
        self._running: dict[Run, int] = {}
        self._ticks = count(1)

    def wanted(self) -> Sequence[Probe]:
        """Return what the planner wants to be tested, once nothing is left to decide."""
        while self._decided():
            pass
        return [Probe(self._merged[run.tree], n) for run, n in self._running.items()]

    def told(self, probe: Probe, *, passed: bool) -> None:
        """Record a verdict; what follows from it is decided when next asked."""
        run = next(r for r, n in self._running.items() if n == probe.attempt)
        del self._running[run]
        known = self._evidence.get((run.tree, run.gate), Evidence())
        verdict = Verdict.PASS if passed else Verdict.FAIL
        self._evidence[run.tree, run.gate] = known.after(verdict, at=next(self._ticks))
        self._findings = [each for each in self._findings if each.heads != run.heads]
        if run.heads:
            self._findings.append(Finding(run.heads, passed))

    def _decided(self) -> bool:
        changed = False
        base = self._tree(frozenset(self.landed))
        queue = Queue(
            base=Base(base, base),
            requests=tuple(self._waiting),
            gates=(_GATE,),
            evidence=self._evidence,
            running=tuple(self._running),
            slots=self._slots,
            confirm={_GATE: self.confirm},
            rate=rate_of(len(self.back), len(self.back) + len(self.landed)),
            findings=tuple(self._findings),
            frugal=self.frugal,
        )
        for act in plan(queue, self._merging) if self._waiting else ():
            match act:
                case Land(links):
                    for link in links:
                        self._leave(link.request, self.landed)
                    changed = True
                case Eject(request):
                    self._leave(request, self.back)
                    self._findings = [f for f in self._findings if request not in f.heads]
                    changed = True
                case Start(run) | Confirm(run):
                    self._running[run] = next(self._ticks)
                case Cancel(run):
                    del self._running[run]
        return changed

    def _leave(self, name: str, to: list[int]) -> None:
        self._waiting = [each for each in self._waiting if each.id != name]
        to.append(int(name))

    def _merging(self, members: tuple[str, ...]) -> Link | Clash:
        merged = frozenset(self.landed) | {int(each) for each in members}
        tree = self._tree(merged)
        return Link(members[-1], tree, tree)

    def _tree(self, merged: Names) -> str:
        if merged not in self._trees:
            name = f"t{len(self._trees)}"
            self._trees[merged], self._merged[name] = name, merged
        return self._trees[merged]


class Frugal(Ours):
    """The same where processor time is dearer than waiting."""

    frugal = True
