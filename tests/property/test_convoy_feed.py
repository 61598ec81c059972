"""Mountains over the pure plan: whatever they look like, they reach their end by themselves."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.convoy.convoy_feed import (
    SKIPPED,
    Caravan,
    Close,
    Feed,
    LeaveBehind,
    Place,
    Stalled,
    Wait,
    held_below,
    member_of,
    plan,
)
from gitgt.model.convoy.convoy_report import Left, account, why_stalled
from gitgt.model.dispatch import MAX_FAILURES
from gitgt.model.graph import Edge, Graph, Node
from tests.support.mountains import mountain

NOW = "2026-11-22T14:30:00Z"
ROOM = 5


class World:
    """Beads of one rig, agents that end sooner or later, and beads that nobody gets done."""

    def __init__(self, after, hopeless, lots, kind="blocks"):
        self.nodes = {
            name: Node(name, edges=tuple(Edge(kind, each) for each in others))
            for name, others in after.items()
        }
        self.after = after
        self.hopeless = hopeless
        self.failures = dict.fromkeys(after, 0)
        self.labels = {}
        self.lots = lots
        self.starts = []

    @property
    def members(self):
        graph = Graph.of(self.nodes.values())
        return tuple(
            replace(
                member_of(node, graph, "shop", NOW),
                failures=self.failures[node.id],
                labels=self.labels.get(node.id, ()),
            )
            for node in self.nodes.values()
        )

    @property
    def at_work(self):
        return sorted(name for name, each in self.nodes.items() if each.status == "in_progress")

    def set(self, name, **fields):
        self.nodes[name] = replace(self.nodes[name], **fields)

    def turn(self, **more):
        """Do what the plan says; return it."""
        room = {"shop": Place(ROOM - len(self.at_work))}
        acts = plan([Caravan(id="cv", members=self.members, **more)], room)
        for act in acts:
            match act:
                case Feed(_, bead):
                    assert all(self.nodes[each].ended for each in self.after[bead])
                    self.starts.append(bead)
                    self.set(bead, status="in_progress")
                case LeaveBehind(_, bead):
                    self.set(bead, status="blocked")
                    self.labels[bead] = (SKIPPED,)
        assert len(self.at_work) <= ROOM
        return acts

    def work(self):
        """Let somebody who is at work come to an end, if there is anybody."""
        if self.at_work:
            name = self.lots.choice(self.at_work)
            if name not in self.hopeless:
                self.set(name, status="closed", ended=True, outcome="success", landed=True)
                return
            self.failures[name] += 1
            worn_out = self.failures[name] >= MAX_FAILURES and self.lots.random() < 0.5
            self.set(name, status="blocked" if worn_out else "open")  # or the plan blocks it

    def climb(self):
        """Go on until the plan says that it is over; return how it said so."""
        for _ in range(20 * len(self.nodes) + 20):
            acts = self.turn(launched=True, mountain=True)
            ends = [each for each in acts if isinstance(each, Close | Stalled)]
            if ends:
                assert not self.at_work
                assert not [each for each in acts if isinstance(each, Feed | Wait)]
                return ends[0]
            self.work()
        raise AssertionError("it does not end")

    def lost(self):
        """What cannot be done: what is hopeless, and all that waits for it."""
        return self.hopeless | set(held_below(self.hopeless, self.after))

    def done(self):
        return {name for name, each in self.nodes.items() if each.ended}


def check(world):
    end = world.climb()
    lost = world.lost()
    assert world.done() == world.nodes.keys() - lost
    left = {name for name, each in world.nodes.items() if SKIPPED in world.labels.get(name, ())}
    reached = {n for n in world.hopeless if all(e not in lost for e in world.after[n])}
    assert left == reached
    assert all(world.starts.count(each) == MAX_FAILURES for each in left)
    assert all(world.starts.count(each) == 1 for each in world.done())
    if not lost:
        assert end == Close("cv")
        return
    assert {each.bead for each in end.stuck} == lost
    held = {name: others for name, others in world.after.items() if name not in world.done()}
    report = account(world.members, {name: Left(name, "hopeless") for name in left}, held, 60.0)
    assert (report.total, report.at_work, report.open) == (len(world.nodes), (), ())
    assert {each.bead for each in report.left} | {*report.waiting} == lost
    assert f"{len(left)} left behind" in why_stalled(end.stuck, world.members)


def test_a_mountain_of_a_hundred_beads_in_eight_waves_reaches_its_end():
    for seed in range(5):
        lots = random.Random(seed)
        after, hopeless = mountain(lots)
        assert (len(after), len(hopeless)) == (100, 10)
        check(World(after, hopeless, lots))


@given(st.data())
def test_any_mountain_reaches_its_end(data):
    count = data.draw(st.integers(1, 12))
    names = [f"b{each:02}" for each in range(count)]
    after = {
        name: tuple(
            data.draw(st.lists(st.sampled_from(names[:place]), max_size=2, unique=True))
        )
        if place
        else ()
        for place, name in enumerate(names)
    }
    hopeless = set(data.draw(st.lists(st.sampled_from(names), max_size=3)))
    kind = data.draw(st.sampled_from(["blocks", "merge-blocks"]))
    check(World(after, hopeless, random.Random(data.draw(st.integers(0, 99))), kind))


@given(st.sampled_from(["staged_ready", "staged_warnings", "closed"]), st.booleans())
def test_what_is_staged_paused_or_closed_starts_nothing(status, mountain_):
    world = World({"a": (), "b": ()}, set(), random.Random(1))
    assert world.turn(status=status, launched=True, mountain=mountain_) == []
    assert world.turn(launched=True, paused=True, mountain=mountain_) == []


def test_who_is_tried_again_or_given_up_for_good_moves_a_mountain_on():
    lots = random.Random(3)
    world = World({"a": (), "b": ("a",), "c": ()}, {"a"}, lots)
    assert isinstance(world.climb(), Stalled)
    world.hopeless = set()
    world.failures["a"] = 0
    world.set("a", status="open")
    assert world.climb() == Close("cv")

    other = World({"a": (), "b": ("a",)}, {"a"}, lots)
    assert isinstance(other.climb(), Stalled)
    other.set("a", status="closed", ended=True, outcome="cancelled")
    assert other.climb() == Close("cv")
