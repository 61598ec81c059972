"""What always holds of the queue, in worlds where everything goes wrong at once.

The table in ``docs/refinery.md`` names the tests of each invariant; those that a world of
``test_merge_queue`` alone does not prove are here.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.gate import Verdict
from gitgt.model.queue.merge_acts import Cause, Confirm, Eject, Freeze, Land, Skip, Start
from gitgt.model.queue.merge_chain import Link
from gitgt.model.queue.merge_queue import plan
from gitgt.model.queue.queue_order import URGENT
from tests.property.test_merge_queue import (
    CHOICES,
    LIES,
    LIMITS,
    SLOTS,
    Play,
    one_after_the_other,
    worlds,
)

# What may happen when a run ends, or instead of that.
ENDS = st.lists(
    st.sampled_from(["well", "well", "well", "flake", "trouble", "crash"]), max_size=80
)
_DECISIONS = (Land, Eject, Skip)


def states(play: Play) -> list[str]:
    """Return the request of every state, each as often as it is in one."""
    here = [each.id for each in play.waiting]
    return sorted([*here, *play.landed, *play.sent_back, *play.skipped])


def through(play: Play, ends: list[str], choices: list[int]) -> None:
    """Play to the end, with what happens to runs; after each look all is in one state."""
    names = states(play)
    end, choice = iter(ends), iter(choices)
    for _ in range(1500):
        acts = play.look()
        assert states(play) == names
        if play.running:
            how = next(end, "well")
            if how == "crash":
                play.running.clear()
                continue
            play.end(next(choice, 0), flake=how == "flake", trouble=how == "trouble")
        elif any(isinstance(act, Freeze) for act in acts) and not play.retry:
            play.retry = True
        elif not any(isinstance(act, (*_DECISIONS, Start, Confirm)) for act in acts):
            return
    raise AssertionError("the queue never came to rest")


@given(worlds(), SLOTS, LIES, ENDS, CHOICES, st.booleans())
def test_lies_flakes_troubles_and_crashes_together_redden_nothing_and_blame_on_proof_alone(
    world, slots, lies, ends, choices, rotten
):
    nature, waiting = world
    nature = replace(nature, rotten=rotten, mends=frozenset(each.id for each in waiting[:1]))
    play = Play(nature, waiting, slots=slots, findings=lies)
    blamed: list[Eject] = []
    perform = play.perform

    def watched(act):
        if isinstance(act, Eject) and act.cause is Cause.RED:
            blamed.append(act)
            found = play.evidence[act.tree, act.gate]
            assert found.verdict is Verdict.FAIL
            assert found.fails > 1
            base = play.queue().base.tree
            assert play.evidence[base, act.gate].passes
        perform(act)

    play.perform = watched  # a landing is checked by the play itself: never red
    through(play, ends, choices)


@given(worlds(), SLOTS, LIMITS, LIES, ENDS, CHOICES)
def test_whoever_lands_after_another_does_and_equals_in_the_order_in_which_they_came(
    world, slots, limit, lies, ends, choices
):
    nature, waiting = world
    play = Play(nature, waiting, slots=slots, limit=limit, findings=lies)
    through(play, ends, choices)
    place = {name: number for number, name in enumerate(play.landed)}
    by_id = {each.id: each for each in waiting}
    for name in play.landed:
        mine = by_id[name]
        assert all(place[each] < place[name] for each in mine.after if each in place)
        for other in (by_id[each] for each in play.landed):
            alike = other.priority == mine.priority and not (other.after or mine.after)
            if alike and (mine.queued_at, mine.id) < (other.queued_at, other.id):
                assert place[mine.id] < place[other.id]


@given(worlds(), SLOTS, LIMITS, LIES, CHOICES)
def test_so_many_runs_are_enough_for_each_request_whatever_is_guessed(
    world, slots, limit, lies, choices
):
    nature, waiting = world
    nature = replace(nature, hangs=frozenset())
    play = Play(nature, waiting, slots=slots, limit=limit, findings=lies)
    play.finish(iter(choices))
    # A search halves: so many probes, its red twice, and the target once.
    most = limit.bit_length() + 3
    assert play.completed.total() <= 1 + len(waiting) * most


@given(worlds(), SLOTS, CHOICES, st.integers(0, 5))
def test_who_is_urgent_passes_those_that_wait_and_costs_nobody_a_place(
    world, slots, choices, looks
):
    nature, waiting = world
    calm = [replace(each, priority=max(1, each.priority)) for each in waiting]
    nature = replace(nature, clashes=frozenset(), conflicts=frozenset(), hangs=frozenset())
    play = Play(nature, [*calm], slots=slots)
    choice = iter(choices)
    for _ in range(looks):
        play.look()
        if play.running:
            play.end(next(choice, 0))
    before = list(play.landed)
    if not calm:
        return
    urgent = replace(calm[0], id="urgent", head="head-urgent", priority=URGENT, after=())
    play.waiting.append(urgent)
    play.finish(choice)
    assert play.landed[len(before)] == "urgent"
    others = [name for name in play.landed if name != "urgent"]
    alone = Play(nature, calm, slots=slots)
    alone.finish(iter(()))
    assert (others, play.sent_back) == (alone.landed, alone.sent_back)


class Asked(Play):
    """A play that tells the planner what gates have said of the trees that it asks about."""

    def look(self):
        asked = {self.tree(self.merged)}
        while True:
            told = set(asked)

            def merging(members):
                found = self.merging(members)
                if isinstance(found, Link):
                    asked.add(found.tree)
                return found

            full = self.queue()
            known = {key: full.evidence[key] for key in full.evidence if key[0] in told}
            acts = plan(replace(full, evidence=known), merging)
            if asked == told:
                break
        for act in acts:
            self.perform(act)
        assert len({run.key for run in self.running}) == len(self.running) <= self.slots
        return acts


@given(worlds(), SLOTS, ENDS, CHOICES)
def test_what_could_not_run_keeps_nobody_waiting_once_it_can(world, slots, ends, choices):
    nature, waiting = world
    nature = replace(nature, hangs=frozenset(), clashes=frozenset())
    play = Asked(nature, waiting, gates=("lint", "test"), slots=slots)
    end, choice = iter(ends), iter(choices)
    for _ in range(1500):
        acts = play.look()
        if play.running:
            how = next(end, "well")
            play.end(next(choice, 0), trouble=how in ("trouble", "crash"))
        elif any(isinstance(act, Freeze) for act in acts):
            assert not play.retry, "it is tried again, and nothing is tried"
            play.retry = True
        elif not any(isinstance(act, _DECISIONS) for act in acts):
            break
    assert (play.landed, play.sent_back) == one_after_the_other(nature, waiting)
