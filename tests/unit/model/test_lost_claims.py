from gitgt.model.documents import Agent
from gitgt.model.lost_claims import calls
from gitgt.model.merge import Side
from tests.support.documents import NOW, bead, fresh

ADA = bead(status="hooked", assignee="ada")
BOB = bead(status="in_progress", assignee="bob")
CLOSED = bead(status="closed", outcome="success", closed_by="bob", closed_at=NOW)


def told(base, one, two, now):
    """Return the titles of the calls when ada's *one* and bob's *two* met and made *now*."""
    sides = Side(one, 1, "ada"), Side(two, 2, "bob")
    found = list(calls(base, sides, now, at=NOW))
    assert found == [*calls(base, sides[::-1], now, at=NOW)][::-1]
    return [each.title for each in found]


def test_who_lost_a_claim_is_told_who_has_it():
    assert told(bead(), ADA, BOB, ADA) == [
        "gt-abc12 is not bob's: ada claimed it first, in another clone"
    ]
    assert told(bead(), ADA, CLOSED, CLOSED) == [
        "gt-abc12 is not ada's: bob closed it, in another clone"
    ]


def test_two_claims_that_a_third_beat_are_two_calls():
    assert len(told(bead(), ADA, BOB, bead(status="hooked", assignee="zoe"))) == 2


def test_nobody_is_told_what_they_did_or_knew():
    assert told(bead(), BOB, CLOSED, CLOSED) == []
    assert told(ADA, ADA, BOB, BOB) == []
    assert told(bead(), ADA, bead(title="Push again"), ADA) == []
    assert told(None, ADA, None, ADA) == []
    agent = fresh(Agent, id="gt-toast", title="shop/polecats/toast")
    assert told(agent, agent, agent, agent) == []


def test_a_claim_that_is_lost_again_is_a_call_again():
    ids = {
        each.id
        for clock in (2, 2, 9)
        for each in calls(bead(), (Side(ADA, 1, "ada"), Side(BOB, clock, "bob")), ADA, at=NOW)
    }
    assert len(ids) == 2
