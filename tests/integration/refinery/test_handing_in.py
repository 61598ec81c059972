"""A branch is handed in from wherever one stands, and found again in the list."""

from __future__ import annotations

import pytest

from gitgt.errors import NotFoundError, RefusedError
from gitgt.services.queue import depending, handing_in, queue_view
from gitgt.services.queue.handing_in import Wish
from gitgt.services.queue.queue_view import Wanted
from tests.support.shop import Shop, file
from tests.support.town import TESS


@pytest.fixture
def shop(town):
    return Shop(town, town.rig())


def branch(shop, name, message="Work"):
    """Stand on a branch of that name with one commit."""
    shop.work.git("switch", "-q", "-C", name, "main")
    shop.work.write(f"{name.replace('/', '-')}.txt", "fine\n")
    shop.work.git("add", "-A")
    shop.work.git("commit", "-q", "-m", message)
    return shop.work.head


def hand_in(shop, **wish):
    return handing_in.ask(shop.town.town, shop.rig, shop.work.path, Wish(**wish), TESS)


def refusal(shop, **wish):
    with pytest.raises(RefusedError) as caught:
        hand_in(shop, **wish)
    return caught.value.message


def test_whose_work_it_is_follows_from_the_branchs_name(town, shop):
    bead = town.bead(shop.rig, "Say it")
    head = branch(shop, f"max/{bead.id}-again")
    request, fresh = hand_in(shop)
    assert (request.source, request.head, fresh) == (bead.id, head, True)
    assert hand_in(shop) == (request, False)
    town.settle()
    assert town.now(bead).status == "closed"


def test_or_from_what_its_commits_close_or_from_who_asked_before(town, shop):
    bead = town.bead(shop.rig, "Say it")
    branch(shop, "max/says", f"Say it\n\nCloses: {bead.id}")
    request, _ = hand_in(shop)
    assert (request.source, request.revision) == (bead.id, 1)
    shop.work.commit("more.txt", "more\n")
    again, fresh = hand_in(shop)
    assert (again.id, again.revision, fresh) == (request.id, 2, True)


def test_what_nobody_can_tell_is_asked_for(town, shop):
    bead = town.bead(shop.rig, "Say it")
    branch(shop, "max/says")
    assert refusal(shop) == "nobody can tell which bead max/says is for"
    assert refusal(shop, branch="main") == "main is no branch with work"
    assert refusal(shop, branch="gone") == "shop has no branch 'gone'"
    assert hand_in(shop, bead=bead.id)[1]
    other = town.bead(shop.rig, "Another")
    assert " is asked for already: " in refusal(shop, bead=other.id)
    shop.work.git("switch", "-q", "--detach")
    assert refusal(shop) == "which branch? none is checked out here"


def test_what_else_is_wished_is_written_down_and_may_be_wished_later(town, shop):
    town.repo(shop.rig).git("branch", "dev", "main")
    first = shop.ask("first", file("a"))
    name = town.request(town.now(first)).id
    bead = town.bead(shop.rig, "Say it")
    branch(shop, "max/says")
    request, _ = hand_in(shop, bead=bead.id, target="dev", priority=1, after=(name,))
    assert (request.target, request.priority, depending.waits(town.town, request)) == (
        "dev", 1, [name]
    )  # fmt: skip
    again, fresh = hand_in(shop, priority=3)
    assert (again.id, again.revision, again.priority, fresh) == (request.id, 1, 3, True)
    assert refusal(shop, target="beads") == (
        "beads holds the beads of shop: no code lands there"
    )
    town.gate(shop.rig, "true")
    town.settle()
    assert town.repo(shop.rig).git("show", "dev:max-says.txt") == "fine"
    assert town.now(bead).status == "closed"


def test_a_list_can_be_cut_down(town, shop):
    epic = town.bead(shop.rig, "All of it", type="epic")
    part = shop.ask("part", file("a"), parent=str(epic.id))
    other = shop.ask("other", file("b"))
    shop.work.git("branch", "-D", f"crew/tess-{other}")

    def names(**wanted):
        seen = queue_view.of(town.town, shop.rig)
        return [each.request.source for each in queue_view.chosen(
            town.town, seen, Wanted(**wanted)
        )]  # fmt: skip

    assert names() == [part, other]
    assert names(epic=str(epic.id)) == [part]
    assert names(worker="tess") == names(worker="shop/crew/tess") == [part, other]
    assert names(worker="max") == names(statuses=("rejected",)) == []
    assert names(ready=True, statuses=("queued",)) == [part, other]
    with pytest.raises(NotFoundError):
        names(epic="sh-none0")
    seen = queue_view.of(town.town, shop.rig)
    [(name, said)] = queue_view.astray(town.town, seen).items()
    request = town.request(town.now(other))
    assert (name, said) == (
        request.id,
        f"{request.branch} is gone; {request.head[:12]} is kept",
    )
