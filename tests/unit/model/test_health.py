"""How agents are doing, and what helps: help first, harm last, and never on a guess."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.documents import Bead, Mode
from gitgt.model.health import watch
from gitgt.model.health.facts import Facts, Life, Patience, Program
from gitgt.model.health.findings import (
    MATRIX,
    Call,
    Certainty,
    EndSession,
    Kind,
    LeaveAlone,
    Nudge,
    Restart,
    Save,
)
from gitgt.model.health.plan import is_same, judge, plan
from gitgt.model.health.watch import LONGEST, Signs, Watch, is_worth_it, looked, nudged
from tests.support.documents import bead

NUX, ACE = "shop/polecats/nux", "shop/polecats/ace"
AT = 1_795_357_800.0


def at_work(*, quiet=0.0, **known):
    """An agent on a terminal with a turn that goes on, of which nothing is heard so long."""
    how = {name: known.pop(name) for name in [each.name for each in fields(Watch)]
           if name in known}  # fmt: skip
    seen = Watch(session="s1", at=AT, quiet=quiet, **how)
    usual = Facts(
        address=NUX, life=Life.RUNNING, session="s1", about="sh-1", bead="sh-1", age=7200.0,
        program=Program.ALIVE, pid=77, turn="busy", begun=True, typed=True, watch=seen,
    )  # fmt: skip
    return replace(usual, **known)


def found(facts):
    """What is odd, and what is done about it."""
    return [(step.finding.kind, type(step.act)) for step in judge(facts)]


@pytest.mark.parametrize(
    ("facts", "odd"),
    [
        (at_work(quiet=1799), []),
        (at_work(quiet=1800), [(Kind.HUNG, Nudge)]),
        (at_work(quiet=2000, nudges=1, waited=200, answered=False), [(Kind.HUNG, LeaveAlone)]),
        (at_work(quiet=2100, nudges=1, waited=300, answered=False), [(Kind.HUNG, Restart)]),
        # it answered, and fell silent again
        (at_work(quiet=1800, nudges=1, waited=2000), [(Kind.HUNG, Nudge)]),
        (at_work(quiet=1800, nudges=3, waited=2000), [(Kind.HUNG, Restart)]),
        # nothing can be typed to it: it has the time that a nudge would take
        (at_work(quiet=1800, typed=False), [(Kind.HUNG, LeaveAlone)]),
        (at_work(quiet=2100, typed=False), [(Kind.HUNG, Restart)]),
        (at_work(quiet=1800, turn="idle"), [(Kind.IDLE, Nudge)]),
        (at_work(quiet=1800, patient=14_400), []),
        (at_work(quiet=14_400, patient=14_400), [(Kind.HUNG, Nudge)]),
        (at_work(quiet=1800, limit="limit reached"), [(Kind.LIMITED, LeaveAlone)]),
        (at_work(quiet=1800, asks="Trust it?"), [(Kind.ASKS, Call)]),
        (at_work(quiet=1800, by_hand=True), [(Kind.BY_HAND, LeaveAlone)]),
        (at_work(quiet=1800, calls=True, turn="idle"), [(Kind.CALLS, LeaveAlone)]),
        (at_work(quiet=9000, program=Program.HELD), [(Kind.HELD, LeaveAlone)]),
        (at_work(gone=29, program=Program.DEAD), []),
        (at_work(gone=30, program=Program.DEAD), [(Kind.DEAD_PROCESS, Restart)]),
        (at_work(gone=30, program=Program.UNKNOWN), []),
        (at_work(quiet=60, turn="starting", begun=False, age=89), []),
        (at_work(quiet=59, turn="starting", begun=False, age=90), []),
        (
            at_work(quiet=60, turn="starting", begun=False, age=90),
            [(Kind.STARTUP_STALL, Nudge)],
        ),
        (
            at_work(
                quiet=120, turn="starting", begun=False, nudges=1, waited=60, answered=False
            ),
            [(Kind.STARTUP_STALL, Restart)],
        ),
        (
            at_work(quiet=60, turn="starting", begun=False, asks="Log in:"),
            [(Kind.ASKS, Call)],
        ),
        # its program calls no taps, but works
        (at_work(quiet=60, turn="starting", begun=True), []),
        (at_work(half_done=60), [(Kind.HALF_DONE, Nudge)]),
        (at_work(turn="idle", loops=True, quiet=29), []),
        (at_work(turn="idle", loops=True, quiet=30), [(Kind.ROUND_OVER, EndSession)]),
        (at_work(turn="idle", quiet=30), []),
        (at_work(alone=59, bead=""), []),
        (at_work(alone=60, bead=""), [(Kind.OFF_HOOK_ALIVE, EndSession)]),
        (at_work(alone=60, bead="", closed=True), [(Kind.CLOSED_ALIVE, EndSession)]),
        (at_work(alone=60, bead="sh-2", handed_in=True), [(Kind.STUCK_IN_DONE, EndSession)]),
        (at_work(life=Life.ENDED), [(Kind.DEAD_SESSION, LeaveAlone)]),
        (at_work(life=Life.ENDED, sandbox=False), [(Kind.ORPHANED, LeaveAlone)]),
        (Facts(address=NUX, bead="sh-1", started=False, sandbox=False), []),
        (at_work(life=Life.ENDED, bead="", unsaved="it has changes"), [(Kind.UNSAVED, Save)]),
        (at_work(life=Life.ENDED, bead="", ahead=2), [(Kind.ABANDONED, LeaveAlone)]),
        (at_work(life=Life.ENDED, bead="", unsent="2 commits"), [(Kind.UNSENT, LeaveAlone)]),
        (at_work(life=Life.ENDED, bead="", stashed="WIP"), [(Kind.STASHED, LeaveAlone)]),
        (
            at_work(life=Life.UNKNOWN, gone=999, alone=999, unsaved="x", unknown="on ark"),
            [(Kind.UNKNOWN, LeaveAlone)],
        ),
    ],
)  # fmt: skip
def test_what_is_odd(facts, odd):
    assert found(facts) == odd


def test_every_kind_is_in_the_matrix():
    assert [*MATRIX] == [*Kind]


def test_the_evidence_says_what_was_heard_and_when():
    (step,) = plan([at_work(quiet=2100, heard="branch", heard_at=AT, nudges=1, waited=300,
                            answered=False)])  # fmt: skip
    said = (
        "no sign of life for 35 min in session s1 (last: its branch moved at "
        "2026-11-22T14:30:00Z)"
    )
    assert step.finding.evidence == (said, "nudged once, 5 min ago")
    assert step.act == Restart(f"{said}; nudged once, 5 min ago")
    assert step.fields() == {
        "kind": "hung", "address": NUX, "session": "s1", "bead": "sh-1", "certainty": "likely",
        "evidence": [said, "nudged once, 5 min ago"], "act": "restart",
        "why": f"{said}; nudged once, 5 min ago",
    }  # fmt: skip


def test_a_bead_or_a_loop_has_its_own_patience():
    usual = Patience()
    assert usual.with_bead(bead()) == 1800
    assert usual.with_bead(bead(mode=Mode.RALPH)) == 7200
    assert usual.with_bead(bead(mode=Mode.RALPH, patience="20m")) == 1200
    assert usual.with_bead(bead(patience="4h")) == 14_400
    assert isinstance(bead(), Bead)


# --- watching


def signs(**seen):
    return Signs(session="s1", seen=seen)


def test_only_time_in_which_somebody_looked_is_counted():
    first = looked(None, signs(turn="busy"), AT)
    slept = looked(first, signs(turn="busy"), AT + 30_000)
    assert (first.quiet, slept.quiet) == (0, LONGEST)
    assert looked(slept, signs(turn="busy"), AT).quiet == LONGEST  # a clock was set back


def test_any_sign_ends_the_silence():
    quiet = Watch(
        session="s1", at=AT, quiet=1000, seen={"turn": "busy", "output": "1"}, cpu=5.0
    )
    still = {"turn": "busy", "output": "1"}
    for now, heard in [
        (signs(turn="idle", output="1"), "turn"),
        (signs(turn="busy", output="2"), "output"),
        (Signs(session="s1", seen=still, cpu=7.0), "processes"),
    ]:
        after = looked(quiet, now, AT + 60)
        assert (after.quiet, after.heard, after.heard_at) == (0, heard, AT + 60)
    # a program that only waits uses next to nothing, and what nobody can tell tells nothing
    for cpu in (5.1, None):
        assert looked(quiet, Signs(session="s1", seen=still, cpu=cpu), AT + 60).quiet == 1060


def test_the_echo_of_a_nudge_is_no_sign_of_life():
    asked = nudged(looked(None, signs(output="1", branch="a"), AT))
    echoed = looked(asked, signs(output="2", branch="a"), AT + 60)
    assert (echoed.quiet, echoed.answered, echoed.nudges, echoed.waited) == (60, False, 1, 60)
    prints = looked(echoed, signs(output="3", branch="a"), AT + 120)
    assert (prints.quiet, prints.answered) == (0, False)
    worked = looked(prints, signs(output="3", branch="b"), AT + 180)
    assert (worked.answered, worked.nudges) == (True, 0)


def test_who_is_stopped_loses_no_time():
    before = Watch(session="s1", at=AT, quiet=100, seen={"turn": "busy"})
    held = replace(signs(turn="busy"), is_held=True)
    assert looked(before, held, AT + 100).quiet == 100


def test_who_is_there_for_nothing_is_so_from_when_that_was_seen():
    before = looked(None, signs(turn="idle"), AT)
    alone = replace(signs(turn="idle"), is_alone=True, is_dead=True)
    first = looked(before, alone, AT + 50)
    assert (first.alone, first.gone) == (0, 0)
    later = looked(first, alone, AT + 100)
    assert (later.alone, later.gone) == (50, 50)
    assert looked(later, signs(turn="idle"), AT + 110).alone == 0


def test_most_looks_at_the_busy_are_not_remembered():
    before = looked(None, signs(turn="busy", output="1"), AT)
    soon = looked(before, signs(turn="busy", output="2"), AT + 9)
    assert not is_worth_it(before, soon)
    assert is_worth_it(before, looked(before, signs(turn="busy", output="2"), AT + 30))
    assert is_worth_it(before, nudged(soon))
    assert is_worth_it(replace(before, quiet=9.0), soon)
    assert is_worth_it(None, before)


def test_another_session_is_watched_anew():
    before = Watch(session="s0", at=AT, quiet=1000, nudges=2)
    assert looked(before, signs(), AT + 9).quiet == 0


def test_what_is_remembered_can_be_read_again():
    before = nudged(looked(None, signs(turn="busy"), AT))
    assert Watch.read(before.fields()) == before
    for spoilt in ({"session": "s1"}, {**before.fields(), "quiet": "x"}, {"more": 1}):
        assert Watch.read(spoilt) is None


# --- whatever is so

QUIET = st.sampled_from([0.0, 30.0, 60.0, 299.0, 1800.0, 2100.0, 20_000.0])
TEXTS = st.sampled_from(["", "something"])
WATCHES = st.builds(
    Watch, session=st.just("s1"), at=st.just(AT), quiet=QUIET, gone=QUIET, alone=QUIET,
    nudges=st.integers(0, 4), waited=QUIET, answered=st.booleans(),
    seen=st.dictionaries(st.sampled_from([*watch.CALLED]), st.sampled_from(["a", "b"])),
)  # fmt: skip
FACTS = st.builds(
    Facts, address=st.just(NUX), life=st.sampled_from(Life), session=st.just("s1"),
    about=st.sampled_from(["", "sh-1"]), bead=st.sampled_from(["", "sh-1", "sh-2"]),
    program=st.sampled_from(Program), age=QUIET, typed=st.booleans(), by_hand=st.booleans(),
    turn=st.sampled_from(["", "starting", "ready", "busy", "idle"]), begun=st.booleans(),
    asks=TEXTS, limit=TEXTS, watch=WATCHES, loops=st.booleans(), closed=st.booleans(),
    handed_in=st.booleans(), calls=st.booleans(), half_done=QUIET, sandbox=st.booleans(),
    tip=st.sampled_from(["", "a1", "b2"]), ahead=st.integers(0, 2), unsaved=TEXTS,
    unsent=TEXTS, stashed=TEXTS, unknown=TEXTS,
)  # fmt: skip
HARM = (Restart, EndSession)


@given(FACTS)
def test_nothing_is_done_about_what_nobody_can_tell(facts):
    for step in judge(facts):
        if facts.life is Life.UNKNOWN or step.finding.certainty is Certainty.UNKNOWN:
            assert isinstance(step.act, LeaveAlone)


@given(FACTS)
def test_only_a_session_that_runs_is_ended_and_one_thing_is_done_to_it(facts):
    acts = [step.act for step in judge(facts) if not isinstance(step.act, LeaveAlone | Save)]
    assert len(acts) <= 1
    assert facts.runs or not acts


@given(FACTS)
def test_nobody_is_restarted_before_help_was_tried_or_time_given(facts):
    for step in judge(facts):
        if isinstance(step.act, Restart) and step.finding.kind is not Kind.DEAD_PROCESS:
            was_helped = facts.watch.nudges > 0 and facts.watch.waited >= facts.patience.still
            assert was_helped or not facts.typed or not facts.watch.answered
            assert not facts.calls
            assert not facts.by_hand


@given(FACTS, WATCHES)
def test_who_gives_a_sign_meanwhile_is_not_ended(facts, later):
    """Whatever was planned, it is not so any more for whoever was heard since."""
    after = looked(
        facts.watch, Signs(session="s1", seen={**later.seen, "turn": "news"}), AT + 1
    )
    again = judge(replace(facts, watch=after))
    for step in judge(facts):
        if isinstance(step.act, Restart) and step.finding.kind is not Kind.DEAD_PROCESS:
            assert not is_same(step, again)


@given(FACTS)
def test_a_plan_is_the_same_twice(facts):
    other = replace(facts, address=ACE)
    assert plan([facts, other]) == plan([facts]) + plan([other])
    assert all(is_same(step, judge(facts)) for step in judge(facts))
    assert all(step.finding.address == NUX for step in judge(facts))
