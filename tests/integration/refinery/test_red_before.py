"""A target that is red itself: one bead asks for it to be mended, and the line stops or not."""

from __future__ import annotations

import pytest

from gitgt.services import beads, settings
from gitgt.services import commit as commits
from tests.support.shop import Shop
from tests.support.town import TESS

# Each line of a file in shelf/ is a test, which fails if the line says FIXME.
TESTS = """\
import pathlib, unittest
class Shelf(unittest.TestCase):
    pass
for path in sorted(pathlib.Path("shelf").glob("*.txt")):
    def check(self, path=path):
        self.assertNotIn("FIXME", path.read_text())
    setattr(Shelf, f"test_{path.stem}", check)
"""
GATE = "python3 -B -m unittest test_shelf"


class Shelves(Shop):
    """A shop whose gate names what fails."""

    def __init__(self, town) -> None:
        super().__init__(town, town.rig(gate=GATE))
        self.past_the_queue({"test_shelf.py": TESTS, "shelf/apple.txt": "fine\n"})

    def past_the_queue(self, files: dict[str, str]) -> None:
        """Move the target as somebody does who does not ask the queue."""
        main = self.town.repo(self.rig).git("rev-parse", "main")
        self.work.git("switch", "-q", "--detach", main)
        for name, text in files.items():
            self.work.write(name, text)
        self.work.git("add", "-A")
        self.work.git("commit", "-q", "-m", "Past the queue")
        self.town.repo(self.rig).git("update-ref", "refs/heads/main", self.work.head)

    def on_red(self, what: str) -> None:
        def decide() -> commits.Files:
            name = self.rig.settings_name
            present = settings.read(self.town.town.root / name, "rig")
            return {name: settings.emit({**present, "merge_queue": {"on_red": what}})}

        commits.change(self.town.town, decide, f"on red: {what}", TESS)

    @property
    def to_mend(self) -> list:
        now = self.town.ledger(self.rig)
        names = now.index.labeled(now.commit, "red-target")
        return [self.town.now(name) for name in names]


@pytest.fixture
def shop(town):
    return Shelves(town)


PEAR = "test_pear (test_shelf.Shelf.test_pear)"
PLUM = "test_plum (test_shelf.Shelf.test_plum)"


def test_one_bead_asks_for_the_target_to_be_mended_and_ends_when_it_is(town, shop):
    shop.past_the_queue({"shelf/pear.txt": "FIXME\n"})
    first, second = (shop.ask(name, {f"{name}.txt": "fine\n"}) for name in ("a", "b"))
    town.settle()
    assert shop.status(first, second) == ["queued", "queued"]
    (mend,) = shop.to_mend
    assert (mend.title, mend.type, mend.priority) == ("check is red on main", "bug", 0)
    assert f"Failing there:\n\n- {PEAR}\n" in mend.description
    assert "AssertionError: 'FIXME' unexpectedly found in 'FIXME\\n'" in mend.description
    third = shop.ask("mend", {"shelf/pear.txt": "fine\n"})
    town.settle()
    assert shop.status(first, second, third) == ["landed"] * 3
    mended = town.now(mend)
    assert (mended.status, mended.reason, mended.closed_by) == (
        "closed", "check passes on main again", "refinery",
    )  # fmt: skip


def test_it_is_opened_again_if_the_same_fails_again_and_told_what_else_fails(town, shop):
    shop.past_the_queue({"shelf/pear.txt": "FIXME\n"})
    shop.ask("a", {"a.txt": "fine\n"})
    town.settle()
    shop.ask("mend", {"shelf/pear.txt": "fine\n"})
    town.settle()
    assert sorted(shop.landed) == ["a", "mend"]
    shop.past_the_queue({"shelf/pear.txt": "FIXME\n", "x": "1\n"})
    shop.ask("b", {"b.txt": "fine\n"})
    town.settle()
    (mend,) = shop.to_mend
    assert (mend.status, mend.reason) == ("open", "it is back")
    shop.past_the_queue({"shelf/plum.txt": "FIXME\n"})
    town.settle()
    (mend,) = shop.to_mend
    assert [each.text for each in mend.comments] == [f"Failing there:\n\n- {PEAR}\n- {PLUM}"]


def test_who_is_at_it_is_told_that_it_passes_again(town, shop):
    shop.past_the_queue({"shelf/pear.txt": "FIXME\n"})
    shop.ask("a", {"a.txt": "fine\n"})
    town.settle()
    (mend,) = shop.to_mend
    beads.update(town.town, mend.id, TESS, beads.Update({}, claimed_by="shop/crew/tess"))
    shop.past_the_queue({"shelf/pear.txt": "fine\n"})
    town.settle()
    (mend,) = shop.to_mend
    assert mend.status == "in_progress"
    assert [each.text for each in mend.comments] == ["check passes on main again"]


def test_a_line_that_goes_on_lands_what_adds_nothing_and_blames_for_what_is_new(town, shop):
    shop.on_red("go-on")
    shop.past_the_queue({"shelf/pear.txt": "FIXME\n"})
    good = shop.ask("good", {"good.txt": "fine\n"})
    bad = shop.ask("bad", {"shelf/plum.txt": "FIXME\n"})
    late = shop.ask("late", {"late.txt": "fine\n"})
    town.settle()
    assert shop.status(good, bad, late) == ["landed", "rejected", "landed"]
    assert town.now(bad).reason == f"the gate check fails anew: {PLUM}"
    assert PEAR in town.request(town.now(bad)).findings
    assert town.escalations(shop.rig) == []
    (mend,) = shop.to_mend
    assert (mend.title, mend.status) == ("check is red on main", "open")
    mender = shop.ask("mend", {"shelf/pear.txt": "fine\n"})
    town.settle()
    assert shop.status(mender) == ["landed"]
    assert town.now(mend).status == "closed"


def test_a_gate_that_names_nothing_does_not_let_the_line_go_on(town, shop):
    town.gate(shop.rig, "sh check.sh", name="other")
    shop.on_red("go-on")
    shop.past_the_queue({"list.txt": "FIXME\n"})
    name = shop.ask("a", {"a.txt": "fine\n"})
    town.settle()
    assert shop.status(name) == ["queued"]
    why = "other is red on the target itself, and names not all that fails"
    assert town.escalations(shop.rig) == [("high", f"the queue of shop stands still: {why}")]


def test_what_could_not_run_was_not_red_before(town, shop):
    shop.on_red("go-on")
    shop.past_the_queue({"shelf/pear.txt": "FIXME\n"})
    name = shop.ask("a", {"test_shelf.py": "import os\nos._exit(127)\n"})
    town.settle()
    assert shop.status(name) == ["queued"]
    (call,) = town.escalations(shop.rig)
    assert call[1].startswith("the queue of shop stands still: check could not run")
