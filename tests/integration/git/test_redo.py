"""Merges that conflict and are redone commit by commit, and those that must not be."""

from __future__ import annotations

import pytest

from gitgt.git.links import Incoming
from gitgt.git.merge import Conflict, Merged, Merger
from gitgt.git.repository import Repository, Signature
from gitgt.model.queue.merge_chain import Link
from tests.support.checkout import Checkout

REFINERY = Signature("refinery", "refinery@gitgt.invalid", 1)
TOAST = Signature("shop/polecats/toast", "shop.polecats.toast@gitgt.invalid", 1_800_000_000)
LINES = "".join(f"{number}\n" for number in range(1, 30))


@pytest.fixture
def shop(tmp_path):
    shop = Checkout.init(tmp_path / "shop")
    shop.commit("list", LINES)
    shop.git("branch", "work")
    return shop


def on(shop, branch, *edits, name="list"):
    """Commit each edit, a pair of texts, on *branch*."""
    shop.git("switch", "-q", branch)
    for old, new in edits:
        text = shop.read(name)
        assert old in text
        shop.commit(name, text.replace(old, new, 1), message=f"{old.strip()} to {new.strip()}")
    return shop.head


def squashed(shop, commit, *, onto="main"):
    """Land *commit* on *onto* under another id, as a person or a forge would."""
    shop.git("switch", "-q", onto)
    shop.git("merge", "-q", "--squash", commit)
    shop.git("commit", "-q", "-m", "Squashed")


def settle(shop, target="main", work="work"):
    merger = Merger(Repository(shop.path / ".git"), shop.git("rev-parse", target), REFINERY)
    assert isinstance(merger.merge(merger.target, shop.git("rev-parse", work)), Conflict)
    return merger.settle(merger.target, shop.git("rev-parse", work))


def test_what_follows_on_a_squashed_branch_is_put_on_top_of_it(shop):
    first = on(shop, "work", ("\n5\n", "\nfive\n"), ("five", "cinq"))
    head = on(shop, "work", ("cinq", "fünf"))
    squashed(shop, first)
    assert settle(shop) == Merged(
        shop.git("rev-parse", f"{head}^{{tree}}"), "rebase (2 of 3 commits were there already)"
    )


def test_what_follows_on_a_picked_commit_keeps_what_the_target_did_elsewhere(shop):
    first = on(shop, "work", ("\n5\n", "\nfive\n"))
    on(shop, "work", ("five", "cinq"))
    on(shop, "main", ("\n25\n", "\ntwenty-five\n"))
    shop.git("cherry-pick", first)
    found = settle(shop)
    assert isinstance(found, Merged)
    text = shop.git("show", f"{found.tree}:list") + "\n"
    assert text == LINES.replace("\n5\n", "\ncinq\n").replace("\n25\n", "\ntwenty-five\n")


def test_a_commit_in_the_middle_that_has_landed_is_left_out(shop):
    on(shop, "work", ("\n5\n", "\nfive\n"))
    middle = on(shop, "work", ("\n20\n", "\ntwenty\n"))
    on(shop, "work", ("twenty", "vingt"))
    shop.git("switch", "-q", "main")
    shop.git("cherry-pick", middle)
    found = settle(shop)
    assert found == Merged(
        shop.git("rev-parse", "work^{tree}"), "rebase (1 of 3 commits were there already)"
    )


def test_the_merge_commit_has_both_heads_and_says_how(shop):
    first = on(shop, "work", ("\n5\n", "\nfive\n"))
    head = on(shop, "work", ("five", "cinq"))
    squashed(shop, first)
    wish = Incoming(
        request="gt-mr-abc12", head=head, bead="gt-abc12", title="Count", author=TOAST
    )
    made = []
    for _ in range(2):
        target = shop.git("rev-parse", "main")
        merger = Merger(Repository(shop.path / ".git"), target, REFINERY)
        made.append(merger.link(target, wish))
    first_link, again = made
    assert isinstance(first_link, Link)
    assert again == first_link
    assert first_link.note == "rebase (1 of 2 commits were there already)"
    commit = first_link.commit
    assert shop.git("log", "-1", "--format=%P%n%an%n%B", commit).splitlines() == [
        f"{target} {head}",
        "shop/polecats/toast",
        "Count (gt-abc12)",
        "",
        "Co-authored-by: Tess Ter <tess@example.com>",
        "Bead: gt-abc12",
        "Merge-Request: gt-mr-abc12",
        f"Head: {head}",
        "Resolved-By: rebase (1 of 2 commits were there already)",
    ]


def is_left_to_the_author(shop):
    return isinstance(settle(shop), Conflict)


def test_two_who_wrote_different_things_are_left_to_the_author(shop):
    on(shop, "work", ("\n5\n", "\nfive\n"))
    on(shop, "main", ("\n5\n", "\ncinq\n"))
    assert is_left_to_the_author(shop)


def test_what_landed_and_was_changed_since_is_left_to_the_author(shop):
    first = on(shop, "work", ("\n5\n", "\nfive\n"))
    on(shop, "work", ("five", "cinq"))
    squashed(shop, first)
    on(shop, "main", ("five", "fünf"))
    assert is_left_to_the_author(shop)


def test_what_landed_and_was_taken_back_in_part_is_left_to_the_author(shop):
    first = on(shop, "work", ("\n5\n", "\nfive\n"), ("\n6\n", "\nsix\n"))
    on(shop, "work", ("five\nsix", "cinq\nsix"))
    squashed(shop, first)
    on(shop, "main", ("six", "6"))
    assert is_left_to_the_author(shop)


def test_what_landed_with_one_line_more_is_left_to_the_author(shop):
    on(shop, "work", ("\n5\n", "\nfive\n"))
    on(shop, "work", ("five", "cinq"))
    on(shop, "main", ("\n5\n", "\nfive\nand a half\n"))
    assert is_left_to_the_author(shop)


def test_other_surroundings_are_left_to_the_author(shop):
    first = on(shop, "work", ("\n5\n", "\nfive\n"))
    on(shop, "work", ("five", "cinq"))
    squashed(shop, first)
    # It would replay; but what the author changed there stands beside something new.
    on(shop, "main", ("\n7\n", "\nseven\n"))
    assert is_left_to_the_author(shop)


def test_a_branch_with_a_merge_in_it_is_left_to_the_author(shop):
    first = on(shop, "work", ("\n5\n", "\nfive\n"))
    squashed(shop, first)
    on(shop, "main", ("\n20\n", "\ntwenty\n"))
    shop.git("branch", "side", "main~2")
    on(shop, "side", ("\n12\n", "\ntwelve\n"))
    shop.git("switch", "-q", "work")
    shop.git("merge", "-q", "side", "-m", "Merge side")
    on(shop, "work", ("five", "cinq"))
    assert is_left_to_the_author(shop)


def test_a_file_that_was_deleted_there_is_left_to_the_author(shop):
    on(shop, "work", ("\n5\n", "\nfive\n"))
    shop.git("switch", "-q", "main")
    shop.git("rm", "-q", "list")
    shop.git("commit", "-q", "-m", "No list")
    assert is_left_to_the_author(shop)


def test_a_file_that_was_renamed_there_is_left_to_the_author(shop):
    first = on(shop, "work", ("\n5\n", "\nfive\n"))
    on(shop, "work", ("five", "cinq"))
    squashed(shop, first)
    shop.git("mv", "list", "names")
    shop.git("commit", "-q", "-m", "Rename")
    assert is_left_to_the_author(shop)


def test_bytes_that_are_no_text_follow_the_same_rule(shop):
    shop.git("switch", "-q", "work")
    first = shop.commit("logo", b"\0one" * 99)
    shop.commit("logo", b"\0two" * 99)
    squashed(shop, first)
    found = settle(shop)
    assert isinstance(found, Merged)
    assert found.tree == shop.git("rev-parse", "work^{tree}")
    shop.git("switch", "-q", "main")
    shop.commit("logo", b"\0three" * 99)
    assert is_left_to_the_author(shop)


def test_a_change_of_mode_counts_as_a_change(shop):
    shop.git("switch", "-q", "work")
    first = shop.commit("run", "echo 1\n")
    shop.git("update-index", "--chmod=+x", "run")
    shop.git("commit", "-q", "-m", "Executable")
    shop.git("checkout", "-q", "run")
    shop.commit("run", "echo 2\n")
    squashed(shop, first)
    found = settle(shop)
    assert isinstance(found, Merged)
    assert shop.git("ls-tree", found.tree, "run").startswith("100755")


def test_a_long_branch_is_left_to_the_author(shop):
    first = on(shop, "work", ("\n5\n", "\nfive\n"))
    shop.git("switch", "-q", "work")
    for number in range(31):
        shop.git("commit", "-q", "--allow-empty", "-m", f"Nothing {number}")
    on(shop, "work", ("five", "cinq"))
    squashed(shop, first)
    assert is_left_to_the_author(shop)
