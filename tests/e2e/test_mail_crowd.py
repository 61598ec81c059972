"""Ten thousand messages, and receivers that are killed at random: each is processed once."""

import os
import random
import signal
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Message, MessageType
from gitgt.model.ids import TOWN_PREFIX
from gitgt.model.lifecycle import MessageStatus
from gitgt.model.mail.routing import ListKind
from gitgt.services.mail import boxes, lists, sending, steps
from gitgt.services.mail.lists import Wish
from gitgt.services.mail.sending import Letter
from gitgt.services.sling import new_agent
from gitgt.services.town import Town
from tests.support.town import TESS, TownBuilder

AGENTS = 100
LETTERS = 100
BATCH = 50
LANES = 2  # two receivers of each box, at the same time
KILLS = 30


SWIFT = Path("/dev/shm")  # where there is one: the story is about processes, not about disks


@pytest.fixture
def town(tmp_path):
    where = SWIFT if os.access(SWIFT, os.W_OK) else tmp_path
    with tempfile.TemporaryDirectory(dir=where) as folder:
        builder = TownBuilder(Path(folder)).watched()
        yield builder
        builder.close()


@pytest.fixture
def receivers(town):
    """Who receives now; whatever happens, nobody goes on."""
    running = []
    yield running
    for child, _ in running:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def names():
    return [f"shop/crew/a{number:02}" for number in range(AGENTS)]


def settled(town, shop):
    """Everybody is there, and has a hundred letters."""
    agents = tuple(new_agent(town.town, shop, each, "crew", TESS) for each in names())
    ledger = town.town.ledger_at(shop)
    ledger.transact(lambda _: Change("a hundred agents join", agents), TESS)
    lists.create(town.town, ListKind.GROUP, "all", Wish(receivers=("@crew/shop",)), TESS)
    for number in range(LETTERS):
        town.clock.advance(0.01)
        letter = Letter(subject=f"task {number}", message_type=MessageType.TASK)
        sending.send(town.town, letter, ["all"], sender="overseer", who=TESS)


def account(town, now, fresh, agent):
    """What a receiver does about messages: it says which, and anybody can count that."""
    name = town.new_id(TOWN_PREFIX, "ms")
    while now.find(name) is not None:
        name = town.new_id(TOWN_PREFIX, "ms")
    return Message(
        id=name, type="message", title="done", status=MessageStatus.UNREAD,
        recipient="overseer", message_type=MessageType.REPLY, created_at=town.now(),
        created_by=agent, description=" ".join(str(each.id) for each in fresh),
    )  # fmt: skip


def receives(root, lane, say):
    """Process all boxes, beginning somewhere; say after each batch that there was one."""
    town = Town(root)
    order = names()
    random.Random(lane).shuffle(order)
    for agent in order:
        me = Actor.agent(agent)
        while waiting := boxes.unread_rows(town.ledger.snapshot(), agent)[:BATCH]:
            ids = [each.id for each in waiting]

            def along(now, fresh, agent=agent):
                return [account(town, now, fresh, agent)]

            steps.archive(town, ids, me, agent, along=along)
            os.write(say, b".")


def started(root, lane):
    """A receiver in a process of its own, and where it says how it gets on."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        code = 1
        try:
            receives(root, lane, writer)
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    return child, reader


def test_each_of_ten_thousand_is_processed_once(town, receivers):
    shop = town.rig()
    settled(town, shop)
    sent = {row.id for row in town.ledger().rows(kind="message")}
    assert len(sent) == AGENTS * LETTERS

    dice = random.Random(7)
    receivers += [started(town.town.root, lane) for lane in range(LANES)]
    for number in range(KILLS):
        child, reader = receivers.pop(dice.randrange(LANES))
        for _ in range(dice.randint(1, 5)):
            os.read(reader, 1)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reader)
        receivers.append(started(town.town.root, LANES + number))
    while receivers:
        child, reader = receivers[-1]
        while os.read(reader, 1000):
            pass
        os.close(reader)
        receivers.pop()
        assert os.waitpid(child, 0)[1] == 0

    now = town.ledger()
    statuses = Counter(row.status for row in now.rows(kind="message") if row.id in sent)
    assert statuses == {"archived": len(sent)}
    done = [each.description.split() for each in boxes.inbox(now, "overseer")]
    processed = Counter(name for names in done for name in names)
    assert set(processed) == sent
    assert set(processed.values()) == {1}
