"""All that an agent had not committed, assignment after assignment, can be brought back."""

from __future__ import annotations

import pytest

from gitgt.errors import NotFoundError
from gitgt.git import snapshot
from gitgt.services import recover
from gitgt.services.agents import sandbox
from gitgt.services.beads import release
from tests.support.commandline import gt
from tests.support.town import TESS

OBSIDIAN = "shop/polecats/obsidian"


@pytest.fixture
def beads(town):
    """Two beads that obsidian was at, one after the other, and saved work for; one twice."""
    shop = town.rig()
    first, second = (town.bead(shop, name) for name in ("First", "Second"))
    for bead, texts in ((first, ("draft\n", "half\n")), (second, ("other\n",))):
        town.sling(bead, to="shop/obsidian")
        path, _ = sandbox.prepare(shop, town.ledger(shop), town.now(bead))
        for text in texts:
            (path / "notes").write_text(text)
            snapshot.snapshot(path, OBSIDIAN)
        release(town.town, bead.id, TESS, reason="later")
    return first, second


def test_every_snapshot_is_listed_the_newest_first(town, beads):
    first, second = beads

    found = recover.history(town.town, "shop/obsidian")

    assert [(each.bead, each.branch) for each in found] == [
        (second.id, f"polecat/obsidian/{second.id}"),
        (first.id, f"polecat/obsidian/{first.id}"),
        (first.id, f"polecat/obsidian/{first.id}"),
    ]
    told = gt("recover", "shop/obsidian", "--list", cwd=town.town.root)
    assert told.stdout.splitlines() == [
        f"{OBSIDIAN}  2026-11-22T14:30:00Z  {each.commit[:12]}  {each.branch}" for each in found
    ]


def test_one_of_them_is_brought_back_by_its_bead_or_by_its_commit(town, beads):
    first, _ = beads
    repo = town.repo(town.town.rig("shop"))
    oldest = recover.history(town.town, "shop/obsidian")[-1]

    for name, wanted, text in (
        ("last", (), "other"),
        ("bead", ("--bead", first.id), "half"),
        ("oldest", ("--at", oldest.commit[:12]), "draft"),
    ):
        said = gt("recover", "shop/obsidian", *wanted, "--branch", name, cwd=town.town.root)
        assert said.stdout == (
            f"what {OBSIDIAN} had at 2026-11-22T14:30:00Z is in the branch {name}\n"
        )
        assert repo.git("show", f"{name}:notes") == text


def test_what_is_no_snapshot_is_refused(town, beads):
    with pytest.raises(NotFoundError, match="shop/obsidian has no snapshot 0123") as refused:
        recover.find(town.town, "shop/obsidian", at="0123")
    assert refused.value.hint == "git gt recover shop/obsidian --list"
    with pytest.raises(NotFoundError, match="shop/obsidian has no snapshot of sh-zzzz9"):
        recover.find(town.town, "shop/obsidian", bead="sh-zzzz9")
    with pytest.raises(NotFoundError, match="there is no snapshot of 'shop/nobody'"):
        recover.history(town.town, "shop/nobody")
    told = gt("recover", "--list", cwd=town.town.root)
    assert (told.code, told.stderr.splitlines()[-1]) == (
        2,
        "hint: git gt recover -h",
    )


def test_where_the_sandbox_is_gone_the_way_out_is_named(town, beads):
    shop = town.town.rig("shop")
    place = town.sandbox(shop, "obsidian").path
    place.rename(place.with_name("gone"))

    told = gt("recover", "shop/obsidian", cwd=town.town.root)

    assert told.stderr.splitlines() == [
        f"gt: {place} is no checkout",
        f"hint: git gt recover {OBSIDIAN} --branch NAME, or --into another worktree",
    ]
