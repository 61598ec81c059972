"""What to land, send back, test and stop: the refinery's mind, as one pure function.

``plan`` looks at the queue, at what merging gives and at what gates have said, and returns
acts. It remembers nothing: whoever kills the refinery and hands the same facts to the next
one gets the same acts. A *prefix* of the chain is tested as one, and the rules that keep the
target green are:

- only a prefix that passed lands, and only the head of the queue is blamed;
- a red prefix is halved until the head itself is red; that is confirmed on the same tree
  while the rest is planned as if the head were gone;
- blame needs a base that passes the same gate; on a red base nobody is blamed, and whatever
  passes on top of it may land;
- a gate that was stopped instead of saying no (time, signal) is believed only if the base
  passes it *afterwards*;
- a gate that could not run stops the queue and is nobody's fault.

``_wishes`` yields tests, the most telling first, and as many are run as there are slots.
Another source of wishes (screens of disjoint groups, say) adds to it and changes nothing
about who lands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

from gitgt.model.gate import Evidence, Verdict
from gitgt.model.merge_acts import (
    Act,
    Cancel,
    Cause,
    Confirm,
    Eject,
    Freeze,
    Land,
    Run,
    Skip,
    Start,
    Stop,
    Wait,
)
from gitgt.model.merge_chain import Base, Chain, Link, Merging, chain_of, probes
from gitgt.model.queue_order import Request, in_order

_NOTHING = Evidence()


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """All that the planner knows.

    ``evidence`` is keyed by tree and gate. ``waived`` names trees that a recorded waiver
    covers; ``waiver`` covers all, in a rig without gates. ``held`` is why a person wants
    nothing to move. With ``retry`` a gate that could not run is tried again.
    """

    base: Base
    requests: tuple[Request, ...] = ()
    gates: tuple[str, ...] = ()
    evidence: Mapping[tuple[str, str], Evidence] = field(default_factory=dict)
    running: tuple[Run, ...] = ()
    waived: frozenset[str] = frozenset()
    waiver: bool = False
    held: str = ""
    retry: bool = False
    slots: int = 1
    limit: int = 5
    confirm: int = 1


def plan(queue: Queue, merging: Merging) -> tuple[Act, ...]:
    """Return what to do now. Decisions come alone: after them everything looks different."""
    if queue.held:
        return (Freeze(Stop.HELD, queue.held),)
    board = _Board(queue, cache(merging))
    return (
        tuple(board.settled_by_merging())
        or tuple(board.settled_by_gates())
        or (*board.stops(), *board.runs())
        or (Wait(),)
    )


class _Known:
    """What gates and waivers say of trees."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.base = queue.base

    def said(self, tree: str, gate: str) -> Evidence:
        """Return what *gate* has said of *tree*."""
        return self.queue.evidence.get((tree, gate), _NOTHING)

    def passes(self, tree: str, gate: str) -> bool:
        """Tell whether *gate* passed on *tree*."""
        return self.said(tree, gate).verdict is Verdict.PASS

    def may_land(self, tree: str) -> bool:
        """Tell whether all gates passed on *tree*, or a waiver covers it."""
        if self.queue.waiver or tree in self.queue.waived:
            return True
        gates = self.queue.gates
        return bool(gates) and all(self.passes(tree, gate) for gate in gates)

    def red_gate(self, tree: str) -> str:
        """Return the gate that is red on *tree*; empty if none is, or a waiver covers it."""
        if self.may_land(tree):
            return ""
        red = (
            gate for gate in self.queue.gates if self.said(tree, gate).verdict is Verdict.FAIL
        )
        return next(red, "")

    def red_length(self, links: Sequence[Link]) -> int | None:
        """Return the length of the shortest red prefix; None if there is none."""
        reds = (length for length, link in enumerate(links, 1) if self.red_gate(link.tree))
        return next(reds, None)

    def is_confirmed(self, tree: str, gate: str) -> bool:
        """Tell whether *gate* was red on *tree* often enough."""
        found = self.said(tree, gate)
        enough = max(self.queue.confirm, 1) if found.doubtful else self.queue.confirm
        return found.verdict is Verdict.FAIL and found.fails > enough

    def base_red(self) -> str:
        """Return the gate that says no to the base itself, confirmed; empty if none does."""
        tree = self.base.tree
        red = (
            gate
            for gate in self.queue.gates
            if self.is_confirmed(tree, gate) and not self.said(tree, gate).doubtful
        )
        return next(red, "")

    def trouble(self) -> str:
        """Return why gates tell nothing at the moment; empty if they do."""
        for (tree, gate), found in sorted(
            self.queue.evidence.items(), key=lambda item: item[0]
        ):
            if found.trouble:
                return f"{gate} could not run: {found.trouble}"
            if tree == self.base.tree and _is_absurd(found):
                return f"{gate} comes to no verdict on the target itself any more"
        return ""

    def is_vouched_for(self, head: Link, gate: str) -> bool:
        """Tell whether the base shows that a red *gate* is the head's doing."""
        base, found = self.said(self.base.tree, gate), self.said(head.tree, gate)
        return bool(base.passes) and (not found.doubtful or base.passed_at > found.failed_at)

    def is_guilty(self, head: Link, gate: str) -> bool:
        """Tell whether *head* is to be blamed for its red *gate*."""
        return (
            not self.base_red()
            and not self.trouble()
            and self.is_confirmed(head.tree, gate)
            and self.is_vouched_for(head, gate)
        )


def _is_absurd(on_base: Evidence) -> bool:
    """Tell whether a verdict on the base speaks against the gate or the machine.

    The base is tested again only to vouch for a stopped gate: had it passed before and does
    not now, or is it stopped itself, then the request has nothing to do with it.
    """
    return on_base.failed_at > on_base.passed_at and bool(on_base.doubtful or on_base.passes)


class _Board(_Known):
    """One queue, looked at once."""

    def __init__(self, queue: Queue, merging: Merging) -> None:
        super().__init__(queue)
        self.merging = merging
        under_test = [each for run in queue.running for each in run.place]
        self.order = in_order(queue.requests, under_test=under_test)

    def chain(self, order: Sequence[Request]) -> Chain:
        """Return the chain that *order* makes."""
        return chain_of(order, self.base, self.merging, limit=self.queue.limit)

    def chains(self) -> Iterator[tuple[tuple[str, ...], tuple[Link, ...]]]:
        """Yield the chain, and while its head is red, the one as if that head were gone.

        Each comes with the queue that it was made of, behind those that are gone.
        """
        gone: tuple[str, ...] = ()
        order = self.order
        while links := self.chain(order).links:
            yield (*gone, *(each.id for each in order)), links
            if not self.red_gate(links[0].tree):
                return
            gone = (*gone, links[0].request)
            left = [each for each in order if each.id != gone[-1]]
            order = in_order(left, under_test=[each.id for each in left])

    def settled_by_merging(self) -> Iterator[Act]:
        """Yield the requests that conflict with the base, or change nothing."""
        found = self.chain(self.order)
        for clash in found.conflicts:
            yield Eject(clash.request, Cause.CONFLICT, paths=clash.paths)
        for request in found.empty:
            yield Skip(request)

    def settled_by_gates(self) -> Iterator[Act]:
        """Yield the one landing, or the one ejection, that verdicts allow."""
        for number, (_, links) in enumerate(self.chains()):
            if number and not self.base_red():
                return
            green = [length for length, link in enumerate(links, 1) if self.may_land(link.tree)]
            if green:
                yield Land(links[: green[-1]])
                return
            gate = self.red_gate(links[0].tree)
            if gate and self.is_guilty(links[0], gate):
                yield Eject(links[0].request, Cause.RED, links[0].tree, gate)
                return

    def stops(self) -> Iterator[Freeze]:
        """Yield why the queue does not go on as usual."""
        if not self.queue.requests or self.queue.waiver:
            return
        if not self.queue.gates:
            yield Freeze(Stop.NO_GATES, "there is no gate, and no waiver covers its absence")
        elif trouble := self.trouble():
            yield Freeze(Stop.COULD_NOT_RUN, trouble)
        elif gate := self.base_red():
            yield Freeze(Stop.BASE_RED, f"{gate} is red on the target itself")

    def runs(self) -> Iterator[Act]:
        """Yield the runs to stop and to start, so that no slot is idle or wasted."""
        slots, running = self.queue.slots, self.queue.running
        wishes = list(islice(self._distinct_wishes(), slots + len(running)))
        telling = {_key(wish.run) for wish in wishes} | set(self._still_telling())
        kept = {_key(run) for run in running} & telling
        yield from (Cancel(run) for run in running if _key(run) not in telling)
        if not self.trouble() or self.queue.retry:
            new = [wish for wish in wishes if _key(wish.run) not in kept]
            yield from new[: max(0, slots - len(kept))]

    def _still_telling(self) -> Iterator[tuple[str, str]]:
        """Yield the runs on the chain that were worth something if they ended now."""
        _, links = next(self.chains(), ((), ()))
        red = self.red_length(links)
        for link in links[: red - 1 if red else None]:
            for gate in self.queue.gates:
                yield link.tree, gate

    def _distinct_wishes(self) -> Iterator[Start | Confirm]:
        seen: set[tuple[str, str]] = set()
        for wish in self._wishes():
            if _key(wish.run) not in seen:
                seen.add(_key(wish.run))
                yield wish

    def _wishes(self) -> Iterator[Start | Confirm]:
        """Yield the tests worth running, the most telling first."""
        for order, links in self.chains():
            gate = self.red_gate(links[0].tree)
            if gate:
                yield from self._judging(links[0], gate, order)
            else:
                yield from self._probing(links, order)

    def _probing(
        self, links: Sequence[Link], order: Sequence[str]
    ) -> Iterator[Start | Confirm]:
        for length in probes(len(links), self.red_length(links)):
            last = links[length - 1]
            place = _up_to(last, order)
            for gate in self.queue.gates:
                if not self.passes(last.tree, gate):
                    yield self._test(last.commit, Run(last.tree, gate, place))

    def _judging(
        self, head: Link, gate: str, order: Sequence[str]
    ) -> Iterator[Start | Confirm]:
        """Yield what is missing before a red head may be blamed."""
        if self.base_red():
            return
        place = _up_to(head, order)
        on_base = self._test(self.base.commit, Run(self.base.tree, gate, place))
        if not self.passes(self.base.tree, gate):
            yield on_base
        if not self.is_confirmed(head.tree, gate):
            yield self._test(head.commit, Run(head.tree, gate, place))
        elif not self.is_vouched_for(head, gate):
            yield on_base

    def _test(self, commit: str, run: Run) -> Start | Confirm:
        known = self.said(run.tree, run.gate)
        return Confirm(run, commit) if known.passes or known.fails else Start(run, commit)


def _up_to(last: Link, order: Sequence[str]) -> tuple[str, ...]:
    return tuple(order[: order.index(last.request) + 1])


def _key(run: Run) -> tuple[str, str]:
    return run.tree, run.gate
