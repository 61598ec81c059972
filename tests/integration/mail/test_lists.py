"""Groups, queues and channels."""

import pytest

from gitgt.errors import NotAllowedError, NotFoundError, RefusedError
from gitgt.model.actor import Actor
from gitgt.model.lifecycle import MessageStatus
from gitgt.model.mail.routing import ListKind
from gitgt.reactor.key import Key, Settled
from gitgt.roles.deacon import DeaconRole
from gitgt.services import quarantine
from gitgt.services.agents import crew
from gitgt.services.mail import boxes, lists, queues, retention, sending, steps
from gitgt.services.mail.lists import Wish
from gitgt.services.mail.sending import Letter
from tests.support.town import TESS

DEACON = Actor.role("deacon")
DESK = Actor.role("desk")
ANN, MAX = (Actor.agent(f"shop/crew/{name}") for name in ("ann", "max"))
DAY = 86_400


@pytest.fixture
def shop(town):
    made = town.rig()
    for name in ("ann", "max"):
        crew.add(town.town, made, name, TESS)
    return made


def send(town, to, subject, **letter):
    town.clock.advance()
    wanted = Letter(subject=subject, **letter)
    return sending.send(town.town, wanted, [to], sender="overseer", who=TESS)


def make(town, kind, name, **wish):
    return lists.create(town.town, kind, name, Wish(**wish), TESS)


def test_a_group_grows_shrinks_ends_and_comes_back(town, shop):
    assert make(town, ListKind.GROUP, "us", receivers=("shop/ann",)).fresh
    assert not make(town, ListKind.GROUP, "us", receivers=("shop/ann",)).fresh
    with pytest.raises(RefusedError, match="the group us is there already"):
        make(town, ListKind.GROUP, "us")
    lists.add(town.town, ListKind.GROUP, "us", "shop/crew/max", TESS)
    assert not lists.add(town.town, ListKind.GROUP, "us", "shop/crew/max", TESS).fresh
    assert lists.get(town.town, ListKind.GROUP, "us").receivers == ("shop/ann", "shop/crew/max")
    lists.remove(town.town, ListKind.GROUP, "us", "shop/max", TESS)
    assert lists.get(town.town, ListKind.GROUP, "us").receivers == ("shop/ann",)
    lists.close(town.town, ListKind.GROUP, "us", TESS)
    with pytest.raises(NotFoundError, match="there is no group 'us'"):
        lists.get(town.town, ListKind.GROUP, "us")
    with pytest.raises(NotFoundError):
        send(town, "us", "Look")
    assert make(town, ListKind.GROUP, "us", receivers=("mayor",)).fresh
    assert [each.title for each in lists.every(town.town, ListKind.GROUP)] == ["us"]


def test_a_group_is_never_in_itself(town, shop):
    make(town, ListKind.GROUP, "inner")
    make(town, ListKind.GROUP, "outer", receivers=("inner",))
    with pytest.raises(RefusedError, match="circle: inner -> outer -> inner"):
        lists.add(town.town, ListKind.GROUP, "inner", "outer", TESS)
    with pytest.raises(NotFoundError, match="nobody called 'shop/nobody'"):
        lists.add(town.town, ListKind.GROUP, "inner", "shop/nobody", TESS)


def test_of_a_queue_each_message_has_one_claimant(town, shop):
    make(town, ListKind.QUEUE, "builds")
    first, second = (send(town, "builds", word)[0] for word in ("first", "second"))
    assert queues.claim(town.town, "builds", ANN.address, ANN).id == first.id
    assert queues.claim(town.town, "", MAX.address, MAX).id == second.id
    assert queues.claim(town.town, "builds", ANN.address, ANN) is None
    assert lists.counts(town.town, "builds") == {"waiting": 0, "claimed": 2, "done": 0}
    with pytest.raises(NotAllowedError, match="is not yours: it lies with shop/crew/ann"):
        steps.archive(town.town, [first.id], MAX, MAX.address)
    steps.unread(town.town, [first.id], ANN, ANN.address)
    assert queues.claim(town.town, "builds", MAX.address, MAX).id == first.id
    steps.archive(town.town, [first.id, second.id], MAX, MAX.address)
    assert lists.counts(town.town, "builds") == {"waiting": 0, "claimed": 0, "done": 2}
    lists.close(town.town, ListKind.QUEUE, "builds", TESS)


def test_a_queue_is_for_those_whom_it_names_and_may_go_by_urgency(town, shop):
    make(town, ListKind.QUEUE, "builds", receivers=("shop/ann", "@polecats"), order="priority")
    for word, priority in (("later", 3), ("now", 0), ("soon", 1)):
        send(town, "queue:builds", word, priority=priority)
    with pytest.raises(NotAllowedError, match="shop/crew/max may not claim from builds"):
        queues.claim(town.town, "builds", MAX.address, MAX)
    assert queues.claim(town.town, "", MAX.address, MAX) is None
    titles = [queues.claim(town.town, "builds", ANN.address, ANN).title for _ in range(3)]
    assert titles == ["now", "soon", "later"]
    with pytest.raises(RefusedError, match="the queue builds holds 3 that nobody is done with"):
        lists.close(town.town, ListKind.QUEUE, "builds", TESS)


def test_what_the_gone_had_claimed_comes_back(town, shop):
    make(town, ListKind.QUEUE, "builds")
    (made,) = send(town, "builds", "first")
    assert queues.release_lost(town.town, {made.id}, DEACON) == []
    queues.claim(town.town, "builds", ANN.address, ANN)
    (back,) = queues.release_lost(town.town, {made.id}, DEACON)
    assert (back.status, back.reader) == (MessageStatus.UNREAD, "")


def test_a_channel_tells_its_subscribers_and_keeps_what_it_told(town, shop):
    make(town, ListKind.CHANNEL, "news", retain_count=20)
    lists.add(town.town, ListKind.CHANNEL, "news", "shop/crew/ann", TESS)
    for number in range(25):
        send(town, "news", f"news {number}")
    held = boxes.inbox(town.ledger(), "channel:news")
    assert len(held) == 21  # a tenth too much is let be for now
    assert len(boxes.unread(town.ledger(), ANN.address)) == 25
    retention.sweep(town.town, DEACON)
    held = boxes.inbox(town.ledger(), "channel:news")
    assert [each.title for each in held] == [f"news {n}" for n in range(24, 4, -1)]


def test_a_channel_forgets_what_is_old_but_not_what_is_pinned(town, shop):
    make(town, ListKind.CHANNEL, "news", retain_hours=2)
    send(town, "news", "pinned", labels=("pinned",))
    send(town, "news", "old")
    town.clock.advance(2 * 3600)
    send(town, "news", "new")
    retention.sweep(town.town, DEACON)
    held = boxes.inbox(town.ledger(), "channel:news")
    assert [each.title for each in held] == ["new", "pinned"]


def test_what_is_archived_leaves_the_ledger_and_stays_in_its_history(town, shop):
    (kept,) = send(town, "mayor", "kept", labels=("permanent",))
    (made,) = send(town, "mayor", "gone")
    (live,) = send(town, "mayor", "unread")
    steps.archive(town.town, [kept.id, made.id], TESS, "mayor")
    quarantine.put_back(town.town, None, DESK)  # all of it was seen
    at = town.clock()
    assert retention.sweep(town.town, DEACON) == at + 7 * DAY
    assert town.ledger().find(made.id) is not None
    before = town.ledger().commit
    town.clock.advance(7 * DAY)
    assert retention.sweep(town.town, DEACON) is None
    now = town.ledger()
    assert [now.find(each.id) is not None for each in (kept, made, live)] == [True, False, True]
    assert town.ledger().find(made.id) is None
    assert town.town.ledger.snapshot(before).find(made.id).title == "gone"
    assert quarantine.put_back(town.town, None, DESK) == []
    assert town.ledger().find(made.id) is None
    assert retention.sweep(town.town, DEACON) is None


def test_nobody_else_lets_a_message_go(town, shop):
    from gitgt.ledger.transact import Change

    (made,) = send(town, "mayor", "here")
    with pytest.raises(RefusedError, match="is deleted, and what it says with it"):
        town.town.ledger.transact(lambda _: Change("x", gone=(made,)), DEACON)
    (done,) = steps.archive(town.town, [made.id], TESS, "mayor")
    with pytest.raises(RefusedError, match="is deleted, and what it says with it"):
        town.town.ledger.transact(lambda _: Change("x", gone=(done.message,)), TESS)


def test_the_deacon_looks_after_old_mail_now_and_then(town, shop):
    (made,) = send(town, "mayor", "gone")
    (later,) = send(town, "mayor", "later")
    role, key = DeaconRole(town.town), Key("deacon", "hq")
    assert role.reconcile(key) == Settled()
    steps.archive(town.town, [made.id], TESS, "mayor", reason=steps.DELETED)
    role.reconcile(key)
    assert town.ledger().find(made.id) is not None
    steps.archive(town.town, [later.id], TESS, "mayor")
    town.clock.advance(600)
    assert role.reconcile(key) == Settled(again_in=7 * DAY - 600)
    assert town.ledger().find(made.id) is None
