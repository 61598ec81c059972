"""What is worth testing, the most telling first.

The first probe of a chain goes where the chance that all is well is about a half. Spare slots
*screen* sets of requests on the target alone, which halves two places at once, look behind
who is probably to blame, and, unless frugal, probe the widest gaps. Source: group testing;
nested probes, as Zuul's and Mergify's, gain log2(slots + 1) bits a round, disjoint sets gain
one bit a slot.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count, pairwise
from typing import Final

from gitgt.model.gate import Evidence
from gitgt.model.queue.merge_acts import Confirm, Run, Start
from gitgt.model.queue.merge_chain import Chain, Clash, Link, Merging, chain_of, halfway
from gitgt.model.queue.merge_facts import Known, Queue
from gitgt.model.queue.merge_gauge import Gauge
from gitgt.model.queue.merge_odds import group_size, odds, reds, survival
from gitgt.model.queue.queue_order import Request, in_order, without

# From this chance on somebody counts as probably to blame. Found by simulation, as _GAP was:
# benchmarks/refinery.py.
_SUSPECT: Final = 0.7
# A probe between two others is worth a slot if the odds fall by so much between them.
_GAP: Final = 0.25
# How many requests beyond those that are spoken for are looked at: each costs a merge.
_AHEAD: Final = 128

Test = Start | Confirm
# A chain, behind the names of the queue that it was made of.
Line = tuple[tuple[str, ...], tuple[Link, ...]]


class Probes(Known):
    """The tests that one queue calls for."""

    def __init__(self, queue: Queue, merging: Merging) -> None:
        super().__init__(queue)
        self._links: dict[str, Link] = {}
        self._whole: dict[tuple[str, ...], Chain] = {}
        self._lines: list[Line] = []
        self._more_lines = self._chains()
        self._merges = merging
        under_test = [each for run in queue.running for each in run.place]
        self.order = in_order(queue.requests, under_test=under_test)
        self._heads = {each.id: each.head for each in queue.requests}

    def merging(self, members: tuple[str, ...]) -> Link | Clash:
        """Return what merging *members* gives, and remember which trees there are."""
        found = self._merges(members)
        if isinstance(found, Link):
            self._links.setdefault(found.tree, found)
        return found

    def chain(self, order: Sequence[Request]) -> tuple[Link, ...]:
        """Return the links of the chain that *order* makes."""
        return self.whole_chain(order).links

    def whole_chain(self, order: Sequence[Request]) -> Chain:
        """Return the chain that *order* makes; it is asked for again and again."""
        key = tuple(each.id for each in order)
        found = self._whole.get(key)
        if found is None:
            found = chain_of(order, self.base, self.merging, limit=self.queue.limit)
            self._whole[key] = found
        return found

    def chains(self) -> Iterator[Line]:
        """Yield the chain, and while its head is red, the one as if that head were gone.

        Each comes with the queue that it was made of, behind those that are gone. All of them
        are asked for several times, and made once.
        """
        for number in count():
            if number == len(self._lines):
                more = next(self._more_lines, None)
                if more is None:
                    return
                self._lines.append(more)
            yield self._lines[number]

    def _chains(self) -> Iterator[Line]:
        gone: tuple[str, ...] = ()
        order = self.order
        while links := self.chain(order):
            yield (*gone, *(each.id for each in order)), links
            if not self.red_gate(links[0].tree):
                return
            gone = (*gone, links[0].request)
            order = without(order, gone[-1])

    def wishes(self) -> Iterator[Test]:
        """Yield the tests worth running, the most telling first, each once."""
        seen: set[tuple[str, str]] = set()
        for wish in self._wishes():
            if wish.run.key not in seen:
                seen.add(wish.run.key)
                yield wish

    def is_telling(self, run: Run) -> bool:
        """Tell whether *run* were worth something if it ended now."""
        if run.is_screen:
            return bool(self._unsettled & set(run.heads))
        if self.queue.evidence.get(run.key, Evidence()).trouble:
            return True  # it tells whether the gate can run again
        return run.key in self._telling

    @cached_property
    def _telling(self) -> set[tuple[str, str]]:
        chains = [links for _, links in self.chains()]
        if self._trusted != self.order:
            chains.append(self.chain(self._trusted))
        trees = {link.tree for links in chains for link in self._not_red(links)}
        trees |= {links[-1].tree for links in self._accused}
        return {self.key(tree, gate) for tree in trees for gate in self.queue.gates}

    def _not_red(self, links: Sequence[Link]) -> Sequence[Link]:
        red = self.red_length(links)
        return links if red is None else links[: red - 1]

    @cached_property
    def _unsettled(self) -> set[str]:
        """The heads of which nothing good is known yet."""
        green = {h for each in self.queue.findings if each.passed for h in each.heads}
        return {each.head for each in self.order} - green

    @cached_property
    def _odds(self) -> dict[str, float]:
        return odds(self.order, self.queue.findings, rate=self.queue.rate)

    @cached_property
    def _trusted(self) -> list[Request]:
        """The queue as it will be if those who are probably to blame go back."""
        left = [each for each in self.order if self._odds[each.id] < _SUSPECT]
        return self.order if len(left) == len(self.order) else in_order(left)

    def _wishes(self) -> Iterator[Test]:
        red: list[tuple[Link, str, tuple[str, ...]]] = []
        for order, links in self.chains():
            gate = self.red_gate(links[0].tree)
            if gate:
                red.append((links[0], gate, order))
                yield from self._judging(links[0], gate, order)
            else:
                yield from self._probing(links, order)
        for head, gate, order in red:
            yield from self._doubting(head, gate, order)

    def _doubting(self, head: Link, gate: str, order: Sequence[str]) -> Iterator[Test]:
        """Yield a second run of a head that nobody can be blamed for, on a target that is red.

        It may be what mends the target, and have been red by chance: nobody else would look.
        """
        if self.is_stuck(head.tree, gate) and not self.is_confirmed(head.tree, gate):
            run = self._run(head, gate, _up_to(head, order), (self._heads[head.request],))
            yield self._test(head.commit, run)

    def _probing(self, links: Sequence[Link], order: Sequence[str]) -> Iterator[Test]:
        """Yield probes of prefixes, and between them, if there is room, screens."""
        gauge = self._gauge(links)
        at = [
            n for n in range(gauge.low + 1, gauge.open + 1) if self._is_under_test(links[n - 1])
        ]
        first = at[0] if at else self._begun(links, gauge) or gauge.first
        yield from self._tests(links[:first], order, gauge)
        if self.queue.slots == 1:
            return
        if suspect := self._suspect(links):
            if gauge.low < suspect <= gauge.open:
                yield from self._tests(links[:suspect], order, gauge)
            yield from self._behind_suspects(order)
        yield from self._screens({self._heads[link.request] for link in links[:first]}, links)
        if not self.queue.frugal:
            marks = sorted({gauge.low, *at, first, gauge.high if gauge.red else first})
            yield from self._nested(links, order, gauge, marks)
        yield from self._accusing()

    def _is_under_test(self, link: Link) -> bool:
        """Tell whether a gate is at work on the prefix that *link* ends."""
        return any(
            run.place[-1:] == (link.request,) and run.key == self.key(link.tree, run.gate)
            for run in self.queue.running
        )

    def _begun(self, links: Sequence[Link], gauge: Gauge) -> int:
        """Return the length of the longest prefix that has passed some of the gates; 0: none.

        What a gate has said of the target too is no beginning: it sees nothing of the prefix.
        While one who is to blame is searched for, only the gate that is red counts.
        """
        if gauge.red:
            return 0
        lengths = range(gauge.open, 0, -1)
        return next((n for n in lengths if self._has_passed_any(links[n - 1].tree)), 0)

    def _has_passed_any(self, tree: str) -> bool:
        return any(
            self.passes(tree, gate) and self.key(tree, gate) != self.key(self.base.tree, gate)
            for gate in self.queue.gates
        )

    def _gauge(self, links: Sequence[Link]) -> Gauge:
        red = self.red_length(links)
        chances = self._apart_from(links[:red]) if red else self._odds
        along = survival([chances[link.request] for link in links])
        if red is None:
            return Gauge(along, len(links))
        gate = self.red_gate(links[red - 1].tree)
        trees = ((n, links[n - 1].tree) for n in range(red - 1, 0, -1))
        good = (
            n for n, tree in trees if self.passes(tree, gate) or self.adds_nothing(tree, gate)
        )
        return Gauge(along, red, gate, next(good, 0))

    def _apart_from(self, links: Sequence[Link]) -> Mapping[str, float]:
        """Return the odds as if it were not known that these are red together.

        What is halved because it is red is not weighed by that once more. With more than one
        slot it is: the others look at the rest, and a first part that is rather green lands.
        """
        if self.queue.slots > 1:
            return self._odds
        suspects = {self._heads[link.request] for link in links} & self._unsettled
        told = [
            each
            for each in self.queue.findings
            if each.passed or not suspects or not suspects <= set(each.heads)
        ]
        return odds(self.order, told, rate=self.queue.rate)

    def _suspect(self, links: Sequence[Link]) -> int:
        """Return at which length a prefix takes in who is probably to blame; 0: nowhere."""
        found = (n for n, link in enumerate(links, 1) if self._odds[link.request] >= _SUSPECT)
        return next(found, 0)

    def _behind_suspects(self, order: Sequence[str]) -> Iterator[Test]:
        links = self.chain(self._trusted)
        if not links:
            return
        gauge = self._gauge(links)
        if not any(self._is_under_test(link) for link in links[1 : gauge.open]):
            yield from self._tests(links[: gauge.first], order, gauge)

    def _accusing(self) -> Iterator[Test]:
        """Yield the tests of who is probably to blame, each where it will stand by then.

        They are due anyway before anybody is blamed, and need not be waited for in turn.
        """
        order = [each.id for each in self.order]
        for links in self._accused:
            last = links[-1]
            heads = tuple(self._heads[link.request] for link in links)
            red = self.red_gate(last.tree)
            if not red or not self.is_confirmed(last.tree, red):
                for gate in (red,) if red else self.missing(last.tree):
                    yield self._test(
                        last.commit, self._run(last, gate, _up_to(last, order), heads)
                    )

    @cached_property
    def _accused(self) -> list[tuple[Link, ...]]:
        """The chains that end in somebody who is probably to blame, if all others pass."""
        found = []
        ahead: list[Request] = []
        for request in self.order:
            if self._odds[request.id] < _SUSPECT:
                ahead.append(request)
                continue
            links = self.chain([*ahead, request]) if ahead else ()
            if links and links[-1].request == request.id:
                found.append(links)
        return found

    def _nested(
        self, links: Sequence[Link], order: Sequence[str], gauge: Gauge, marks: list[int]
    ) -> Iterator[Test]:
        """Yield probes in what is then the widest gap of the odds."""
        chance = gauge.known

        def falls(gap: tuple[int, int]) -> float:
            return chance[gap[0]] - chance[gap[1]] if gap[1] - gap[0] > 1 else 0.0

        while len(marks) > 1:
            low, high = max(pairwise(marks), key=falls)
            if falls((low, high)) <= _GAP:
                return
            middle = halfway(chance, low, high, red=True)
            yield from self._tests(links[:middle], order, gauge)
            insort(marks, middle)

    def _tests(
        self, links: Sequence[Link], order: Sequence[str], gauge: Gauge
    ) -> Iterator[Test]:
        """Yield what a prefix lacks: in a search, the gate that is red further on; else all.

        Of a prefix that nothing but its last gates keeps from landing, a search wants those.
        """
        last = links[-1]
        heads = tuple(self._heads[link.request] for link in links)
        missing = self.missing(last.tree)
        for gate in (gauge.gate,) if gauge.searches(len(links)) else missing:
            yield self._test(last.commit, self._run(last, gate, _up_to(last, order), heads))

    def _run(
        self, link: Link, gate: str, place: tuple[str, ...], heads: tuple[str, ...]
    ) -> Run:
        return Run(self.key(link.tree, gate)[0], gate, place, heads)

    def _screens(self, probed: set[str], links: Sequence[Link]) -> Iterator[Test]:
        """Yield sets to test on the target alone: halves of red ones, then what is unknown."""
        waiting = {each.head: self._odds[each.id] for each in self.order}
        tried = [probed, *(set(run.heads) for run in self.queue.running)]
        taken = set().union(*tried) | (waiting.keys() - self._unsettled)
        for suspects in reds(self.queue.findings, waiting, waiting.keys() - self._unsettled):
            taken |= set(suspects)
            if len(suspects) > 1 and not any(each & set(suspects) for each in tried):
                yield from self._screen(suspects[: self._half(suspects, waiting)])
        if (red := self.red_length(links)) is not None:
            taken |= {self._heads[link.request] for link in links[:red]}
        fresh = [each for each in self.order if each.head not in taken][:_AHEAD]
        while fresh:
            size = group_size(self._odds[fresh[0].id])
            yield from self._screen([each.head for each in fresh[:size]])
            fresh = fresh[size:]

    def _half(self, suspects: Sequence[str], waiting: Mapping[str, float]) -> int:
        chance = survival([waiting[head] for head in suspects])
        return halfway(chance, 0, len(suspects), red=True)

    def _screen(self, heads: Sequence[str]) -> Iterator[Test]:
        """Yield the test of these on the target alone, but for those that clash there."""
        link: Link | None = None
        members: tuple[str, ...] = ()
        for name in (each.id for each in self.order if each.head in set(heads)):
            found = self.merging((*members, name))
            if isinstance(found, Link):
                link, members = found, (*members, name)
        if link is None:
            return
        merged = tuple(self._heads[name] for name in members)
        for gate in self.missing(link.tree):
            if self.said(link.tree, gate) == Evidence():
                yield Start(self._run(link, gate, (), merged), link.commit)

    def again(self, but: Iterable[Test]) -> Iterator[Test]:
        """Yield what could not run, on whatever is asked about, *but* what is tried anyway.

        Where nobody needs it for anything else, nobody would hear that it can run by now, and
        what it keeps from being decided would wait forever.
        """
        commits = {self.base.tree: self.base.commit}
        commits |= {tree: link.commit for tree, link in self._links.items()}
        seen = {each.run.key for each in but}
        for gate in self.queue.gates:
            for tree, commit in commits.items():
                key = self.key(tree, gate)
                if key not in seen and self.said(tree, gate).trouble:
                    seen.add(key)
                    yield self._test(commit, Run(key[0], gate))

    def watches(self) -> Iterator[Test]:
        """Yield what gates that are in quarantine have not said yet of what has landed."""
        for gate in self.queue.quarantined:
            if self.said(self.base.tree, gate) == Evidence():
                yield Start(Run(self.key(self.base.tree, gate)[0], gate), self.base.commit)

    def _judging(self, head: Link, gate: str, order: Sequence[str]) -> Iterator[Test]:
        """Yield what is missing before a red head may be blamed."""
        if self.is_stuck(head.tree, gate):
            return
        place = _up_to(head, order)
        scope, _ = self.key(self.base.tree, gate)
        on_base = self._test(self.base.commit, Run(scope, gate, place))
        if not self.passes(self.base.tree, gate) and not self.is_known_before(gate):
            yield on_base
        if not self.is_proved(head, gate):
            run = self._run(head, gate, place, (self._heads[head.request],))
            yield self._test(head.commit, run)
        elif not self.is_vouched_for(head, gate):
            yield on_base

    def _test(self, commit: str, run: Run) -> Test:
        known = self.said(run.tree, run.gate)
        return Confirm(run, commit) if known.passes or known.fails else Start(run, commit)


def _up_to(last: Link, order: Sequence[str]) -> tuple[str, ...]:
    return tuple(order[: order.index(last.request) + 1])
