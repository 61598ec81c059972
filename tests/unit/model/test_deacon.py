"""What the deacon makes of agents, of given-back work and of hooks."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.deacon import (
    USUAL,
    Check,
    Course,
    Facts,
    Fate,
    GivenBack,
    Hooked,
    Live,
    Ping,
    Plan,
    Report,
    check,
    plan,
    redispatch,
    stale,
)

TOAST = Live("shop/polecats/toast", "s1", "a")
BACK = GivenBack(bead="sh-abc12", failures=1, since=1000.0, is_open=True)
GONE = Hooked(
    bead="sh-abc12", address="shop/crew/max", agent=True, retired=True, runs=False,
    sandbox=False, since=0.0,
)  # fmt: skip


def watched(moments, *, first=TOAST):
    """What the deacon does about an agent, and how it remembers it, at each of the moments."""
    known, done = None, []
    for now, live in moments:
        known, act = check(live or first, known, now=now)
        done.append(act)
    return known, done


def test_who_is_silent_is_asked_three_times_and_then_reported():
    times = (0, 2399, 2400, 2429, 2430, 2500, 2730, 2760, 3060, 3090, 9999)
    known, done = watched([(now, None) for now in times])
    ping = Ping("shop/polecats/toast")
    why = "3 pings in a row unanswered, and nothing of it moved for 51 min"
    report = Report("shop/polecats/toast", "s1", why)
    assert done == [None, None, ping, None, None, None, ping, None, ping, report, None]
    assert known.fails == 3


def test_whatever_moves_is_an_answer_and_another_session_begins_anew():
    moved, other = replace(TOAST, mark="b"), replace(TOAST, session="s2")
    known, done = watched([(0, None), (2400, None), (2430, None), (2431, moved)])
    assert done[-1] is None
    assert known == Check(
        address=TOAST.address, session="s1", mark="b", since=2431, last=2430, silent=2400
    )
    known, _ = watched([(0, None), (2400, None), (2410, other)])
    assert known == Check(
        address=TOAST.address, session="s2", mark="a", since=2410, silent=2400
    )


def test_nobody_is_asked_of_whom_nobody_can_tell_anything_or_who_may_be_silent():
    nothing = Live(TOAST.address, "s1", "")
    assert watched([(0, None), (9999, None)], first=nothing)[1] == [None, None]
    patient = replace(TOAST, silent=7200.0)
    assert watched([(0, None), (7199, None), (7200, None)], first=patient)[1] == [
        None, None, Ping(TOAST.address),
    ]  # fmt: skip


def test_a_person_may_ask_at_once_but_not_again_at_once():
    known, act = check(TOAST, None, now=5.0, by_hand=True)
    assert act == Ping(TOAST.address)
    known, act = check(TOAST, known, now=35.0, by_hand=True)
    assert (known.fails, act) == (1, None)
    assert check(TOAST, known, now=36.0, by_hand=True)[1] is None


def test_given_back_work_is_slung_again_after_a_while():
    assert redispatch(BACK, now=1001.0) == Course(
        "sh-abc12", Fate.COOLING, 299.0, "it was given up 1 times"
    )
    assert redispatch(BACK, now=1300.0) == Course("sh-abc12", Fate.DISPATCHED)
    assert redispatch(BACK, now=0.0).fate is Fate.DISPATCHED  # a clock was set back


def test_given_back_work_is_left_to_whoever_has_it():
    left = {
        "it is not open": replace(BACK, is_open=False),
        "it waits for sh-x7k2m": replace(BACK, waits="sh-x7k2m"),
        "its convoy gives it out": replace(BACK, fed=True),
        "a person took it off its hook": replace(BACK, taken=True),
    }
    for why, each in left.items():
        assert redispatch(each, now=9999.0) == Course("sh-abc12", Fate.LEFT, why=why)
    assert redispatch(replace(BACK, taken=True), now=9999.0, by_hand=True).fate is (
        Fate.DISPATCHED
    )
    assert redispatch(replace(BACK, failures=3), now=9999.0).fate is Fate.ESCALATED


def test_a_hook_is_stale_when_its_agent_is_gone_for_an_hour_and_that_is_sure():
    found = stale(GONE, now=3600.0)
    assert found.evidence == (
        "shop/crew/max is no agent any more and has no session, it has no worktree; the bead"
        " has not changed for 60 min"
    )
    spared = [
        {"agent": False}, {"retired": False}, {"runs": True}, {"unseen": True},
        {"starts": True}, {"since": 1.0},
    ]  # fmt: skip
    assert [stale(replace(GONE, **each), now=3600.0) for each in spared] == [None] * 6


def test_a_rig_that_rests_is_left_alone_and_an_idle_one_is_not_looked_at_again():
    busy = Facts(live=(TOAST,), given_back=(BACK,), hooked=(GONE,))
    assert plan(replace(busy, off=True), now=9999.0) == Plan()
    assert plan(replace(busy, paused=True), now=9999.0) == Plan()
    assert plan(Facts(), now=9999.0) == Plan()


def test_all_of_it_is_one_plan():
    busy = Facts(live=(TOAST,), given_back=(BACK,), hooked=(GONE,))
    first = plan(busy, now=1290.0)
    assert (first.acts, first.again_in) == ((), 10.0)
    later = plan(replace(busy, checks=first.checks), now=4000.0)
    assert [type(each).__name__ for each in later.acts] == ["Ping", "Course", "Stale"]
    assert later.again_in == USUAL.answer


@given(st.lists(st.tuples(st.floats(0, 4000), st.sampled_from("aab"), st.booleans())))
def test_whoever_moves_at_every_look_is_never_reported_and_a_deadline_is_never_now(steps):
    known, now = (), 0.0
    for number, (passed, mark, moves) in enumerate(steps):
        now += passed
        live = replace(TOAST, mark=f"{mark}{number}" if moves else mark)
        found = plan(Facts(live=(live,), checks=known), now=now)
        if moves:
            assert not found.acts
        assert found.again_in is None or found.again_in > 0
        for each in found.acts:
            assert isinstance(each, Ping | Report)
        known = found.checks
