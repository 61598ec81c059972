"""The postmaster's rounds: nothing that could not be delivered goes unseen."""

import pytest

from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Escalation, MessageType, Notifications
from gitgt.model.lifecycle import AgentStatus
from gitgt.model.mail.routing import ListKind
from gitgt.reactor.key import Key, Settled
from gitgt.roles.postmaster import PostmasterRole
from gitgt.services.agents import crew
from gitgt.services.mail import boxes, lists, nudges, nudging, queues, quiet, sending
from gitgt.services.mail.lists import Wish
from gitgt.services.mail.nudging import Fate, Nudged, Word
from gitgt.services.mail.sending import Letter
from tests.support.town import TESS

ANN, MAX = "shop/crew/ann", "shop/crew/max"


@pytest.fixture
def shop(town):
    made = town.rig()
    for name in ("ann", "max"):
        crew.add(town.town, made, name, TESS)
    return made


def goes_round(town, *names):
    role = PostmasterRole(town.town)
    return [role.reconcile(Key("postmaster", name)) for name in names or ("hq", "shop")]


def send(town, to, subject, sender="overseer", **letter):
    town.clock.advance()
    who = Actor.agent(sender) if "/" in sender else TESS
    wanted = Letter(subject=subject, **letter)
    return sending.send(town.town, wanted, [to], sender=sender, who=who)[0]


def nudge(town, to, text, sender="overseer", **word):
    town.clock.advance()
    who = Actor.agent(sender) if "/" in sender else TESS
    return nudging.nudge(town.town, [to], Word(text=text, **word), sender, who)


def leaves(town, shop, address):
    def decide(now):
        old = now.agent_at(address)
        return Change(f"{address} leaves", (old.replace(status=AgentStatus.RETIRED),))

    town.town.ledger_at(shop).transact(decide, TESS)


def calls(town, where=None):
    return [
        (str(each.severity), each.title, each.about)
        for each in town.ledger(where).all(Escalation)
    ]


def test_nothing_to_do_is_nothing_done(town, shop):
    send(town, ANN, "Look")
    before = town.ledger().commit
    assert goes_round(town) == [Settled(), Settled()]
    assert town.ledger().commit == before


def test_mail_for_who_has_left_is_told_to_its_sender_once_and_waits(town, shop):
    kept = send(town, ANN, "Look", sender=MAX)
    pressing = send(town, ANN, "Now", priority=0)
    leaves(town, shop, ANN)
    goes_round(town)
    goes_round(town)
    told = boxes.unread(town.ledger(), MAX)
    assert [(each.title, each.created_by, each.thread) for each in told] == [
        ("Undeliverable: Look", "postmaster", str(kept.id))
    ]
    assert [each.title for each in boxes.unread(town.ledger(), "overseer")] == [
        "Undeliverable: Now"
    ]
    assert calls(town) == [
        ("medium", f"{ANN} is not there for urgent mail: Now", str(pressing.id))
    ]
    assert [each.title for each in boxes.unread(town.ledger(), ANN)] == ["Look", "Now"]


def test_that_something_is_undeliverable_is_never_sent_back(town, shop):
    send(town, ANN, "Look", sender=MAX)
    leaves(town, shop, ANN)
    goes_round(town)
    leaves(town, shop, MAX)
    goes_round(town)
    goes_round(town)
    assert [each.recipient for each in boxes.unread(town.ledger(), MAX)] == [MAX]
    assert boxes.unread(town.ledger(), "postmaster") == []


def test_a_claim_of_who_has_left_comes_back(town, shop):
    lists.create(town.town, ListKind.QUEUE, "builds", Wish(), TESS)
    send(town, "builds", "Build it")
    queues.claim(town.town, "builds", ANN, Actor.agent(ANN))
    goes_round(town)
    assert lists.counts(town.town, "builds") == {"waiting": 0, "claimed": 1, "done": 0}
    leaves(town, shop, ANN)
    goes_round(town)
    assert lists.counts(town.town, "builds") == {"waiting": 1, "claimed": 0, "done": 0}


def test_help_that_is_asked_of_code_reaches_a_person(town, shop):
    asked = send(town, "shop/witness", "HELP: the tests hang", sender=ANN, body="Since noon.")
    send(town, "shop/refinery", "MERGED toast")
    loud = send(town, "deacon", "All is lost", message_type=MessageType.ESCALATION)
    goes_round(town)
    goes_round(town)
    assert calls(town, shop) == [("medium", f"{ANN}: HELP: the tests hang", str(asked.id))]
    assert calls(town) == [("high", "overseer: All is lost", str(loud.id))]
    assert boxes.of(town.ledger(), str(asked.id)).reader == "postmaster"
    assert [each.title for each in boxes.unread(town.ledger(), "shop/refinery")] == [
        "MERGED toast"
    ]


def test_whose_nudge_came_too_late_hears_of_it(town, shop):
    nudge(town, ANN, "hurry", sender=MAX)
    nudge(town, ANN, "hurry up", urgent=True)
    assert goes_round(town, "shop") == [Settled(again_in=1799)]
    town.clock.advance(1800)
    goes_round(town)
    waiting = [(each.to, each.text) for each in nudges.waiting(town.town, MAX)]
    assert waiting == [(MAX, f"{ANN} did not hear your nudge in time: hurry")]
    town.clock.advance(5400)
    goes_round(town)
    assert calls(town, shop) == [("medium", f"{ANN} could not be told in time: hurry up", ANN)]
    states = [(each.to, each.text, str(state)) for each, state in nudges.every(town.town)]
    assert states == [
        (ANN, "hurry", "expired"),
        (ANN, "hurry up", "expired"),
        (MAX, f"{ANN} did not hear your nudge in time: hurry", "expired"),
    ]


def test_who_wants_to_hear_nothing_is_nudged_by_force_alone(town, shop):
    assert quiet.set_level(town.town, ANN, Notifications.MUTED, TESS)
    assert not quiet.set_level(town.town, ANN, Notifications.MUTED, TESS)
    assert nudge(town, ANN, "hello") == [Nudged(ANN, Fate.MUTED)]
    assert nudge(town, ANN, "hello", force=True) == [Nudged(ANN, Fate.WAITS)]
    quiet.set_level(town.town, ANN, Notifications.NORMAL, TESS)
    assert town.ledger(shop).agent_at(ANN).notifications == ""
    assert quiet.level(town.town, "mayor") is Notifications.NORMAL
    assert quiet.set_level(town.town, "mayor", Notifications.VERBOSE, TESS)
    assert quiet.level(town.town, "mayor") is Notifications.VERBOSE
