"""What is to be done about the watcher itself."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.boot import GRACE, HOPELESS, STALE, VERY_STALE, Decision, Facts, triage

WELL = Facts(alive=True, beat=True, up=9999.0)
DEAD = Facts(alive=False, beat=True)


@pytest.mark.parametrize(
    ("facts", "decision", "why"),
    [
        (Facts(alive=None), "cannot-tell", "nobody can tell whether a watcher lives"),
        (replace(DEAD, held="it rests"), "nothing", "no watcher lives, and it rests"),
        (replace(DEAD, acting=True), "nothing", "no watcher lives, and somebody makes a pass"),
        (replace(DEAD, beat=False), "nothing", "no watcher lives, and none is meant to"),
        (DEAD, "start", "the watcher has died"),
        (replace(WELL, beat=False, up=1.0), "nothing", "the watcher has just come"),
        (replace(WELL, beat=False), "cannot-tell", "the watcher has not yet said anything"),
        (replace(WELL, held="it rests", late=9999.0), "nothing", "it rests"),
        (WELL, "nothing", "the watcher is on time"),
        (replace(WELL, late=299.0, mail=True), "nothing", "the watcher is on time"),
        (
            replace(WELL, late=300.0), "nothing",
            "the watcher is 5 min late, and nothing waits",
        ),
        (
            replace(WELL, waiting=300.0, mail=True), "nudge",
            "the watcher is 5 min late, and something waits",
        ),
        (replace(WELL, late=900.0), "wake", "the watcher is 15 min late"),
        (replace(WELL, waiting=1200.0, mail=True), "interrupt", "the watcher is 20 min late"),
        (
            replace(WELL, beat=False, waiting=1200.0, mail=True), "interrupt",
            "the watcher is 20 min late",
        ),
    ],
)  # fmt: skip
def test_the_first_row_that_fits_decides(facts, decision, why):
    found = triage(facts)
    assert (str(found.decision), found.why) == (decision, why)


SPANS = st.floats(0, 5000)
FACTS = st.builds(
    Facts, alive=st.sampled_from((True, False, None)), acting=st.booleans(), up=SPANS,
    beat=st.booleans(), late=SPANS, waiting=SPANS, mail=st.booleans(),
    held=st.sampled_from(("", "it rests")),
)  # fmt: skip


@given(FACTS)
def test_nothing_is_ended_that_lives_and_is_on_time_and_nothing_is_begun_beside_it(facts):
    decision = triage(facts).decision
    if decision is Decision.INTERRUPT:
        assert facts.alive
        assert facts.overdue >= HOPELESS
        assert not facts.held
    if decision is Decision.START:
        assert facts.alive is False
        assert not facts.acting
    if facts.alive is None or facts.held:
        assert decision in (Decision.NOTHING, Decision.CANNOT_TELL)


@given(FACTS, SPANS)
def test_the_later_it_is_the_more_is_done(facts, more):
    order = [Decision.NUDGE, Decision.WAKE, Decision.INTERRUPT]
    early = triage(facts).decision
    late = triage(replace(facts, late=facts.late + more)).decision
    if early in order:
        assert late in order
        assert order.index(late) >= order.index(early)


def test_the_times_are_those_of_gas_town():
    assert (STALE, VERY_STALE, HOPELESS, GRACE) == (300.0, 900.0, 1200.0, 300.0)
