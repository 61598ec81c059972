"""What convoys do next."""

import pytest

from gitgt.model.convoy.convoy_feed import (
    Caravan,
    Close,
    Feed,
    Finish,
    GoesOn,
    LeaveBehind,
    Member,
    Place,
    Ripe,
    Skip,
    Stalled,
    Wait,
    Why,
    held_below,
    plan,
)

SHOP = {"shop": Place(2)}


def member(name, **more):
    return Member(**{"id": name, "rig": "shop", "status": "open", **more})


def caravan(*members, **more):
    return Caravan(**{"id": "cv", "members": members, "launched": True, **more})


def test_ready_members_are_fed_as_far_as_there_is_room_the_most_urgent_first():
    found = plan([caravan(member("a"), member("b"), member("c", priority=0))], SHOP)
    assert found == [Feed("cv", "c"), Feed("cv", "a"), Skip("cv", "b", Why.FULL)]


def test_two_convoys_share_the_room_and_a_bead_of_both_is_fed_once():
    one = caravan(member("a"), member("b"), id="one")
    two = caravan(member("a"), member("c"), member("d"), id="two")
    found = plan([one, two], {"shop": Place(3)})
    assert [each for each in found if isinstance(each, Feed)] == [
        Feed("one", "a"), Feed("one", "b"), Feed("two", "a"), Feed("two", "c")
    ]  # fmt: skip
    assert Skip("two", "d", Why.FULL) in found


@pytest.mark.parametrize(
    "more",
    [
        {"status": "staged_ready"},
        {"status": "staged_warnings"},
        {"status": "closed"},
        {"paused": True},
        {"launched": False},
    ],
)
def test_what_is_staged_paused_or_was_not_launched_starts_nothing(more):
    assert plan([caravan(member("a"), **more)], SHOP) == []


@pytest.mark.parametrize(
    ("more", "why", "detail"),
    [
        ({"status": "", "problem": "gone"}, Why.UNKNOWN, "gone"),
        ({"status": "hooked", "assignee": "nux"}, Why.AT_WORK, "nux"),
        ({"rig": ""}, Why.TOWNS_OWN, ""),
        ({"type": "epic"}, Why.NO_WORK, "epic"),
        ({"type": "decision"}, Why.NO_WORK, "decision"),
        ({"status": "blocked"}, Why.BLOCKED, ""),
        ({"status": "blocked", "labels": ("mountain:skipped",)}, Why.SKIPPED, ""),
        ({"status": "deferred"}, Why.PUT_OFF, "deferred"),
        ({"status": "pinned"}, Why.PUT_OFF, "pinned"),
        ({"waits": True}, Why.WAITS, ""),
        ({"until": 9.0}, Why.PUT_OFF, ""),
        ({"assignee": "shop/crew/ann"}, Why.MEANT, "shop/crew/ann"),
        ({"scheduled": True}, Why.SCHEDULED, ""),
        ({"rig": "farm"}, Why.UNKNOWN, "the rig farm is not here"),
        ({"failures": 3}, Why.FAILED, "3 times"),
        ({"refusals": 3, "refused": "no"}, Why.REFUSED, "no"),
        ({"cool": 5.0}, Why.COOLING, ""),
        ({"rig": "depot"}, Why.OFF, "parked"),
    ],
)
def test_whoever_cannot_be_started_says_why(more, why, detail):
    places = {"shop": Place(9), "depot": Place(9, "parked")}
    found = plan([caravan(member("a", **more))], places)
    assert found[0] == Skip("cv", "a", why, detail)


def test_a_convoy_closes_when_all_are_closed_and_an_owned_one_is_its_owners_to_end():
    done = member("a", status="closed")
    assert plan([caravan(done, launched=False)], SHOP) == [Close("cv")]
    assert plan([caravan(done, owned=True)], SHOP) == [Ripe("cv")]
    assert plan([caravan()], SHOP) == []


def test_what_cannot_be_read_keeps_a_convoy_open():
    gone = member("b", status="", problem="there is no b")
    found = plan([caravan(member("a", status="closed"), gone, launched=False)], SHOP)
    assert found == []


def test_a_mountain_leaves_behind_what_failed_and_another_convoy_stalls():
    hopeless = member("a", failures=3)
    assert plan([caravan(hopeless, mountain=True)], SHOP) == [LeaveBehind("cv", "a", 3)]
    stuck = Skip("cv", "a", Why.FAILED, "3 times")
    assert plan([caravan(hopeless)], SHOP) == [stuck, Stalled("cv", (stuck,))]


def test_nothing_is_stalled_while_something_passes_or_a_rig_is_off():
    held = member("b", waits=True)
    for other in (
        member("a", status="in_progress"),
        member("a", scheduled=True),
        member("a", cool=5.0),
        member("a", until=5.0),
        member("a"),
    ):
        found = plan([caravan(other, held)], SHOP)
        assert not [each for each in found if isinstance(each, Stalled)]
    off = plan([caravan(member("a"), held)], {"shop": Place(9, "frozen")})
    assert off == [Skip("cv", "a", Why.OFF, "frozen"), Skip("cv", "b", Why.WAITS)]


def test_who_was_told_that_it_stalls_hears_that_it_goes_on():
    found = plan([caravan(member("a"), stalled=True)], SHOP)
    assert found == [Feed("cv", "a"), GoesOn("cv")]


def test_a_member_that_cools_is_looked_at_again_when_it_has():
    found = plan([caravan(member("a", cool=60.0), member("b", cool=20.0))], SHOP)
    assert found[-1] == Wait("cv", 20.0)


def test_a_synthesis_starts_although_its_convoy_was_not_launched():
    last = member("z", labels=("synthesis",))
    assert plan([caravan(last, member("a"), launched=False)], SHOP) == [Feed("cv", "z")]
    assert plan([caravan(last, launched=True, paused=True)], SHOP) == []


def test_what_waits_for_something_through_others_is_found():
    found = held_below(["a"], {"b": ["a"], "c": ["b", "x"], "d": ["x"], "e": ["c"]})
    assert found == {"b": "a", "c": "a", "e": "a"}


def test_an_epic_within_whose_parts_are_closed_is_closed():
    found = plan([caravan(member("a", waits=True), wholes=("e",))], SHOP)
    assert found == [Skip("cv", "a", Why.WAITS), Finish("cv", "e")]
    assert plan([caravan(member("a"), wholes=("e",), paused=True)], SHOP) == []
