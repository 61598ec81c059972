"""A second machine: it sees what the first one sees, and goes on where that one burned."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gitgt.errors import NotFoundError, RefusedError
from gitgt.git import remote
from gitgt.services import digest, home, install, rig, takeover, work_sharing
from gitgt.services.gates import gate
from gitgt.services.rig import Wanted
from gitgt.services.sync import sync
from tests.support.branches import Branches
from tests.support.clones import Place, hub
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS
from tests.support.waiting import until

_GATE = "sh -c '! [ -e bad.txt ]'"


class First(Place):
    """The machine that burns; it has a gate, and people who hand in branches."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, url)
        self.builder.gate(self.rig, _GATE)
        self.shop = Branches(self.builder, self.rig)


@pytest.fixture
def places():
    """What was made, to be ended."""
    made: list[Place] = []
    yield made
    for each in made:
        each.builder.close()


@pytest.fixture
def first(tmp_path, home, places):
    """A town in which one request has landed, and one waits."""
    place = First(tmp_path / "first", str(hub(tmp_path).path))
    places.append(place)
    place.shop.ask("Sell shoes", shoes="red\n")
    place.builder.settle()
    place.shop.ask("Sell hats", hats="blue\n")
    place.sync()
    return place


@pytest.fixture
def second(tmp_path, first, places):
    """Return what makes another town, of the same project."""

    def made(**how):
        place = Place(tmp_path / "second", first.rig.origin, **how)
        places.append(place)
        return place

    return made


def told(place):
    return digest.of(place.town, place.rig).fields()


def titles(place):
    return [each.partition(" (")[0] for each in place.builder.main(place.rig)]


def test_one_fetch_brings_all_of_it(first, second):
    other = second(shared=False)
    assert told(other) == told(first)
    said = gt("status", "--hash", cwd=other.town.root)
    assert said.stdout == f"shop  {told(first)['hash']}\n"
    parts = json.loads(gt("status", "--hash", "--json", cwd=first.town.root).stdout)
    validator("digests").validate(parts)
    assert parts == [told(first)]

    other.builder.bead(other.rig, "One more")
    ours, theirs = told(other)["parts"], told(first)["parts"]
    assert [name for name in ours if ours[name] != theirs[name]] == ["ledger"]


def begun(place, title, *script):
    """Let an agent begin something, commit half of it, and sit there."""
    town = place.builder
    mark = place.rig.path / title
    bead = town.bead(place.rig, title, *script, f"touch '{mark}'", "sleep 600")
    town.sling(bead)
    town.turn()
    until(mark.exists)
    town.turn()
    return bead


def burn(place):
    """Let a machine be gone, and all that is on it."""
    place.builder.close()
    place.builder.close = lambda: None
    shutil.rmtree(place.builder.folder)


def in_work(place):
    """Let things be under way, of which one is sent, two are not, and all are known."""
    lines = ("echo 1 >a.txt", "say Half", "echo 2 >b.txt")
    sent = begun(place, "Sent", *lines)
    place.sync(), work_sharing.exchange(place.town, place.rig)
    unsent = begun(place, "Unsent", *lines)
    place.sync()
    handed_in = place.builder.now(place.shop.ask("Handed in", c="3\n"))
    ledger = place.town.ledger_at(place.rig)
    assert remote.push(ledger.repository, "origin", ledger.head(), "beads")
    return sent, unsent, handed_in


def test_what_was_sent_goes_on_elsewhere_and_the_rest_is_said_to_be_lost(first, second):
    sent, unsent, handed_in = in_work(first)
    other = second()
    other.sync()
    other.builder.gate(other.rig, _GATE)
    other.builder.turn()
    assert other.builder.sessions() == []  # all are at work elsewhere, for all that it knows
    lost = home.here(first.town)
    assert takeover.elsewhere(other.town, other.rig) == {lost: [sent.id, unsent.id]}
    with pytest.raises(RefusedError, match="this town is not lost"):
        takeover.take_over(other.town, other.rig, str(other.town.root), TESS)
    with pytest.raises(NotFoundError, match="no agent of shop was ever at attic"):
        takeover.take_over(other.town, other.rig, "attic", TESS)
    burn(first)

    tip = other.repo.git("rev-parse", "--short=12", f"origin/polecat/obsidian/{sent.id}")
    cwd, since = other.town.root, "2026-11-22T14:30:00Z"
    assert gt("rig", "takeover", "shop", "--from", lost.place, cwd=cwd).stdout == (
        f"{sent.id} of shop/polecats/obsidian: goes on\n"
        f"  here: its branch at {tip}, of {since}; what was not committed, of {since}\n"
        f"  lost: what was done there after {since}\n"
        f"{unsent.id} of shop/polecats/quartz: given back\n"
        "  lost: what was committed there never left it\n"
        f"{handed_in.merge_request} of shop/crew/tess: its commits are not here\n"
    )
    again = gt("rig", "takeover", "shop", "--from", lost.place, "--json", cwd=cwd)
    validator("taken-over").validate(json.loads(again.stdout))
    (said,) = other.builder.now(sent).comments
    assert said.text.startswith(f"{lost.place} is lost, and with it what was done there after")
    back = other.builder.now(unsent)
    assert (back.status, back.assignee, back.reason) == ("open", "", f"{lost.place} is lost")
    assert takeover.elsewhere(other.town, other.rig) == {}

    other.builder.agent_does(sent.id, "[ -e b.txt ] && closes Whole")
    other.builder.settle()
    assert titles(other) == ["Begin", "Sell shoes", "Sell hats", "Sent"]
    assert other.builder.file(other.rig, "b.txt") == "2\n"
    assert other.repo.git("rev-parse", "origin/main") == other.repo.git("rev-parse", "main")


def test_a_town_that_has_a_remote_comes_as_a_whole(tmp_path, first):
    ours = first.builder.repo()
    ours.git("init", "-q", "--bare", str(tmp_path / "town.git"))
    ours.git("remote", "add", "origin", str(tmp_path / "town.git"))
    first.builder.bead(None, "The town's own")
    sync(first.town, None)
    ours.git("push", "-q", "origin", "main")

    ours.git("clone", "-q", str(tmp_path / "town.git"), str(tmp_path / "clone"))
    town, made = install.install(tmp_path / "clone", TESS, first.builder.clock)
    assert made
    assert town.ledger.head() == first.town.ledger.head()
    shop, made = rig.add(town, Wanted("shop", first.rig.origin), TESS)
    assert (made, shop.shared) == (True, True)
    assert digest.of(town, shop).fields() == told(first)
    assert [sync(town, each).sent for each in (None, shop)] == [0, 0]
    assert [each.name for each in gate.gates(town, shop)] == ["check"]


def test_of_two_towns_that_see_a_hook_only_one_begins(first, second):
    other = second()
    names = [first.builder.bead(first.rig, title).id for title in ("One", "Two")]
    first.sync(), other.sync()
    for place, name in zip((first, other), names, strict=True):
        place.builder.sling(name)
    first.sync(), other.sync(), first.sync()
    assert first.head == other.head
    whose = {name: other.builder.now(name).assignee for name in names}
    assert list(whose.values()) == ["shop/polecats/obsidian", "shop/polecats/quartz"]
    seen = other.builder.ledger(other.rig)
    homes = [seen.agent_at(each).home for each in whose.values()]
    assert homes == [str(home.here(place.town)) for place in (first, other)]

    for place in (first, other):
        place.builder.turn()
    until(lambda: first.builder.sessions() and other.builder.sessions())
    assert [
        each[0][0] for each in (first.builder.sessions(), other.builder.sessions())
    ] == names
