"""How far a session is, as its taps tell: each event after the other."""

import pytest

from gitgt.model.turns import GoOn, TapEvent
from gitgt.runtime.progress import Progress, Turn
from gitgt.runtime.taps.told import Told
from gitgt.services.taps import course

E = TapEvent


def after(*events, old=None, told=None):
    now = old or Progress()
    for number, event in enumerate(events, 1):
        now = course.after(now, event, told or Told(), now=float(number))
    return now


@pytest.mark.parametrize(
    ("events", "turn", "at"),
    [
        ([E.SESSION_START], Turn.READY, 1.0),
        ([E.SESSION_START, E.PROMPT_SUBMIT], Turn.BUSY, 2.0),
        ([E.PROMPT_SUBMIT, E.TOOL_BEFORE, E.TOOL_AFTER], Turn.BUSY, 1.0),
        ([E.PROMPT_SUBMIT, E.COMPACT_BEFORE], Turn.COMPACTING, 2.0),
        ([E.COMPACT_BEFORE, E.SESSION_START], Turn.READY, 2.0),
        ([E.COMPACT_BEFORE, E.TOOL_BEFORE], Turn.BUSY, 2.0),
        ([E.PROMPT_SUBMIT, E.TURN_END], Turn.IDLE, 2.0),
        ([E.TURN_END, E.SESSION_END], Turn.ENDED, 2.0),
        ([E.SESSION_END, E.TURN_END, E.TOOL_AFTER], Turn.ENDED, 1.0),
        ([E.SESSION_END, E.SESSION_START], Turn.READY, 2.0),
    ],
)
def test_each_event_says_how_far_it_is(events, turn, at):
    now = after(*events)
    assert (now.turn, now.at) == (turn, at)


def test_what_was_told_once_stays():
    first = Told(conversation="c1", transcript="/t", model="m")
    now = after(E.SESSION_START, told=first)
    assert after(E.TURN_END, old=now).conversation == "c1"
    assert course.is_news(Progress(), now)
    assert not course.is_news(now, after(E.TURN_END, old=now))
    assert course.is_news(now, after(E.TURN_END, old=now, told=Told(transcript="/u")))


def test_a_prompt_begins_a_turn_unless_it_is_ours():
    went_on = course.going_on(Progress(turn=Turn.IDLE), GoOn("why", "Do this\n"), now=3.0)
    assert (went_on.turn, went_on.at, went_on.continued) == (Turn.BUSY, 3.0, 1)

    ours = after(E.PROMPT_SUBMIT, old=went_on, told=Told(prompt="Do this"))
    theirs = after(E.PROMPT_SUBMIT, old=went_on, told=Told(prompt="And that"))

    assert (ours.continued, theirs.continued) == (1, 0)
    assert "why" in theirs.said


def test_what_was_said_is_remembered_for_a_while():
    now = Progress()
    for number in range(100):
        now = course.going_on(now, GoOn(f"reason {number}", f"text {number}"), now=0.0)
    assert len(now.said) == 60
    assert "reason 99" in now.said
    assert "reason 0" not in now.said
