"""What changes between a look at the queue and what is done about it."""

from __future__ import annotations

import pytest

from gitgt.errors import LedgerConflictError
from gitgt.services.queue import merge_queue
from gitgt.services.queue.merge_queue import Target
from tests.support.shop import Shop, file


@pytest.fixture
def shop(town):
    return Shop(town, town.rig())


def seen(town, shop, bead):
    """Return where the target stands, and the request of a bead."""
    return town.repo(shop.rig).git("rev-parse", "main"), town.request(town.now(bead))


def test_what_was_empty_and_is_handed_in_anew_is_not_closed(town, shop):
    bead = shop.ask("a", {})
    base, empty = seen(town, shop, bead)
    shop.again(bead, "a", file("a"))
    merge_queue.skip(town.town, Target(shop.rig, "main"), base, empty)
    assert shop.status(bead) == ["queued"]
    town.settle()
    assert (shop.landed, town.now(bead).status) == (["a"], "closed")


def test_what_the_target_had_is_not_closed_once_it_has_it_no_more(town, shop):
    bead = shop.ask("a", file("a"))
    repo = town.repo(shop.rig)
    before = repo.git("rev-parse", "main")
    repo.git("update-ref", "refs/heads/main", town.request(town.now(bead)).head)
    base, there = seen(town, shop, bead)
    repo.git("update-ref", "refs/heads/main", before)
    with pytest.raises(LedgerConflictError):
        merge_queue.skip(town.town, Target(shop.rig, "main"), base, there)
    town.settle()
    assert (shop.landed, town.now(bead).status) == (["a"], "closed")
