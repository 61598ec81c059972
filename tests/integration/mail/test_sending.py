"""Mail is sent: whom it reaches, what the ledger says, what is refused."""

import pytest

from gitgt.errors import NotAllowedError, NotFoundError, RefusedError
from gitgt.model.actor import Actor
from gitgt.model.documents import MessageType
from gitgt.model.lifecycle import MessageStatus
from gitgt.model.mail.routing import ListKind
from gitgt.services.agents import crew
from gitgt.services.mail import boxes, lists, sending, steps
from gitgt.services.mail.lists import Wish
from gitgt.services.mail.sending import Letter
from tests.support.town import TESS

ANN = Actor.agent("shop/crew/ann")


@pytest.fixture
def shop(town):
    made = town.rig()
    for name in ("ann", "max"):
        crew.add(town.town, made, name, TESS)
    return made


def sent(town, *to, sender="overseer", who=TESS, cc=(), **letter):
    town.clock.advance(0.25)
    letter = Letter(**{"subject": "Look", "body": "The tests are red.", **letter})
    return sending.send(town.town, letter, to, sender=sender, who=who, cc=cc)


def box(town, address, **more):
    return [
        (each.title, each.created_by, str(each.status))
        for each in boxes.inbox(town.ledger(), address, **more)
    ]


def test_a_message_lies_in_its_box_and_in_the_history(town, shop):
    (made,) = sent(town, "shop/ann", priority=1)
    assert box(town, "shop/crew/ann") == [("Look", "overseer", "unread")]
    assert made.fields() == {
        "id": made.id,
        "type": "message",
        "title": "Look",
        "status": "unread",
        "priority": 1,
        "recipient": "shop/crew/ann",
        "created_at": "2026-11-22T14:30:00.250Z",
        "created_by": "overseer",
        "description": "The tests are red.",
    }
    said = town.town.repository.message_of(town.ledger().commit).splitlines()[0]
    assert said == "mail from overseer to shop/crew/ann: Look"


def test_many_get_one_copy_each_in_one_commit(town, shop):
    lists.create(town.town, ListKind.GROUP, "all", Wish(receivers=("@crew", "mayor")), TESS)
    before = town.ledger().commit
    made = sent(town, "all", "shop/max", "@crew/shop", cc=("deacon", "mayor"))
    assert sorted(each.recipient for each in made) == [
        "deacon", "mayor", "shop/crew/ann", "shop/crew/max",
    ]  # fmt: skip
    assert {each.cc for each in made} == {("deacon",)}
    assert len({each.thread or str(each.id) for each in made}) == 1
    assert town.town.repository.parents_of(town.ledger().commit) == (before,)


def test_who_writes_to_many_does_not_write_to_themselves(town, shop):
    made = sent(town, "@crew/shop", sender="shop/crew/ann", who=ANN)
    assert [each.recipient for each in made] == ["shop/crew/max"]
    (own,) = sent(town, "shop/ann", sender="shop/crew/ann", who=ANN)
    assert own.recipient == "shop/crew/ann"


def test_a_word_that_leads_nowhere_sends_nothing(town, shop):
    with pytest.raises(NotFoundError) as caught:
        sent(town, "mayor", "shop/crew/anne")
    assert caught.value.message == "there is nobody called 'shop/crew/anne'"
    assert caught.value.hint == "perhaps shop/crew/ann, shop/crew/max, shop/refinery"
    with pytest.raises(NotAllowedError):
        sent(town, "mayor", who=ANN)
    with pytest.raises(RefusedError, match="70000 bytes are too many"):
        sent(town, "mayor", body="x" * 70_000)
    with pytest.raises(RefusedError, match="needs a subject"):
        sent(town, "mayor", subject=" \n ")
    lists.create(town.town, ListKind.GROUP, "none", Wish(), TESS)
    with pytest.raises(RefusedError, match="nobody would get it: none has no receivers"):
        sent(town, "none")
    assert [each.title for each in town.ledger().rows(kind="message")] == []


def test_hostile_words_are_spelled_out(town, shop):
    (made,) = sent(
        town, "mayor", subject="a\x1b[2J\nb\u202e", body="\x00</system>\r\n\ttab\ud800 end  \n"
    )
    assert made.title == "a\\x1b[2J b\\u202e"
    assert made.description == "\\x00</system>\n\ttab\\ud800 end"
    assert boxes.unread(town.ledger(), "mayor") == [made]


def test_a_conversation_is_seen_once_by_each(town, shop):
    first, other = sent(town, "@crew/shop")
    mine = next(each for each in (first, other) if each.recipient == "shop/crew/ann")
    town.clock.advance()
    sent(
        town, "overseer", sender="shop/crew/ann", who=ANN, subject="Re: Look",
        message_type=MessageType.REPLY, thread=mine.thread or str(mine.id),
        reply_to=str(mine.id),
    )  # fmt: skip
    for name, address in ((mine.id, "shop/crew/ann"), (other.id, "shop/crew/max")):
        found = boxes.thread(town.town, str(name), address)
        assert [(each.title, each.recipient) for each in found] == [
            ("Look", address),
            ("Re: Look", "overseer"),
        ]


def test_a_message_is_read_put_back_and_archived(town, shop):
    (made,) = sent(town, "shop/ann")
    town.clock.advance()
    (done,) = steps.read(town.town, [made.id], ANN, ANN.address)
    assert done.fresh
    assert (done.message.reader, done.message.read_at) == (ANN.address, "2026-11-22T14:30:01Z")
    (again,) = steps.read(town.town, [made.id], ANN, ANN.address)
    assert (again.fresh, again.message) == (False, done.message)
    (back,) = steps.unread(town.town, [made.id], ANN, ANN.address)
    assert back.message == made
    (gone,) = steps.archive(town.town, [made.id], ANN, ANN.address, reason="done")
    assert gone.message.status is MessageStatus.ARCHIVED
    assert box(town, "shop/crew/ann") == []
    assert box(town, "shop/crew/ann", status=tuple(MessageStatus)) == [
        ("Look", "overseer", "archived")
    ]


def test_an_agent_keeps_out_of_others_boxes(town, shop):
    (made,) = sent(town, "shop/max")
    with pytest.raises(NotAllowedError, match="is not yours: it lies with shop/crew/max"):
        steps.read(town.town, [made.id], ANN, ANN.address)
    with pytest.raises(NotAllowedError):
        steps.archive(town.town, [made.id], ANN, "shop/crew/max")
    (done,) = steps.archive(town.town, [made.id], TESS, "shop/crew/max")
    assert done.fresh


def test_boxes_are_searched(town, shop):
    sent(town, "mayor", subject="Red tests", body="in prices.txt")
    sent(town, "mayor", subject="Hello", body="all is well", sender="shop/crew/ann", who=ANN)

    def found(**wanted):
        wish = boxes.Search(**wanted)
        return [each.title for each in boxes.search(town.ledger(), "mayor", wish)]

    assert found(text="red|well") == ["Hello", "Red tests"]
    assert found(text="red|well", in_body=False) == ["Red tests"]
    assert found(text="prices", in_subject=False) == ["Red tests"]
    assert found(sender="shop/crew/ann") == ["Hello"]
    with pytest.raises(RefusedError, match="is no pattern"):
        found(text="(")


def test_messages_are_named_by_id_beginning_or_number(town, shop):
    (one,) = sent(town, "mayor", subject="one")
    town.clock.advance()
    (two,) = sent(town, "mayor", subject="two")
    assert boxes.find(town.town, "1", "mayor") == two
    assert boxes.find(town.town, "2", "mayor") == one
    assert boxes.find(town.town, str(one.id)) == one
    assert boxes.find(town.town, str(one.id).removeprefix("hq-ms-")[:4]) == one
    with pytest.raises(NotFoundError, match="mayor has no message 3; there are 2"):
        boxes.find(town.town, "3", "mayor")
    with pytest.raises(NotFoundError, match="sh-abc12 is no message"):
        boxes.find(town.town, "sh-abc12")
