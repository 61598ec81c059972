"""Mail on a full disk, and in two clones of one town; what the town's roles write."""

import contextlib

import pytest

from gitgt.errors import EnvironmentProblemError, GtError
from gitgt.model.actor import Actor
from gitgt.model.documents import MessageType
from gitgt.model.lifecycle import MessageStatus
from gitgt.model.mail.routing import ListKind
from gitgt.services import sync
from gitgt.services.agents import crew
from gitgt.services.convoy import convoys, ending
from gitgt.services.mail import boxes, delivery, lists, nudges, queues, sending, steps
from gitgt.services.mail.lists import Wish
from gitgt.services.mail.sending import Letter
from gitgt.services.town import Town
from tests.support.checkout import Checkout
from tests.support.little_room import on_a_disk_of
from tests.support.town import TESS, TownBuilder

ANN, MAX = "shop/crew/ann", "shop/crew/max"


def send(town, to, subject, sender="overseer"):
    letter = Letter(subject=subject, message_type=MessageType.TASK)
    (made,) = sending.send(town, letter, [to], sender=sender, who=TESS)
    return made


def unread(town, address):
    return [each.title for each in boxes.unread(town.ledger.snapshot(), address)]


def fill(path):
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)


def test_on_a_full_disk_nothing_is_lost_and_nothing_is_half_sent(tmp_path):
    def story():
        builder = TownBuilder(tmp_path / "disk").watched()
        town = builder.town
        send(town, "mayor", "before")
        filler = tmp_path / "disk" / "filler"
        fill(filler)
        with pytest.raises(GtError):
            send(town, "mayor", "too much")
        with pytest.raises(EnvironmentProblemError):
            nudges.queue(town, "mayor", "overseer", "too much", urgent=False, after=0.0)
        assert "before" in delivery.waiting(town, "mayor", "s1").text
        filler.unlink()
        assert unread(town, "mayor") == ["before"]
        builder.clock.advance()
        send(town, "mayor", "after")
        assert unread(town, "mayor") == ["before", "after"]
        builder.close()

    on_a_disk_of(24, tmp_path / "disk", story)


def meets(town, other):
    Checkout(town.root).git("fetch", "-q", str(other.root), "+beads:refs/gt/theirs/beads")
    sync.take_in(town.ledger, town.repository.ref("refs/gt/theirs/beads"))


def test_two_clones_that_both_send_and_read_merge(town, tmp_path):
    here = town.town
    town.rig()
    lists.create(here, ListKind.QUEUE, "builds", Wish(), TESS)
    lists.create(here, ListKind.GROUP, "us", Wish(receivers=("mayor",)), TESS)
    shared = send(here, "mayor", "shared")
    work = send(here, "builds", "work")
    there = cloned(town, tmp_path)

    send(here, "mayor", "from here")
    steps.read(here, [shared.id], TESS, "mayor")
    lists.add(here, ListKind.GROUP, "us", "deacon", TESS)
    first = queues.claim(here, "builds", "deacon", Actor.role("deacon"))
    town.clock.advance()
    send(there, "mayor", "from there")
    steps.archive(there, [shared.id], TESS, "mayor")
    lists.add(there, ListKind.GROUP, "us", "overseer", TESS)
    send(there, "deacon", "one more, so that it is later there")
    queues.claim(there, "builds", "mayor", Actor.agent("mayor"))

    meets(here, there)
    now = here.ledger.snapshot()
    assert sorted(unread(here, "mayor")) == ["from here", "from there"]
    assert boxes.of(now, shared.id).status is MessageStatus.ARCHIVED
    assert boxes.of(now, work.id).reader == first.reader == "deacon"
    assert lists.get(here, ListKind.GROUP, "us").receivers == ("deacon", "mayor", "overseer")


def cloned(town, tmp_path):
    path = tmp_path / "another"
    Checkout(tmp_path).git("clone", "-q", str(town.town.root), str(path))
    Checkout(path).git("branch", "-q", "beads", "origin/beads")
    return Town(path, town.clock)


def test_who_owns_a_convoy_hears_that_it_has_landed(town):
    shop = town.rig()
    crew.add(town.town, shop, "ann", TESS)
    bead = town.bead(shop, "Paint it")
    owned = convoys.create(town.town, "Paint all", [bead.id], TESS, owner=ANN)
    other = convoys.create(town.town, "Nobody's", [bead.id], TESS)
    from gitgt.model.documents import Outcome
    from gitgt.services import beads

    beads.close(town.town, bead.id, TESS, outcome=Outcome.CANCELLED, reason="no")
    done = ending.refresh(town.town, Actor.role("convoys"))
    ending.refresh(town.town, Actor.role("convoys"))
    assert {each.id for each in done} == {owned.id, other.id}
    now = town.ledger()
    assert [(each.title, each.created_by) for each in boxes.unread(now, ANN)] == [
        (f"Convoy {owned.id} has landed: Paint all", "convoys")
    ]
    assert len(now.rows(kind="message")) == 1
