"""A target that is red itself: what lands on it, and who is blamed, where tests have names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from hypothesis import event, given
from hypothesis import strategies as st

from gitgt.model.gate import Evidence, Verdict
from gitgt.model.queue.merge_acts import Cancel, Cause, Confirm, Eject, Land, Run, Skip, Start
from gitgt.model.queue.merge_chain import Base, Link
from gitgt.model.queue.merge_facts import Queue
from gitgt.model.queue.merge_queue import plan
from gitgt.model.queue.queue_order import Request

TESTS = ("p", "q", "r")
Names = frozenset[str]


@dataclass(frozen=True)
class Change:
    """What a request makes fail, and what it mends."""

    breaks: Names = frozenset()
    mends: Names = frozenset()


@dataclass(frozen=True)
class World:
    """What fails on the target at first, and what each request does to it, in its turn."""

    rotten: Names
    changes: dict[str, Change]
    mute: bool = False  # the gate names nothing

    def failing(self, merged: tuple[str, ...]) -> Names:
        failing = self.rotten
        for name in merged:
            failing = (failing | self.changes[name].breaks) - self.changes[name].mends
        return failing


@dataclass
class Play:
    """A refinery at work there."""

    world: World
    go_on: bool
    slots: int = 1
    confirm: int = 1
    flaky: bool = False
    landed: list[str] = field(default_factory=list)
    back: dict[str, tuple[str, ...]] = field(default_factory=dict)
    evidence: dict[tuple[str, str], Evidence] = field(default_factory=dict)
    running: list[Run] = field(default_factory=list)
    ticks: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.waiting = [Request(id=name, head=name) for name in self.world.changes]

    def merging(self, members: tuple[str, ...]) -> Link:
        tree = "+".join((*self.landed, *members))
        return Link(members[-1], f"c:{tree}", tree)

    def look(self) -> bool:
        """Do what is planned; say whether anything was."""
        base = "+".join(self.landed)
        acts = plan(
            Queue(
                base=Base(f"c:{base}", base),
                requests=tuple(self.waiting),
                gates=("test",),
                evidence=dict(self.evidence),
                running=tuple(self.running),
                slots=self.slots,
                confirm={"test": self.confirm},
                go_on=self.go_on,
            ),
            self.merging,
        )
        done = [self.perform(act) for act in acts]
        return any(done)

    def perform(self, act) -> bool:
        match act:
            case Start(run) | Confirm(run):
                self.running.append(run)
            case Cancel(run):
                self.running.remove(run)
            case Land(links):
                self._land([link.request for link in links])
            case Eject(request, Cause.RED, new=new):
                self._send_back(request, new)
            case Skip():
                raise AssertionError("every tree is another")
            case _:
                return False
        return True

    def _land(self, names: list[str]) -> None:
        before, after = tuple(self.landed), (*self.landed, *names)
        added = self.world.failing(after) - self.world.failing(before)
        assert not added, f"{names} make {added} fail"
        if self.world.failing(after):
            assert self.go_on
            assert not self.world.mute
        self.landed += names
        self.waiting = [each for each in self.waiting if each.id not in names]

    def _send_back(self, request: str, new: tuple[str, ...]) -> None:
        before = self.world.failing(tuple(self.landed))
        added = self.world.failing((*self.landed, request)) - before
        # On a green target two flakes in a row look like a failure, whatever their names.
        assert added or (self.flaky and not before), f"{request} is blamed for the target's"
        if before:
            assert self.go_on
            assert set(new) == added
        self.back[request] = new
        self.waiting = [each for each in self.waiting if each.id != request]

    def end(self, which: int, flakes: Names = frozenset()) -> None:
        """Let a run end, in which *flakes* fail, too, for no reason."""
        run = self.running.pop(which % len(self.running))
        names = tuple(run.tree.split("+")) if run.tree else ()
        failing = self.world.failing(names) | flakes
        before = self.evidence.get((run.tree, run.gate), Evidence())
        self.evidence[run.tree, run.gate] = before.after(
            Verdict.FAIL if failing else Verdict.PASS,
            at=next(self.ticks),
            failures=None if self.world.mute else failing,
        )

    def finish(self, choices: Iterator[int]) -> None:
        for _ in range(500):
            moved = self.look()
            if self.running:
                self.end(next(choices, 0))
            elif not moved:
                return
        raise AssertionError("the queue never came to rest")


SOME = st.frozensets(st.sampled_from(TESTS), max_size=2)
CHANGES = st.one_of(
    st.just(Change()), st.builds(Change, breaks=SOME), st.builds(Change, mends=SOME)
)


@st.composite
def worlds(draw: st.DrawFn, *, mute: bool | None = None) -> World:
    names = "abcdef"[: draw(st.integers(0, 6))]
    rotten = draw(st.frozensets(st.sampled_from(TESTS)))
    said = draw(st.booleans()) if mute is None else mute
    return World(rotten, {name: draw(CHANGES) for name in names}, said)


SLOTS = st.integers(1, 3)
CONFIRM = st.integers(0, 2)
CHOICES = st.lists(st.integers(0, 7), max_size=60)
FLAKES = st.lists(st.booleans(), max_size=60)


@given(worlds(), st.booleans(), SLOTS, CONFIRM, CHOICES)
def test_no_failure_that_the_target_has_not_lands_and_nobody_is_blamed_for_what_it_has(
    world, go_on, slots, confirm, choices
):
    play = Play(world, go_on=go_on, slots=slots, confirm=confirm)
    play.finish(iter(choices))
    if play.waiting:
        event("somebody waits")
        assert world.failing(tuple(play.landed))
        assert world.mute or not go_on


@given(worlds(mute=False), SLOTS, CONFIRM, CHOICES)
def test_a_line_that_goes_on_settles_each_as_if_alone_in_its_turn(
    world, slots, confirm, choices
):
    play = Play(world, go_on=True, slots=slots, confirm=confirm)
    play.finish(iter(choices))
    assert not play.waiting
    if len(play.landed) == len(world.changes):
        event("all landed")


@given(worlds(), st.booleans(), SLOTS, CONFIRM, CHOICES, FLAKES)
def test_failures_that_come_and_go_let_nothing_in_and_blame_nobody_for_the_targets(
    world, go_on, slots, confirm, choices, flakes
):
    play = Play(world, go_on=go_on, slots=slots, confirm=max(1, confirm), flaky=True)
    choice = iter(choices)
    for number in range(120):
        play.look()
        if play.running:
            flake = flakes and flakes.pop()
            play.end(next(choice, 0), frozenset({f"flake {number}"} if flake else ()))


@given(worlds(mute=True), SLOTS, CHOICES)
def test_where_nothing_is_named_nobody_goes_on(world, slots, choices):
    one = Play(world, go_on=True, slots=slots)
    other = Play(world, go_on=False, slots=slots)
    one.finish(iter(choices))
    other.finish(iter(choices))
    assert (one.landed, one.back) == (other.landed, other.back)
