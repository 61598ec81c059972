"""What holds between what happens and who hears of it: by the desk, a role with real commits.

gitgt keeps no cursor and no list of what was handled: a piece of news says "look again", and
what was done is in the ledger. Invariants 22 to 24 are told as that means.
"""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gitgt.git import reflog
from gitgt.git.repository import Repository
from gitgt.ledger import codec
from gitgt.ledger.chronicle import Chronicle
from gitgt.ledger.transact import LEDGER, Ledger
from gitgt.services import desk
from tests.support.handwork import Handwork, path_of, some
from tests.support.kill import calls, killed
from tests.support.town import Clock, TownBuilder

WHO = ("tess", "una")
KEPT = "gt-aaaa1"


def modest(examples):
    """Return settings for what starts processes: each example takes its time."""
    return settings(max_examples=examples, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    made = Handwork(tmp_path_factory.mktemp("news"))
    made.una = made.another("una")
    made.give(some(KEPT))
    return made


@pytest.fixture(scope="module")
def start(hand):
    return hand.ledger.head()


def begin_again(hand, start):
    hand.desk.git("update-ref", LEDGER, start)
    for each in (hand.desk, hand.una):
        each.git("reset", "-q", "--hard", start)
        branch = each.git("symbolic-ref", "HEAD")
        each.git("reflog", "expire", "--expire=all", branch)


def commit(place, name):
    """Make a bead by hand; nobody hears of it."""
    place.write(path_of(name), codec.emit(some(name).fields()))
    place.git("add", "-A")
    place.git("commit", "-q", "-m", f"Make {name}")


def look(common, *who):
    """Do what a role does that has heard of these desks, or of all."""
    ledger = Ledger(Repository(common), clock=Clock())
    wanted = {f"{desk.PREFIX}{each}" for each in who or WHO}
    for each in [each for each in desk.desks(ledger) if each.ref in wanted]:
        desk.take_in(ledger, each)
    for each in desk.desks(ledger):
        desk.refresh(ledger, each)
    return ledger.head()


def told(hand, names):
    """Return how often the ledger's history says that each bead was made or changed."""
    ledger = Ledger(Repository(hand.ledger.repository.common))
    chronicle = Chronicle(ledger.repository)
    return {name: len(chronicle.steps(ledger.head(), name)) for name in names}


@modest(8)
@given(
    st.lists(
        st.tuples(st.sampled_from(WHO), st.lists(st.sampled_from(WHO), max_size=3)),
        min_size=1,
        max_size=4,
    )
)
def test_22_news_lost_doubled_or_out_of_order_change_nothing_that_is_done(hand, start, steps):
    """Each commit has its effect once, whatever is heard of it, if somebody looks again."""
    begin_again(hand, start)
    common = hand.ledger.repository.common
    names = [f"gt-made{number}" for number in range(len(steps))]
    for name, (who, heard) in zip(names, steps, strict=True):
        commit(hand.desk if who == "tess" else hand.una, name)
        for each in heard:
            look(common, each)

    settled = look(common)

    assert hand.beads() == {name: some(name) for name in (KEPT, *names)}
    assert told(hand, names) == dict.fromkeys(names, 1)
    assert look(common) == settled


@pytest.fixture(scope="module")
def reaches(hand, start):
    """How often one look at a desk leaves Python."""
    begin_again(hand, start)
    commit(hand.desk, "gt-made0")
    return calls(lambda: look(hand.ledger.repository.common))


@modest(10)
@given(st.floats(0, 1), st.lists(st.sampled_from(WHO), min_size=1, max_size=2))
def test_23_who_dies_between_an_effect_and_its_record_has_done_it_once(
    hand, start, reaches, moment, makers
):
    """The next look does what is missing and absorbs the rest; no desk ever goes back."""
    begin_again(hand, start)
    common = hand.ledger.repository.common
    names = [f"gt-made{number}" for number in range(len(makers))]
    for name, who in zip(names, makers, strict=True):
        commit(hand.desk if who == "tess" else hand.una, name)

    killed(lambda: look(common), 1 + int(moment * reaches))
    settled = look(common)

    assert hand.beads() == {name: some(name) for name in (KEPT, *names)}
    assert told(hand, names) == dict.fromkeys(names, 1)
    assert look(common) == settled
    for who, place in (("tess", hand.desk), ("una", hand.una)):
        assert (place.head, place.git("status", "--porcelain")) == (settled, "")
        record = reflog.stood_at(common, f"{desk.PREFIX}{who}")
        for after, before in itertools.pairwise(record):
            assert hand.ledger.repository.is_ancestor(before, after)


# --- 24: no self-trigger


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """A town with a rig and work for everybody, from one example to the next."""
    builder = TownBuilder(tmp_path_factory.mktemp("busy")).watched()
    shop = builder.rig()
    yield builder, shop
    builder.close()


def work(town, shop):
    made = town.bead(shop, "Sell figs", "echo fig 6 >>prices.txt", "closes Figs")
    town.sling(made, convoy=True)


def idle(town, shop):
    town.sling(town.bead(shop, "Nobody does it"))


def by_hand(town, shop):
    number = len(town.ledger(shop).rows())
    place = town.desk(shop)
    place.git("reset", "-q", "--hard", "beads")  # whatever nonsense was there before
    place.write(f"items/n/u/sh-nu{number:03}.yaml", "title: By hand\n")
    place.git("add", "-A")
    place.git("commit", "-q", "-m", "By hand")


def nonsense(town, shop):
    """What no hook has judged, and no ledger takes."""
    place = town.desk(shop)
    place.write("items/x/y/sh-xyz00.yaml", f"status: odd{len(town.story(shop))}\n")
    place.git("add", "-A")
    place.git("commit", "-q", "--no-verify", "-m", "Nonsense")


def refs(town, shop):
    return [town.repo(where).git("for-each-ref") for where in (None, shop)]


@modest(1)
@example([work, by_hand, idle, nonsense])
@given(st.lists(st.sampled_from((work, idle, by_hand, nonsense)), min_size=1, max_size=3))
def test_24_what_gitgt_writes_sets_off_nothing_for_ever(busy, doings):
    """Once all is done, nobody writes anything: told anew, begun anew, or later."""
    town, shop = busy
    for doing in doings:
        doing(town, shop)
    town.settle()
    settled = refs(town, shop)

    town.turn()
    town.restart()
    town.turn()
    town.turn()

    assert refs(town, shop) == settled
