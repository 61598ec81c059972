"""Nobody waits for ever, whatever is handed in: the order of the queue."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.queue.queue_order import URGENT, Request, due, in_order, span

NAMES = "abcdefghijkl"
DAYS = 4 * 24 * 3600


@dataclass(frozen=True)
class Asked:
    """A request and when it joined; ``plain`` is all that decides about its place."""

    request: Request
    joined: float
    plain: tuple[int, float, int]


@st.composite
def queues(draw: st.DrawFn, *, bound: bool = True) -> list[Asked]:
    """Draw a queue; with *bound*, some land after others, are held, or jumped."""
    names = NAMES[: draw(st.integers(0, len(NAMES)))]
    asked = []
    for number, name in enumerate(names):
        joined = float(draw(st.integers(0, DAYS)))
        priority = draw(st.integers(0, 4))
        age = float(draw(st.sampled_from([0, 3600, 36_000, DAYS, 10 * DAYS])))
        returns = draw(st.integers(0, 9))
        after = draw(st.sets(st.sampled_from([*names[:number], "gone"]), max_size=2))
        request = Request(
            id=name,
            head=name,
            priority=priority,
            due=due(joined, priority=priority, convoy_age=age, returns=returns),
            after=tuple(sorted(after)) if bound and draw(st.booleans()) else (),
            held="held" if bound and draw(st.integers(0, 5)) == 0 else "",
            first=float(draw(st.integers(0, 3))) if bound else 0.0,
        )
        asked.append(Asked(request, joined, (priority, age, returns)))
    return draw(st.permutations(asked))


def ordered(asked: list[Asked], under_test: tuple[str, ...] = ()) -> list[str]:
    return [each.id for each in in_order([a.request for a in asked], under_test=under_test)]


@given(queues(bound=False))
def test_whoever_joins_so_much_later_stands_behind(asked):
    place = {name: number for number, name in enumerate(ordered(asked))}
    for early in asked:
        for late in asked:
            if late.joined > early.joined + span():
                assert place[early.request.id] < place[late.request.id]


@given(queues(bound=False))
def test_among_equals_whoever_came_first_lands_first(asked):
    place = {name: number for number, name in enumerate(ordered(asked))}
    for early in asked:
        for late in asked:
            if early.plain == late.plain and early.joined < late.joined:
                assert place[early.request.id] < place[late.request.id]


@given(st.integers(0, DAYS), st.integers(0, DAYS), st.integers(1, DAYS), st.integers(0, 4))
def test_of_one_convoy_too_whoever_came_first_is_due_first(made, joined, later, priority):
    ages = [joined, joined + later]
    first, second = (due(made + age, priority=priority, convoy_age=age) for age in ages)
    assert first < second


@given(queues())
def test_nobody_stands_before_what_it_lands_after_and_who_cannot_go_is_left_out(asked):
    order = ordered(asked)
    by_id = {each.request.id: each.request for each in asked}
    for number, name in enumerate(order):
        assert set(by_id[name].after) <= set(order[:number])
        assert not by_id[name].held
    for name in by_id.keys() - set(order):
        held = by_id[name].held
        assert held or set(by_id[name].after) - set(order)


@given(queues(), st.data())
def test_what_is_tested_keeps_its_place_unless_somebody_presses(asked, data):
    calm = [
        replace(each, request=replace(each.request, first=0.0, priority=max(1, p)))
        for each in asked
        for p in [each.request.priority]
    ]
    free = [each for each in calm if not each.request.after and not each.request.held]
    names = [each.request.id for each in free]
    tested = tuple(data.draw(st.permutations(names)))[: data.draw(st.integers(0, len(names)))]
    assert tuple(ordered(calm, tested)[: len(tested)]) == tested
    assert URGENT not in {each.request.priority for each in calm}


@given(queues(bound=False), st.data())
def test_taking_one_out_moves_nobody_else(asked, data):
    if not asked:
        return
    gone = data.draw(st.sampled_from(asked))
    left = [each for each in asked if each is not gone]
    assert ordered(left) == [name for name in ordered(asked) if name != gone.request.id]
