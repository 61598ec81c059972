"""A disk that is full: nothing is lost, nobody is blamed, and it goes on when there is room."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from gitgt.errors import EnvironmentProblemError
from gitgt.git.repository import Repository, Signature
from gitgt.model.documents import Outcome
from gitgt.services import beads
from gitgt.services.escalation import escalations
from tests.support.checkout import Checkout
from tests.support.little_room import fill, on_a_disk_of
from tests.support.shop import Shop, file
from tests.support.town import TESS, TownBuilder

WHO = Signature("Tess", "tess@example.com", 1)


@pytest.fixture
def told(tmp_path):
    """Return what tells a story in a shop whose disk holds 64 MiB."""
    place = tmp_path / "disk"

    def tell(story: Callable[[TownBuilder, Shop], None]) -> None:
        def whole() -> None:
            town = TownBuilder(place).watched()
            try:
                story(town, Shop(town, town.rig()))
            finally:
                town.close()

        on_a_disk_of(64, place, whole)

    return tell


def words(caplog: pytest.LogCaptureFixture) -> set[str]:
    """Return why somebody could not see to something, as the log has it."""
    return {
        getattr(each, "why", "")
        for each in caplog.records
        if each.message == "could not see to it"
    }


def calls(town: TownBuilder) -> list[str]:
    """Return what a person is called for, and has not been settled."""
    return [each.title for each in escalations.every(town.town, closed=False)]


def test_while_the_disk_is_full_the_queue_stands_still_and_goes_on_when_there_is_room(
    told, caplog
):
    def story(town: TownBuilder, shop: Shop) -> None:
        names = [shop.ask("a", file("a")), shop.ask("bad", file("bad", "FIXME\n"))]
        before = town.main(shop.rig)
        hog = fill(town.folder)
        for _ in range(3):
            town.turn()
        assert any("No space left on device" in each for each in words(caplog))
        assert town.main(shop.rig) == before

        hog.unlink()
        town.settle()
        assert shop.status(*names) == ["landed", "rejected"]
        assert town.repo(shop.rig).git("fsck", "--strict", "--no-dangling") == ""
        assert calls(town) == []

    caplog.set_level(logging.INFO)
    told(story)


@pytest.mark.parametrize("where", ["$TMPDIR", "."])
def test_a_gate_that_fills_the_disk_blames_nobody_and_gives_back_what_it_took(told, where):
    def story(town: TownBuilder, shop: Shop) -> None:
        fills = f'[ ! -e fill.txt ] || cat /dev/zero >"{where}/big"'
        town.gate(shop.rig, f"sh -c '{fills}'")
        first, second = shop.ask("fill", file("fill")), shop.ask("a", file("a"))
        town.settle()
        assert shop.status(first, second) == ["queued", "queued"]
        [title] = calls(town)
        assert title.startswith(
            "the queue of shop stands still: check could not run: the disk is full: "
        )

        beads.close(town.town, first, TESS, outcome=Outcome.CANCELLED, reason="too large")
        town.clock.advance(60)
        town.settle()
        assert shop.status(first, second) == ["withdrawn", "landed"]
        assert calls(town) == []

    told(story)


def test_what_libgit2_calls_written_is_looked_for(tmp_path):
    place = tmp_path / "disk"

    def story() -> None:
        work = Checkout.init(place / "work")
        readme = work.git("rev-parse", "HEAD:README")
        repository = Repository(place / "work" / ".git")
        repository._git  # from here on it is libgit2 that writes  # noqa: B018
        tree = repository.tree_of(work.head)
        fill(place)
        for write in (
            lambda: repository.write_commit(tree, (work.head,), "x", WHO),
            lambda: repository.write_blob(b"x"),
            lambda: repository.write_tree(None, {}),
            lambda: repository.write_tree(tree, {"a/b": readme}),
        ):
            with pytest.raises(EnvironmentProblemError, match="No space left on device"):
                write()

    on_a_disk_of(8, place, story)
