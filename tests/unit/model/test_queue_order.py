"""The order of the queue: what counts for how much."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.queue.queue_order import Request, due, in_order, span, without

HOUR = 3600.0


def order(*requests, under_test=()):
    return [each.id for each in in_order(requests, under_test=under_test)]


def one(name, joined=0.0, *, priority=2, convoy_age=0.0, returns=0, **fields):
    when = due(joined, priority=priority, convoy_age=convoy_age, returns=returns)
    return Request(id=name, head=name, priority=priority, due=when, **fields)


def test_a_priority_is_worth_four_hours_of_waiting():
    old, urgent = one("old", 0, priority=4), one("urgent", 15 * HOUR, priority=0)
    assert order(old, urgent) == ["urgent", "old"]
    assert order(old, one("late", 17 * HOUR, priority=0)) == ["old", "late"]


def test_ten_hours_of_a_convoys_age_are_worth_a_priority_and_no_age_more_than_three():
    assert due(0, priority=2, convoy_age=10 * HOUR) == due(0, priority=1)
    assert due(0, priority=3, convoy_age=1000 * HOUR) == due(0, priority=0)
    assert due(0, priority=3, convoy_age=-HOUR) == due(0, priority=3)


def test_two_returns_cost_a_priority_and_no_number_of_them_more_than_three():
    assert due(0, priority=1, returns=2) == due(0, priority=2)
    assert due(0, priority=1, returns=100) == due(0, priority=4)


def test_how_much_a_priority_is_worth_is_a_setting():
    assert due(0, priority=1, hours=100) == 100 * HOUR
    assert span(100) == 1000 * HOUR


def test_who_jumped_last_stands_before_all_and_aside_goes_what_is_tested():
    waiting = [one("a"), one("b", 1), one("c", 2, first=5.0), one("d", 3, first=6.0)]
    assert order(*waiting, under_test=["a", "b"]) == ["d", "c", "a", "b"]


def test_who_is_held_does_not_go_nor_does_who_lands_after_it():
    waiting = [one("a", held="wait"), one("b", 1, after=("a",)), one("c", 2)]
    assert order(*waiting) == ["c"]
    assert order(one("a"), *waiting[1:]) == ["a", "b", "c"]


def test_an_urgent_one_that_cannot_go_pushes_nobody_aside():
    waiting = [one("a", 5), one("b", 0), one("urgent", 6, priority=0, after=("gone",))]
    assert order(*waiting, under_test=["a"]) == ["a", "b"]


@st.composite
def queues(draw):
    """Return requests of which some wait for others, are held, or are urgent."""
    many = draw(st.integers(1, 8))
    return [
        Request(
            id=f"r{n}", head=f"h{n}", due=float(draw(st.integers(0, 4))),
            priority=draw(st.integers(0, 4)), held=draw(st.sampled_from(["", "", "so"])),
            after=tuple(
                sorted({f"r{m}" for m in draw(st.lists(st.integers(0, many), max_size=2))})
            ),
        )
        for n in range(many)
    ]  # fmt: skip


@given(queues(), st.data())
def test_whoever_goes_leaves_the_others_in_their_places(requests, data):
    order = in_order(requests)
    if not order:
        return
    gone = data.draw(st.sampled_from([each.id for each in order]))
    left = [each for each in order if each.id != gone]
    names = [each.id for each in left]
    assert without(order, gone) == in_order(left, under_test=names)


@given(queues())
def test_who_waits_for_nobody_stands_where_those_do_who_may_wait(requests):
    alone = [replace(each, after=()) for each in requests]
    one_waits = [*alone, Request(id="z", head="", due=9.0, after=("nobody",))]
    assert in_order(alone) == in_order(one_waits)
