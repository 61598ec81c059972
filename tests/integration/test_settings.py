"""Settings are commits: one at a time, all or nothing, and made by people."""

import shlex
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from gitgt.errors import GitFailedError, NotAllowedError, NotFoundError, RefusedError
from gitgt.model.actor import Actor, Standing
from gitgt.services import rig
from gitgt.services.gates import gate
from gitgt.services.rig import Wanted
from gitgt.services.sessions import runtimes
from tests.support.checkout import Checkout
from tests.support.commandline import gt
from tests.support.town import TESS

AGENT = Actor.agent("shop/polecats/obsidian")
NOBODY = Actor("", "nobody@example.com", Standing.PERSON)  # git refuses an empty name


@pytest.fixture
def shop(town):
    return town.rig(gate=None)


@pytest.fixture
def office(town):
    return Checkout(town.town.root)


def test_of_many_changes_at_once_none_is_lost(town, shop, office):
    with ThreadPoolExecutor(4) as people:
        done = people.map(
            lambda n: gate.add(town.town, shop, f"g{n}", ["true"], TESS, timeout=None), range(8)
        )
    assert list(done) == [True] * 8
    assert sorted(each.name for each in gate.gates(town.town, shop)) == [
        f"g{n}" for n in range(8)
    ]
    assert office.git("status", "--porcelain") == ""


def test_of_two_rigs_that_want_one_prefix_one_is_made_and_nothing_of_the_other(town, shop):
    def add(name):
        try:
            return rig.add(town.town, Wanted(name, shop.origin, prefix="same"), TESS)[0].name
        except RefusedError as error:
            return error.message.partition(" by ")[0]

    with ThreadPoolExecutor(2) as people:
        said = sorted(people.map(add, ["one", "two"]))

    [made, refused] = sorted(said, key=lambda each: each not in ("one", "two"))
    assert refused == "the prefix 'same' is taken"
    assert set(town.town.rigs()) == {"shop", made}
    assert [name for name in ("one", "two") if (town.town.root / name).exists()] == [made]


def test_what_cannot_be_committed_is_taken_back(town, shop, office):
    with pytest.raises(GitFailedError, match="empty ident name"):
        gate.add(town.town, shop, "check", ["true"], NOBODY, timeout=None)
    assert gate.gates(town.town, shop) == ()
    assert office.git("status", "--porcelain") == ""
    gate.add(town.town, shop, "check", ["true"], TESS, timeout=None)


@pytest.mark.parametrize(
    "wish",
    [
        lambda town, shop: gate.add(town, shop, "check", ["true"], AGENT, timeout=None),
        lambda town, _: runtimes.define(town, "script", "true", AGENT, prompt="none"),
        lambda town, shop: rig.share(town, shop.name, AGENT),
        lambda town, shop: rig.add(town, Wanted("mine", shop.origin), AGENT),
    ],
    ids=("gate", "runtime", "share", "rig"),
)
def test_no_agent_changes_what_it_is_held_to(town, shop, office, wish):
    before = office.head
    with pytest.raises(NotAllowedError) as refused:
        wish(town.town, shop)
    assert refused.value.message == (
        "shop/polecats/obsidian is an agent, and settings are for people"
    )
    assert office.head == before
    assert not (town.town.root / "mine").exists()


def test_a_desk_that_was_deleted_comes_back_as_it_was(town, shop):
    town.bead(shop, "Sell pears")
    shutil.rmtree(shop.desk)

    assert rig.add(town.town, Wanted("shop", shop.origin), TESS) == (shop, True)
    town.settle()
    assert len([*(shop.desk / "items").rglob("*.yaml")]) == 1
    assert rig.add(town.town, Wanted("shop", shop.origin), TESS) == (shop, False)


def test_a_ledger_that_was_deleted_is_not_begun_anew(town, shop):
    town.repo(shop).git("update-ref", "-d", "refs/heads/beads")

    with pytest.raises(NotFoundError) as told:
        rig.add(town.town, Wanted("shop", shop.origin), TESS)
    assert told.value.message == f"{shop.repository_path} has no ledger (refs/heads/beads)"
    town.repo(shop).git(*shlex.split(told.value.hint)[3:])
    assert rig.add(town.town, Wanted("shop", shop.origin), TESS) == (shop, False)


def test_a_ledger_that_was_deleted_stops_no_other_rig(town, shop):
    toys = town.rig("toys")
    doll = town.bead(toys, "Sell dolls")
    town.repo(shop).git("update-ref", "-d", "refs/heads/beads")
    town.close()

    seen = gt("status", cwd=town.town.root)
    told = gt("bead", "list", cwd=town.town.root)

    assert (seen.code, seen.stderr) == (0, "")
    assert "\nshop  its ledger is lost: git -C " in seen.stdout
    assert "\ntoys  main " in seen.stdout
    assert told.code == 0
    assert told.stdout.startswith(str(doll.id))
    assert told.stderr == (
        "gt: the ledger of shop is lost\nhint: git gt status says how it comes back\n"
    )


def test_down_tells_what_it_ended_also_where_a_ledger_is_lost(town, shop):
    town.repo(shop).git("update-ref", "-d", "refs/heads/beads")
    town.close()

    told = gt("down", cwd=town.town.root)

    assert told.code == 1
    assert told.stdout == "nothing changed: nothing was running\n"
    assert told.stderr.startswith(f"gt: {shop.repository_path} has no ledger")
