"""The merge queue, played through in a world where a tree is the set of what was merged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from hypothesis import event, given
from hypothesis import strategies as st

from gitgt.model.gate import Evidence, Verdict
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
from gitgt.model.queue.merge_chain import Base, Clash, Link
from gitgt.model.queue.merge_facts import Queue
from gitgt.model.queue.merge_odds import Finding
from gitgt.model.queue.merge_queue import plan
from gitgt.model.queue.queue_order import Request, in_order

NAMES = "abcdefghijkl"
Pair = frozenset[str]


@dataclass(frozen=True)
class Nature:
    """What is true of the requests, and only gates and merges can find out."""

    bad: frozenset[str] = frozenset()
    hangs: frozenset[str] = frozenset()
    clashes: frozenset[Pair] = frozenset()  # red together
    conflicts: frozenset[Pair] = frozenset()  # cannot be merged together
    empty: frozenset[str] = frozenset()
    rotten: bool = False  # the target is red before anything lands
    mends: frozenset[str] = frozenset()

    def verdict(self, merged: frozenset[str]) -> tuple[Verdict, bool]:
        """Return what a gate that is not flaky says, and whether it had to be stopped."""
        if self.hangs & merged:
            return Verdict.FAIL, True
        rotten = self.rotten and not self.mends & merged
        red = rotten or self.bad & merged or any(pair <= merged for pair in self.clashes)
        return (Verdict.FAIL if red else Verdict.PASS), False

    def collides(self, request: str, merged: frozenset[str]) -> bool:
        """Tell whether *request* cannot be merged onto *merged*."""
        return any(request in pair and pair - {request} <= merged for pair in self.conflicts)


@dataclass
class Play:
    """A refinery at work in a :class:`Nature`."""

    nature: Nature
    waiting: list[Request]
    gates: tuple[str, ...] = ("test",)
    sees: dict[str, frozenset[str]] = field(default_factory=dict)  # of which requests
    phases: dict[str, int] = field(default_factory=dict)
    alone: frozenset[str] = frozenset()
    slots: int = 1
    limit: int = 5
    merged: frozenset[str] = frozenset()
    landed: list[str] = field(default_factory=list)
    sent_back: dict[str, Cause] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    evidence: dict[tuple[str, str], Evidence] = field(default_factory=dict)
    running: list[Run] = field(default_factory=list)
    completed: Counter[tuple[str, str]] = field(default_factory=Counter)
    ticks: Iterator[int] = field(default_factory=lambda: count(1))
    stops: set[Stop] = field(default_factory=set)
    retry: bool = False
    findings: list[Finding] = field(default_factory=list)
    rate: float = 0.05
    frugal: bool = False
    frozen: str = ""

    def tree(self, merged: frozenset[str]) -> str:
        return "+".join(sorted(merged - self.nature.empty)) or "base"

    def scope(self, tree: str, gate: str) -> str:
        merged = frozenset(tree.split("+")) - {"base"}
        return self.tree(merged & self.sees.get(gate, merged))

    def merging(self, members: tuple[str, ...]) -> Link | Clash:
        before = self.merged | set(members[:-1])
        last = members[-1]
        if self.nature.collides(last, before):
            return Clash(last, ("file",))
        return Link(last, "c:" + "+".join(members), self.tree(before | {last}))

    def queue(self) -> Queue:
        here = {request.id for request in self.waiting}
        known = here | set(self.sent_back)
        return Queue(
            base=Base("c", self.tree(self.merged)),
            scopes=Scopes(self),
            phases=self.phases,
            alone=self.alone,
            requests=tuple(
                replace(each, after=tuple(one for one in each.after if one in known))
                for each in self.waiting
            ),
            gates=self.gates,
            evidence=dict(self.evidence),
            running=tuple(self.running),
            slots=self.slots,
            limit=self.limit,
            retry=self.retry,
            findings=tuple(self.findings),
            rate=self.rate,
            frugal=self.frugal,
            frozen=self.frozen,
        )

    def look(self) -> tuple[Act, ...]:
        acts = plan(self.queue(), self.merging)
        for act in acts:
            self.perform(act)
        assert len(self.running) <= self.slots
        assert len(self.running) < 2 or not self.alone & {run.gate for run in self.running}
        return acts

    def perform(self, act: Act) -> None:
        match act:
            case Land(links):
                self._land([link.request for link in links])
            case Eject(request, cause):
                self._leave(request)
                self.sent_back[request] = cause
            case Skip(request):
                self._leave(request)
                self.skipped.append(request)
            case Start(run) | Confirm(run):
                assert run not in self.running
                self.running.append(run)
            case Cancel(run):
                self.running.remove(run)
            case Freeze(stop):
                self.stops.add(stop)
            case Wait():
                pass

    def _land(self, names: list[str]) -> None:
        for name in names:
            self._leave(name)
            self.landed.append(name)
        self.merged |= set(names)
        for gate in self.gates:  # never red
            scope = self.scope(self.tree(self.merged), gate)
            assert self.evidence[scope, gate].passes

    def _leave(self, name: str) -> None:
        self.waiting = [each for each in self.waiting if each.id != name]

    def end(self, which: int, *, flake: bool = False, trouble: bool = False) -> None:
        """Let a run end."""
        run = self.running.pop(which % len(self.running))
        key = (run.tree, run.gate)
        merged = frozenset(run.tree.split("+")) - {"base"}
        verdict, stopped = self.nature.verdict(merged)
        if trouble:
            verdict, stopped = Verdict.COULD_NOT_RUN, False
        elif flake and verdict is Verdict.PASS:
            verdict = Verdict.FAIL
        before = self.evidence.get(key, Evidence())
        self.evidence[key] = before.after(verdict, at=next(self.ticks), doubtful=stopped)
        self.completed[key] += not trouble
        if run.heads and not trouble:
            self.findings = [each for each in self.findings if each.heads != run.heads]
            self.findings.append(Finding(run.heads, self.evidence[key].passes > 0))
        self.retry = False

    def finish(self, choices: Iterator[int], *, crash: Iterator[bool] | None = None) -> None:
        """Go on until nothing is left to do."""
        for _ in range(1000):
            acts = self.look()
            if crash and next(crash, False):
                self.running.clear()
            elif any(isinstance(act, (Land, Eject, Skip)) for act in acts):
                continue
            elif self.running:
                self.end(next(choices, 0))
            elif not any(isinstance(act, (Start, Confirm)) for act in acts):
                return
        raise AssertionError("the queue never came to rest")


class Scopes(dict[tuple[str, str], str]):
    """What each gate of a play sees of whatever tree it is asked about."""

    def __init__(self, play: Play) -> None:
        super().__init__()
        self.play = play

    def get(self, key: tuple[str, str], _default: str = "") -> str:  # type: ignore[override]
        return self.play.scope(*key)


def one_after_the_other(
    nature: Nature, waiting: list[Request], sees: dict[str, frozenset[str]] | None = None
) -> tuple[list[str], dict[str, Cause]]:
    """Return what lands and what goes back if each is tested alone, in its turn."""
    everything = frozenset(each.id for each in waiting)
    views = list((sees or {"test": everything}).values())
    landed: list[str] = []
    back: dict[str, Cause] = {}
    left = waiting
    while order := in_order(
        replace(each, after=tuple(sorted(set(each.after) - set(landed)))) for each in left
    ):
        head, merged = order[0].id, frozenset(landed)
        left = [each for each in left if each.id != head]
        if nature.collides(head, merged):
            back[head] = Cause.CONFLICT
        elif any(nature.verdict((merged | {head}) & view)[0] is Verdict.FAIL for view in views):
            back[head] = Cause.RED
        else:
            landed.append(head)
    return landed, back


def requests(draw: st.DrawFn) -> list[Request]:
    names = NAMES[: draw(st.integers(0, 10))]
    made = []
    for number, name in enumerate(names):
        after = draw(st.sets(st.sampled_from(names[:number]), max_size=2)) if number else ()
        made.append(
            Request(
                id=name,
                head=f"head-{name}",
                priority=draw(st.integers(0, 4)),
                queued_at=f"2026-01-{draw(st.integers(1, 28)):02}T00:00:00Z",
                after=tuple(sorted(after)),
            )
        )
    return draw(st.permutations(made))


def subset(draw: st.DrawFn, names: list[str]) -> frozenset[str]:
    return frozenset(draw(st.sets(st.sampled_from(names)))) if names else frozenset()


def pairs(draw: st.DrawFn, names: list[str]) -> frozenset[Pair]:
    if len(names) < 2:
        return frozenset()
    pair = st.sets(st.sampled_from(names), min_size=2, max_size=2).map(frozenset)
    return frozenset(draw(st.sets(pair, max_size=3)))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Nature, list[Request]]:
    """Draw a queue and what is wrong with it."""
    waiting = requests(draw)
    names = sorted(each.id for each in waiting)
    bad = subset(draw, names)
    nature = Nature(
        bad=bad,
        hangs=subset(draw, sorted(set(names) - bad)) if draw(st.booleans()) else frozenset(),
        clashes=pairs(draw, names),
        conflicts=pairs(draw, names),
    )
    return nature, waiting


SLOTS = st.integers(1, 4)
LIMITS = st.integers(1, 12)
CHOICES = st.lists(st.integers(0, 7), max_size=60)
HEADS = st.sets(st.sampled_from([f"head-{name}" for name in NAMES]), min_size=1)
LIES = st.lists(st.builds(Finding, HEADS.map(tuple), st.booleans()), max_size=8)


@given(worlds(), SLOTS, LIMITS, CHOICES)
def test_exactly_the_good_land_in_order_and_exactly_the_bad_go_back(
    world, slots, limit, choices
):
    nature, waiting = world
    play = Play(nature, waiting, slots=slots, limit=limit)
    play.finish(iter(choices))
    landed, back = one_after_the_other(nature, waiting)
    assert (play.landed, play.sent_back) == (landed, back)
    assert not play.stops


@given(worlds(), SLOTS, CHOICES, LIES, st.floats(0.001, 0.9), st.booleans())
def test_whatever_is_guessed_exactly_the_good_land_and_exactly_the_bad_go_back(
    world, slots, choices, lies, rate, frugal
):
    nature, waiting = world
    play = Play(nature, waiting, slots=slots, findings=lies, rate=rate, frugal=frugal)
    play.finish(iter(choices))
    assert (play.landed, play.sent_back) == one_after_the_other(nature, waiting)


@given(worlds(), SLOTS, LIMITS, CHOICES, st.lists(st.booleans(), max_size=60))
def test_a_crash_anywhere_changes_nothing(world, slots, limit, choices, crashes):
    nature, waiting = world
    play = Play(nature, waiting, slots=slots, limit=limit)
    play.finish(iter(choices), crash=iter(crashes))
    assert (play.landed, play.sent_back) == one_after_the_other(nature, waiting)


@st.composite
def gates(draw: st.DrawFn) -> dict[str, object]:
    """Draw two or three gates: what they see, when they run, and whether beside others."""
    names = ("lint", "test", "docs")[: draw(st.integers(2, 3))]
    view = st.frozensets(st.sampled_from(NAMES))
    phases = sorted(draw(st.lists(st.integers(1, 3), min_size=3, max_size=3)))
    return {
        "gates": names,
        "sees": {name: draw(view) for name in names},
        "phases": dict(zip(names, phases, strict=False)),
        "alone": draw(st.frozensets(st.sampled_from(names))),
        "frugal": draw(st.booleans()),
    }


@given(worlds(), gates(), SLOTS, CHOICES, st.lists(st.booleans(), max_size=30), LIES)
def test_gates_that_see_some_of_a_tree_land_and_blame_as_if_each_were_tested_alone(
    world, some, slots, choices, crashes, lies
):
    nature, waiting = world
    play = Play(nature, waiting, slots=slots, findings=lies, **some)
    play.finish(iter(choices), crash=iter(crashes))
    assert (play.landed, play.sent_back) == one_after_the_other(nature, waiting, play.sees)
    assert not play.stops
    vouching = len(nature.hangs)
    for key, runs in play.completed.items():
        assert runs <= 2 or runs <= 1 + vouching, (key, runs)


@given(worlds(), gates(), SLOTS, CHOICES)
def test_what_a_gate_sees_nothing_of_costs_no_run_of_it(world, some, slots, choices):
    nature, waiting = world
    play = Play(nature, waiting, slots=slots, **some)
    play.sees["lint"] = frozenset()
    play.evidence["base", "lint"] = Evidence(passes=1, passed_at=next(play.ticks))
    play.finish(iter(choices))
    assert play.completed["base", "lint"] == 0


@given(worlds(), gates(), SLOTS, CHOICES)
def test_a_later_phase_waits_for_the_earlier_ones_but_in_a_search(world, some, slots, choices):
    nature, waiting = world
    play = Play(nature, waiting, slots=slots, **some)
    play.sees.clear()
    choice = iter(choices)
    for _ in range(1000):
        acts = play.look()
        red = any(each.verdict is Verdict.FAIL for each in play.evidence.values())
        for act in acts:
            if isinstance(act, Start) and not red:
                phase = play.phases[act.run.gate]
                for gate in (each for each in play.gates if play.phases[each] < phase):
                    assert play.evidence[act.run.tree, gate].passes
        if play.running:
            play.end(next(choice, 0))
        elif not any(isinstance(act, (Land, Eject, Skip, Start, Confirm)) for act in acts):
            return


@given(worlds(), gates(), SLOTS, CHOICES, st.lists(st.booleans(), max_size=60))
def test_flakes_of_several_gates_never_redden_the_target(world, some, slots, choices, flakes):
    nature, waiting = world
    play = Play(nature, waiting, slots=slots, **some)
    flake, choice = iter(flakes), iter(choices)
    for _ in range(600):
        acts = play.look()
        if play.running:
            play.end(next(choice, 0), flake=next(flake, False))
        elif not any(isinstance(act, (Land, Eject, Skip, Start, Confirm)) for act in acts):
            break
    for name, cause in play.sent_back.items():
        if cause is Cause.RED:
            assert any(each.fails > 1 for each in play.evidence.values()), name


@given(worlds(), SLOTS, CHOICES)
def test_the_same_tree_is_tested_once_and_once_more_before_blame(world, slots, choices):
    nature, waiting = world
    play = Play(nature, waiting, slots=slots)
    play.finish(iter(choices))
    vouching = len(nature.hangs)  # the base is tested again for each that had to be stopped
    for (tree, _), runs in play.completed.items():
        assert runs <= 2 or runs <= 1 + vouching, (tree, runs)


@given(worlds(), LIMITS)
def test_the_number_of_runs_is_bounded(world, limit):
    nature, waiting = world
    nature = replace(nature, hangs=frozenset(), conflicts=frozenset())
    waiting = [replace(each, after=()) for each in waiting]
    play = Play(nature, waiting, limit=limit)
    play.finish(iter(()))
    batches, culprits = -(-len(waiting) // limit), len(play.sent_back)
    halvings = limit.bit_length()
    assert play.completed.total() <= batches + culprits * (halvings + 3)


@given(st.integers(1, 5))
def test_a_clean_batch_costs_one_run(size):
    play = Play(Nature(), [Request(id=name, head=name) for name in NAMES[:size]])
    play.finish(iter(()))
    assert play.landed == list(NAMES[:size])
    assert play.completed.total() == 1


@given(worlds(), SLOTS, CHOICES, st.lists(st.booleans(), max_size=40))
def test_a_gate_that_could_not_run_blames_nobody(world, slots, choices, troubles):
    nature, waiting = world
    nature = replace(nature, bad=frozenset(), hangs=frozenset(), clashes=frozenset())
    play = Play(nature, waiting, slots=slots)
    trouble, choice = iter(troubles), iter(choices)
    for _ in range(500):
        acts = play.look()
        frozen = any(isinstance(act, Freeze) for act in acts)
        if frozen and not play.retry:
            assert not any(isinstance(act, (Start, Confirm)) for act in acts)
        if play.running:
            play.end(next(choice, 0), trouble=next(trouble, False))
        elif frozen:
            play.retry = True
    assert Cause.RED not in play.sent_back.values()
    assert play.landed == one_after_the_other(nature, waiting)[0]


@given(worlds(), SLOTS, CHOICES)
def test_on_a_red_base_nobody_is_blamed_and_who_mends_it_lands(world, slots, choices):
    nature, waiting = world
    names = [each.id for each in waiting if not each.after]
    mends = frozenset(names[:1])
    nature = replace(nature, rotten=True, mends=mends, conflicts=frozenset(), hangs=frozenset())
    play = Play(nature, waiting, slots=slots)
    while True:
        acts = play.look()
        if not play.merged:
            assert Cause.RED not in play.sent_back.values()
        if play.running:
            play.end(next(iter(choices), 0))
        elif not any(isinstance(act, (Land, Eject, Skip, Start, Confirm)) for act in acts):
            break
    mended = {name for name in mends if nature.verdict(frozenset({name}))[0] is Verdict.PASS}
    assert mended <= set(play.landed)
    if not mended:
        event("not mended")
        assert not play.landed or nature.mends & set(play.landed)


@given(worlds(), SLOTS, CHOICES, st.lists(st.booleans(), max_size=60))
def test_flakes_cost_runs_and_never_redden_the_target(world, slots, choices, flakes):
    nature, waiting = world
    play = Play(nature, waiting, slots=slots)
    flake, choice = iter(flakes), iter(choices)
    for _ in range(600):
        acts = play.look()
        if play.running:
            play.end(next(choice, 0), flake=next(flake, False))
        elif not any(isinstance(act, (Land, Eject, Skip, Start, Confirm)) for act in acts):
            break
    for name in play.sent_back:
        if play.sent_back[name] is Cause.RED:
            assert any(each.fails > 1 for each in play.evidence.values())


@given(worlds(), st.lists(st.sampled_from(NAMES), max_size=6), CHOICES)
def test_latecomers_are_handled_as_if_they_had_come_in_time(world, late, choices):
    nature, waiting = world
    nature = replace(nature, clashes=frozenset(), conflicts=frozenset())
    tardy = [each for each in waiting if each.id in late]
    play = Play(nature, [each for each in waiting if each.id not in late])
    choice = iter(choices)
    play.look()
    while tardy:
        play.waiting.append(tardy.pop())
        play.look()
        if play.running:
            play.end(next(choice, 0))
    play.finish(choice)
    landed, back = one_after_the_other(nature, waiting)
    assert (set(play.landed), play.sent_back) == (set(landed), back)


@given(worlds(), CHOICES)
def test_two_gates_must_both_pass(world, choices):
    nature, waiting = world
    play = Play(nature, waiting, gates=("lint", "test"), slots=2)
    play.finish(iter(choices))
    assert (play.landed, play.sent_back) == one_after_the_other(nature, waiting)


@given(worlds(), SLOTS, LIMITS, CHOICES)
def test_frozen_nothing_lands_and_after_the_thaw_the_same_as_ever(world, slots, limit, choices):
    nature, waiting = world
    play = Play(nature, waiting, slots=slots, limit=limit, frozen="release week")
    play.finish(iter(choices))
    assert play.landed == []
    play.frozen = ""
    play.finish(iter(choices))
    assert (play.landed, play.sent_back) == one_after_the_other(nature, waiting)
    vouching = len(nature.hangs)
    for (tree, _), runs in play.completed.items():
        assert runs <= 2 or runs <= 1 + vouching, (tree, runs)


@given(st.integers(1, 10), SLOTS)
def test_frozen_all_that_is_well_is_tested_and_lands_at_once(size, slots):
    waiting = [Request(id=name, head=f"head-{name}") for name in NAMES[:size]]
    play = Play(Nature(), waiting, slots=slots, limit=12, frozen="release week")
    play.finish(iter(()))
    known = play.completed.total()
    play.frozen = ""
    play.look()
    assert play.landed == list(NAMES[:size])
    assert play.completed.total() == known


@given(worlds(), st.sets(st.sampled_from(NAMES)), SLOTS, LIMITS, CHOICES)
def test_who_is_held_and_who_lands_after_it_are_as_good_as_not_there(
    world, names, slots, limit, choices
):
    nature, waiting = world
    waiting = [replace(each, held="wait" if each.id in names else "") for each in waiting]
    play = Play(nature, waiting, slots=slots, limit=limit)
    play.finish(iter(choices))
    assert (play.landed, play.sent_back) == one_after_the_other(nature, waiting)
    assert not names & {*play.landed, *play.sent_back}


@given(worlds(), st.sets(st.sampled_from(NAMES)), SLOTS, CHOICES)
def test_who_is_pardoned_is_blamed_for_a_new_red_alone(world, names, slots, choices):
    nature, waiting = world
    nature = replace(nature, hangs=frozenset(), conflicts=frozenset())
    play = Play(nature, waiting, slots=slots)
    play.finish(iter(choices))
    seen = next(play.ticks)
    again = [replace(each, pardoned=seen) for each in waiting if each.id in play.sent_back]
    red = {name for name, cause in play.sent_back.items() if cause is Cause.RED}
    left = {each.id for each in again if each.id in names}
    before = dict(play.completed)
    play.sent_back = {name: each for name, each in play.sent_back.items() if name not in left}
    play.waiting = [each for each in again if each.id in left]
    play.finish(iter(choices))
    assert {*play.sent_back} >= left & red & nature.bad
    tested = sum(play.completed.values()) - sum(before.values())
    assert tested >= bool(left & red & nature.bad)
