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
- if the line goes on although the base is red, a tree lands on which nothing failed but what
  is proven to fail on the base, and who adds a failure is blamed for that one;
- a gate that was stopped instead of saying no (time, signal) is believed only if the base
  passes it *afterwards*;
- a gate that could not run stops the queue and is nobody's fault.

``merge_probes`` says what is worth testing; as much of it is run as there are slots. Sets that
are tested on the target alone move the odds, and change nothing about who lands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice

from gitgt.model.queue.merge_acts import (
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
from gitgt.model.queue.merge_chain import Base, Chain, Link, Merging
from gitgt.model.queue.merge_facts import Known, Queue
from gitgt.model.queue.merge_probes import Probes, Test


def plan(queue: Queue, merging: Merging) -> tuple[Act, ...]:
    """Return what to do now. Decisions come alone: after them everything looks different."""
    board = _Board(_unbiased(queue), cache(merging))
    if queue.held:  # who conflicts need not wait to be told so
        return tuple(board.conflicts()) or (Freeze(Stop.HELD, queue.held),)
    return (
        tuple(board.settled_by_merging())
        or tuple(board.settled_by_gates())
        or (*board.stops(), *board.runs())
        or (Wait(),)
    )


def _unbiased(queue: Queue) -> Queue:
    """Return the queue without what a base that is red makes seem to be its requests' doing."""
    if not (queue.go_on and Known(queue).base_red()):
        return queue
    return replace(queue, findings=tuple(each for each in queue.findings if each.passed))


class _Board(Probes):
    """One queue, looked at once."""

    def conflicts(self) -> Iterator[Eject]:
        """Yield the requests that conflict with the base."""
        for clash in self._merged.conflicts:
            yield Eject(clash.request, Cause.CONFLICT, paths=clash.paths)

    def settled_by_merging(self) -> Iterator[Act]:
        """Yield the requests that conflict with the base, or change nothing."""
        yield from self.conflicts()
        for request in self._merged.empty:
            yield Skip(request)

    @property
    def _merged(self) -> Chain:
        return self.whole_chain(self.order)

    def settled_by_gates(self) -> Iterator[Act]:
        """Yield the one landing, or the one ejection, that verdicts allow."""
        for _, links in self.chains():
            green = [length for length, link in enumerate(links, 1) if self.may_land(link.tree)]
            if green:
                if not self.queue.frozen:
                    yield Land(links[: green[-1]])
                return
            gate = self.red_gate(links[0].tree)
            if gate and self.is_guilty(links[0], gate):
                new = tuple(sorted(self.new_failures(links[0].tree, gate)))
                yield Eject(links[0].request, Cause.RED, links[0].tree, gate, new=new)
                return
            if not self.is_stuck(links[0].tree, gate):
                return

    def stops(self) -> Iterator[Freeze]:
        """Yield why the queue does not go on as usual."""
        if self.queue.frozen:
            yield Freeze(Stop.HELD, self.queue.frozen)
        if not self.queue.requests or self.queue.waiver:
            return
        if not self.queue.gates:
            yield Freeze(Stop.NO_GATES, "there is no gate, and no waiver covers its absence")
        elif trouble := self.trouble():
            yield Freeze(Stop.COULD_NOT_RUN, trouble)
        else:
            unknown = [gate for gate in self.reds_of_base() if not self.is_known_before(gate)]
            for gate in unknown[:1]:
                why = ", and names not all that fails" if self.queue.go_on else ""
                yield Freeze(Stop.BASE_RED, f"{gate} is red on the target itself{why}")

    def ready(self) -> tuple[Link, ...]:
        """Return the longest prefix that could land if the queue were not frozen."""
        if not self.queue.frozen:
            return ()
        links = self.chain(self.order)
        green = [length for length, link in enumerate(links, 1) if self.may_land(link.tree)]
        return links[: green[-1]] if green else ()

    def runs(self) -> Iterator[Act]:
        """Yield the runs to stop and to start, so that no slot is idle or wasted."""
        ready = self.ready()
        if not ready:
            yield from self._runs()
            return
        names = tuple(link.request for link in ready)
        beyond = _Board(_beyond(self.queue, ready), lambda more: self.merging((*names, *more)))
        for act in beyond.runs():
            match act:
                case Start(run, commit):
                    yield Start(_behind(run, names), commit)
                case Confirm(run, commit):
                    yield Confirm(_behind(run, names), commit)
                case _:
                    yield act

    def _runs(self) -> Iterator[Act]:
        slots, running = self.queue.slots, self.queue.running
        wishes = list(islice(self.wishes(), slots + len(running)))
        if self.queue.retry and len(wishes) < slots:
            wishes += self.again(but=wishes)
        # What only watches takes no slot from what somebody waits for.
        wishes += islice(self.watches(), max(0, slots - len(wishes)))
        wanted = {wish.run.key for wish in wishes}
        kept = [run for run in running if run.key in wanted or self.is_telling(run)]
        yield from (Cancel(run) for run in running if run not in kept)
        if not self.trouble() or self.queue.retry:
            known = {run.key for run in kept}
            new = [wish for wish in wishes if wish.run.key not in known]
            yield from self._side_by_side(kept, new[: max(0, slots - len(kept))])

    def _side_by_side(self, kept: list[Run], new: list[Test]) -> Iterator[Test]:
        """Yield those of the *new* that may be started beside the *kept* and each other.

        Where one that runs alone is next, nothing else is begun: else its turn never comes.
        """
        gates = [run.gate for run in kept]
        for wish in new:
            if gates and self.queue.alone & {*gates, wish.run.gate}:
                return
            gates.append(wish.run.gate)
            yield wish


def _beyond(queue: Queue, landed: Sequence[Link]) -> Queue:
    """Return the queue as it will be once *landed* have landed: what comes then is tested."""
    gone = {link.request for link in landed}
    last = landed[-1]
    left = (
        replace(each, after=tuple(name for name in each.after if name not in gone))
        for each in queue.requests
        if each.id not in gone
    )
    return replace(
        queue, base=Base(last.commit, last.tree), requests=tuple(left), frozen="", waiver=False
    )


def _behind(run: Run, ready: tuple[str, ...]) -> Run:
    """Return *run* with those before it who are ready to land: they keep their places too."""
    return replace(run, place=(*ready, *run.place)) if run.place else run
