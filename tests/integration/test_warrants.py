"""Warrants: an agent is asked whether it lives, and only its session ends."""

from __future__ import annotations

import pytest

from gitgt.errors import NotAllowedError, NotFoundError, RefusedError
from gitgt.model.actor import Actor
from gitgt.model.documents import Escalation
from gitgt.reactor.key import Key
from gitgt.roles.warrants import WarrantsRole
from gitgt.services.agents import attended, crew, post
from gitgt.services.mail import nudges, nudging
from gitgt.services.mail.nudging import Word
from gitgt.services.sessions import sessions
from gitgt.services.todo import entries
from gitgt.services.warrants import dance, filing
from tests.support.checkout import Checkout
from tests.support.town import TESS, TownBuilder
from tests.support.waiting import until

NUX = "shop/polecats/nux"
DEACON = Actor.role("deacon")


@pytest.fixture
def town(tmp_path):
    builder = TownBuilder(tmp_path).watched()
    yield builder
    builder.close()


@pytest.fixture
def shop(town):
    return town.rig()


def hung(town, shop):
    """Start a polecat that does nothing any more; half of its work is not committed."""
    bead = town.bead(
        shop, "Plums", "echo half >plums.txt", "touch begun", "exec tail -f README.md"
    )
    town.sling(bead, to="shop/nux")
    town.turn()
    begun = town.sandbox(shop, "nux").path / "begun"
    until(begun.exists)
    return bead


def look(town, after=0.0):
    """Let the role look, and tell how the warrants stand."""
    town.clock.advance(after)
    settled = WarrantsRole(town.town).reconcile(Key("warrants", "hq"))
    found = [(str(e.status), e.number) for e in filing.every(town.town, ended=True)]
    return (found[-1], settled.again_in)


def test_it_is_asked_three_times_and_then_its_session_ends_and_nothing_else(town, shop):
    bead = hung(town, shop)
    filed = filing.file(town.town, "shop/nux", DEACON, reason="it stands still")
    again = filing.file(town.town, NUX, TESS, reason="so it does")
    assert (filed.fresh, again.fresh, again.warrant) == (True, False, filed.warrant)

    assert look(town) == (("interrogating", 1), 60.0)
    assert look(town, 59) == (("interrogating", 1), 1.0)
    assert look(town, 1) == (("interrogating", 2), 120.0)
    assert look(town, 120) == (("interrogating", 3), 240.0)
    assert len(nudges.every(town.town, NUX)) == 3
    assert look(town, 240) == (("executed", 3), None)

    assert not sessions.is_running(shop, NUX)
    assert (town.sandbox(shop, "nux").path / "plums.txt").read_text() == "half\n"
    assert town.now(bead).assignee == NUX
    ended = filing.find(town.town, NUX)
    saved = town.repo(shop).git("rev-parse", f"refs/gt/wip/{NUX}")
    first, how, kept = ended.findings.splitlines()
    assert first == f"The session {ended.session} of {NUX} was ended: asked 3 times in vain."
    assert how.startswith("It stood so: branch=")
    assert kept == f"What it had not committed: {saved} (git gt recover)"
    assert town.story()[-5:] == [
        f"deacon: ask {NUX} whether it lives, 1 of 3",
        f"deacon: ask {NUX} whether it lives, 2 of 3",
        f"deacon: ask {NUX} whether it lives, 3 of 3",
        f"deacon: {NUX} does not answer: its session is to end",
        f"deacon: the session of {NUX} has ended",
    ]
    with pytest.raises(RefusedError, match="has no session that could be ended"):
        filing.file(town.town, NUX, DEACON, reason="once more")


def test_a_word_or_a_changed_file_is_an_answer(town, shop):
    hung(town, shop)
    agent = Actor.agent(NUX)
    filing.file(town.town, NUX, DEACON, reason="it stands still")
    look(town)
    assert look(town, 60) == (("interrogating", 2), 120.0)
    found = nudging.receivers(town.town, "deacon", NUX)
    nudging.nudge(town.town, found, Word(text="alive, and thinking"), NUX, agent)
    assert look(town, 1) == (("pardoned", 2), None)
    assert filing.find(town.town, NUX).reason == "it says that it is alive"
    assert nudges.every(town.town, "deacon") == []

    filing.file(town.town, NUX, DEACON, reason="it stands still")
    look(town)
    Checkout(town.sandbox(shop, "nux").path).write("plums.txt", "more\n")
    assert look(town, 60) == (("pardoned", 1), None)
    assert filing.find(town.town, NUX).reason == "its worktree changed"
    assert sessions.is_running(shop, NUX)


def test_whoever_takes_over_amid_it_goes_on_where_it_stands(town, shop):
    hung(town, shop)
    filing.file(town.town, NUX, DEACON, reason="it stands still")
    look(town)
    for wait in (60, 120):
        look(town, wait)
    # Killed between the word that it is to end, and the end.
    filing.step(
        town.town, filing.find(town.town, NUX), filing.WarrantStatus.EXECUTING, DEACON, "to end"
    )
    assert look(town) == (("executed", 3), None)
    assert not sessions.is_running(shop, NUX)
    # A session that comes after it is another one.
    town.turn()
    until(lambda: sessions.is_running(shop, NUX))
    assert look(town) == (("executed", 3), None)
    assert sessions.is_running(shop, NUX)


def test_people_execute_at_once_and_agents_never(town, shop):
    hung(town, shop)
    with pytest.raises(NotFoundError, match="there is no warrant on"):
        dance.execute(town.town, NUX, TESS, force=False)
    filing.file(town.town, NUX, DEACON, reason="it stands still")
    look(town)
    with pytest.raises(RefusedError, match="was asked 1 of 3 times"):
        dance.execute(town.town, NUX, TESS, force=False)
    with pytest.raises(NotAllowedError):
        dance.execute(town.town, NUX, Actor.agent("mayor"), force=True)
    with pytest.raises(NotAllowedError):
        filing.pardon(town.town, NUX, Actor.agent("shop/polecats/toast"), reason="a friend")
    ended = dance.execute(town.town, NUX, TESS, force=True)
    assert (str(ended.status), sessions.is_running(shop, NUX)) == ("executed", False)


def test_whoever_people_sit_with_is_left_to_a_person(town, shop):
    town.runtime("script", "tail -f /dev/null")
    crew.add(town.town, shop, "ann", TESS)
    ann = post.present(town.town, shop, "ann")
    attended.start(town.town, ann, TESS)
    warrant = filing.file(town.town, "shop/ann", DEACON, reason="it says nothing").warrant
    for wait in (0, 60, 120):
        look(town, wait)
    assert look(town, 240) == (("unanswered", 3), None)
    assert town.escalations() == [
        ("medium", "shop/crew/ann does not answer, and people sit with it: it says nothing")
    ]
    [entry] = [each for each in entries.entries(town.town) if each.about == str(warrant.id)]
    assert entry.command == "git gt warrant execute shop/crew/ann --force"
    with pytest.raises(NotAllowedError, match="people sit with shop/crew/ann"):
        dance.execute(town.town, "shop/ann", TESS, force=False)
    assert sessions.is_running(shop, ann.address)
    dance.execute(town.town, "shop/ann", TESS, force=True)
    assert not sessions.is_running(shop, ann.address)
    assert [str(each.status) for each in town.ledger().all(Escalation)] == ["closed"]
