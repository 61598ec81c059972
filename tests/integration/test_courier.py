"""Ledgers go to a real remote and come back by children, while nobody waits for any of it."""

from __future__ import annotations

import pytest

from gitgt.model.ids import BeadId
from gitgt.services.courier import Courier
from gitgt.services.mail import nudges
from tests.support.clones import NAME, Place, hub
from tests.support.waiting import until


class Carried:
    """A town that shares its rig, and whoever carries its ledger."""

    def __init__(self, folder, name) -> None:
        self.place = Place(folder / name, str(folder / "a hub.git"))
        self.clock = self.place.builder.clock
        self.courier = Courier(self.place.town)

    def go(self, after: float = 0.0) -> tuple[str, ...]:
        """Begin what is due after so many seconds, and wait for its end; return what was."""
        self.clock.advance(after)
        begun = self.courier.look().begin
        for name in begun:
            self.courier.begin(name)
        until(lambda: self.courier.look().flying == 0)
        return begun

    @property
    def told(self) -> tuple[int, int, str]:
        """What was taken in and sent the last time, and what was wrong."""
        said = self.courier.told()[NAME]
        done = said["answer"] or {"received": 0, "sent": 0}
        return (done["received"], done["sent"], said["trouble"])


@pytest.fixture
def places(tmp_path, home):
    hub(tmp_path)
    made = [Carried(tmp_path, name) for name in ("east", "west")]
    yield made
    for each in made:
        each.place.builder.close()


def test_what_is_written_goes_with_the_next_one_and_what_others_wrote_comes(places, tmp_path):
    east, west = places
    assert (east.go(), east.told) == ((NAME,), (0, 2, ""))
    assert east.go(after=300) == ()  # nothing is new, and nobody works
    names = [east.place.builder.bead(east.place.rig, title).id for title in ("One", "Two")]
    assert (east.go(), east.told) == ((NAME,), (0, 2, ""))
    assert west.go() == (NAME,)
    assert west.place.builder.now(BeadId(names[1])).title == "Two"

    (tmp_path / "a hub.git").rename(tmp_path / "away")
    west.place.builder.bead(west.place.rig, "Three")
    assert west.go(after=2) == (NAME,)
    assert west.told[2].startswith("origin (")
    assert "cannot be reached" in west.told[2]
    assert west.go() == ()
    assert west.courier.look().again_in <= 2.0
    (tmp_path / "away").rename(tmp_path / "a hub.git")
    assert (west.go(after=2), west.told[2]) == ((NAME,), "")
    assert east.go(after=2000) == (NAME,)
    assert east.place.head == west.place.head


def test_while_one_is_at_work_no_second_one_begins(places):
    east, _ = places
    east.courier.begin(NAME)
    east.courier.begin(NAME)
    assert east.courier.look().begin == ()
    until(lambda: east.courier.look().flying == 0)
    assert east.told == (0, 2, "")


def test_nobody_begins_before_the_remote_has_settled_it_nor_in_two_towns(places, tmp_path):
    east, west = (each.place for each in places)
    builder = east.builder
    bead = builder.bead(east.rig, "Sell plums", "sleep 100").id
    for each in (east, west):
        each.sync()
    (tmp_path / "a hub.git").rename(tmp_path / "away")
    builder.sling(bead)
    builder.settle()
    assert (builder.sessions(), builder.now(bead).status) == ([], "hooked")
    (tmp_path / "away").rename(tmp_path / "a hub.git")
    for each in (east, west):
        each.sync()
    west.builder.settle()
    until(lambda: builder.turn() or builder.sessions())
    assert ([each[0] for each in builder.sessions()], west.builder.sessions()) == ([bead], [])
    other = west.builder.bead(west.rig, "Sell pears", "sleep 100").id
    (slung,) = west.builder.sling(other)
    assert slung.assignee != builder.now(bead).assignee


def test_who_works_on_what_another_town_has_claimed_is_told_so(places, tmp_path):
    east, west = (each.place for each in places)
    builder = east.builder
    (builder.town.root / "settings/config.yaml").write_text("sync:\n  offline_claims: true\n")
    bead = builder.bead(east.rig, "Sell plums", "sleep 100").id
    for each in (east, west):
        each.sync()
    (tmp_path / "a hub.git").rename(tmp_path / "away")
    builder.sling(bead)
    until(lambda: builder.turn() or builder.sessions())
    mine = builder.now(bead).assignee
    (tmp_path / "away").rename(tmp_path / "a hub.git")
    west.builder.sling(bead, to="shop/polecats/rival")
    east.sync()
    builder.turn()
    (nudge,) = nudges.waiting(builder.town, mine)
    assert nudge.text.startswith(
        f"{bead} is not {mine}'s: shop/polecats/rival claimed it first, in another clone. Stop"
    )
    builder.turn()
    assert len(nudges.waiting(builder.town, mine)) == 1
