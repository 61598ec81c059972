"""What landings look like in the target's history, and that they are the same work."""

from __future__ import annotations

import pytest

from gitgt.errors import RefusedError
from gitgt.git.merge import Merger
from gitgt.git.repository import Signature
from gitgt.model.queue.merge_chain import Link
from gitgt.model.queue.merge_style import Style
from gitgt.services import beads
from gitgt.services.gates import bisect, gate
from gitgt.services.queue import landed, merge_queue
from tests.support.branches import Branches
from tests.support.town import TESS

ANN = "Ann Anders <ann@example.com>"
TESS_TER = "Tess Ter <tess@example.com>"
STYLES = [str(each) for each in Style]


@pytest.fixture
def shop(town):
    return Branches(town, town.rig())


def two_by_two(shop) -> tuple[str, str]:
    """Hand in a branch of three commits by two people."""
    bead = shop.bead("Sell shoes")
    shop.begin(bead)
    shop.commit("Add a shelf\n\nOf wood.\n\nFixes: #7", author=ANN, shelf="wood\n")
    shop.commit("Paint it\n\nCo-authored-by: Bo <bo@example.com>", shelf="green\n")
    shop.commit("Add shoes", author=ANN, date="1700000000 +0200", shoes="red\n")
    return bead, shop.hand_in(bead)


def trailers(shop, bead: str, head: str) -> list[str]:
    request = shop.town.request(shop.town.now(bead)).id
    return [
        f"Bead: {bead}", f"Merge-Request: {request}", f"Branch: crew/tess-{bead}",
        f"Head: {head}",
    ]  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_every_style_lands_the_same_tree_by_one_run_and_closes_the_bead(town, shop, style):
    shop.set_queue(style=style)
    bead, _ = two_by_two(shop)
    other = shop.ask("Sell hats", hats="blue\n")
    town.settle()
    repository = town.ledger(shop.rig).repository
    assert shop.tested == [repository.tree_of(repository.ref("refs/heads/main"))]
    assert (shop.status(bead), shop.status(other)) == ("landed", "landed")
    assert town.file(shop.rig, "shelf.txt") == "green\n"
    for each in (bead, other):
        tip = town.now(each).landed
        assert repository.is_ancestor(tip, repository.ref("refs/heads/main"))
        assert landed.is_landed(
            town.ledger(shop.rig), town.request(town.now(each)).head, "main"
        )


def test_squashed_it_is_one_commit_by_who_wrote_most_and_credits_the_others(town, shop):
    shop.set_queue(style="squash")
    bead, head = two_by_two(shop)
    town.settle()
    assert shop.log("%s")[0] == f"Sell shoes ({bead})"
    form = "%an <%ae> %ad|%cn|%P|%B"
    before = shop.log("%H")[1]
    shown = shop.repo.git("show", "-s", f"--format={form}", "--date=raw", "main")
    assert shown.rstrip("\n") == "\n".join(
        [
            f"{ANN} 1700000000 +0200|refinery|{before}|Sell shoes ({bead})",
            "", "* Add a shelf", "", "  Of wood.", "", "* Paint it", "", "* Add shoes", "",
            "Fixes: #7", f"Co-authored-by: {TESS_TER}", "Co-authored-by: Bo <bo@example.com>",
            *trailers(shop, bead, head),
        ]
    )  # fmt: skip


def test_rebased_its_commits_stand_on_the_target_by_their_authors(town, shop):
    shop.set_queue(style="rebase")
    bead, head = two_by_two(shop)
    shop.ask("Sell hats", hats="blue\n")
    town.settle()
    assert shop.log("%an %cn %s", 4)[::-1] == [
        "Ann Anders refinery Add a shelf",
        "Tess Ter refinery Paint it",
        "Ann Anders refinery Add shoes",
        "Tess Ter refinery Sell hats",
    ]
    assert shop.log("%P")[0].count(" ") == 0
    assert shop.show("%ad|%B", "main~1").partition("|")[2].splitlines() == [
        "Add shoes", "", *trailers(shop, bead, head)
    ]  # fmt: skip
    assert shop.repo.git("show", "-s", "--format=%ad", "--date=raw", "main~1") == (
        "1700000000 +0200"
    )
    assert town.now(bead).landed == shop.repo.git("rev-parse", "main~1")


def test_a_merge_credits_whoever_wrote_the_branch(town, shop):
    bead, head = two_by_two(shop)
    town.settle()
    assert shop.show("%an|%B").splitlines() == [
        f"shop/crew/tess|Sell shoes ({bead})", "",
        f"Co-authored-by: {ANN}", f"Co-authored-by: {TESS_TER}",
        "Co-authored-by: Bo <bo@example.com>", *trailers(shop, bead, head),
    ]  # fmt: skip


def test_fast_forwarded_a_branch_that_fits_lands_as_it_is_and_the_next_one_anew(town, shop):
    shop.set_queue(style="fast-forward")
    bead, head = two_by_two(shop)
    other = shop.ask("Sell hats", hats="blue\n")
    town.settle()
    assert town.now(bead).landed == head
    assert shop.log("%H %cn %s", 2)[1].split()[0] == head
    assert shop.log("%cn %s")[0] == "refinery Sell hats"
    assert shop.show("%(trailers:key=Bead,valueonly)").strip() == other


def test_a_commit_that_changes_nothing_is_left_out(town, shop):
    shop.set_queue(style="rebase")
    first, second = shop.bead("One"), shop.bead("Two")
    for bead in (first, second):
        shop.begin(bead)
        shop.commit("The same", same="fine\n")
        shop.commit(f"Only here: {bead}", **{bead: "fine\n"})
        shop.hand_in(bead)
    town.settle()
    assert shop.log("%s", 3) == [f"Only here: {second}", f"Only here: {first}", "The same"]


def test_what_a_merge_resolved_lands_as_one_commit_where_its_commits_cannot_be_replayed(
    town, shop
):
    shop.set_queue(style="rebase")
    bead = shop.bead("Sell shoes")
    shop.begin(bead)
    shop.commit("Mine", list="mine\n")
    mine = shop.work.head
    shop.ask("Theirs", list="theirs\n")
    town.settle()
    shop.work.git("switch", "-q", f"crew/tess-{bead}")
    shop.work.git("reset", "-q", "--hard", mine)
    shop.work.git("merge", "-q", "--no-commit", "-s", "ours", "main")
    shop.work.write("list.txt", "both\n")
    shop.work.git("add", "-A")
    shop.work.git("commit", "-q", "-m", "Merge main")
    head = shop.hand_in(bead)
    town.settle()
    assert shop.status(bead) == "landed"
    assert town.file(shop.rig, "list.txt") == "both\n"
    assert shop.show("%P|%B").splitlines() == [
        f"{shop.repo.git('rev-parse', 'main~1')}|Sell shoes ({bead})", "", "Mine", "",
        *trailers(shop, bead, head),
    ]  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_a_branch_that_builds_on_one_that_landed_is_merged_as_what_it_is(town, shop, style):
    """Squashed or rebased, the first is no ancestor of the target; its lines changed again."""
    shop.set_queue(style=style)
    first, second, third = (shop.bead(title) for title in ("One", "Two", "Three"))
    shop.begin(first)
    head = shop.commit("One", list="one\n")
    shop.hand_in(first)
    shop.begin(second, head)
    head = shop.commit("Two", list="two\n")
    shop.hand_in(second)  # in the same chain as the first
    town.settle()
    shop.begin(third, head)
    shop.commit("Three", list="three\n")
    shop.hand_in(third)
    town.settle()
    assert [shop.status(each) for each in (first, second, third)] == ["landed"] * 3
    assert town.file(shop.rig, "list.txt") == "three\n"
    if style == "rebase":
        assert shop.log("%s", 3) == ["Three", "Two", "One"]


@pytest.mark.parametrize("style", ["squash", "rebase"])
def test_a_reopened_bead_is_not_handed_in_again_by_what_has_landed(town, shop, style):
    shop.set_queue(style=style)
    bead = town.bead(shop.rig, "Sell shoes", "echo 1 >shoes.txt", "closes 'Sell shoes'")
    town.sling(bead, to="shop")
    town.settle()
    assert town.now(bead).status == "closed"
    beads.reopen(town.town, bead.id, TESS, reason="not red")
    town.agent_does(bead.id, "echo red >shoes.txt", "closes 'Red ones'", attempt=1)
    town.sling(bead, to="shop")
    town.settle()
    assert (town.now(bead).status, shop.status(bead.id)) == ("closed", "landed")
    assert town.file(shop.rig, "shoes.txt") == "red\n"
    assert len(shop.log("%s", 3)) == 3


def test_the_same_chain_is_the_same_commits_whoever_makes_it(town, shop):
    repository = town.ledger(shop.rig).repository
    two_by_two(shop)
    shop.ask("Sell hats", hats="blue\n")
    requests = merge_queue.queued(town.ledger(shop.rig), merge_queue.Target(shop.rig, "main"))
    who, base = (
        Signature("refinery", "refinery@gitgt.invalid", 0),
        repository.ref("refs/heads/main"),
    )
    names = tuple(each.id for each in requests)
    made = {}
    for style in Style:
        for _ in range(2):
            merger = Merger(repository, base, who, style=style)
            merging = merger.merging(merge_queue.incoming(town.ledger(shop.rig), requests))
            chain = tuple(merging(names[:length]) for length in (1, 2))
            assert made.setdefault(style, chain) == chain
    trees = {tuple(each.tree for each in chain) for chain in made.values()}
    assert len(trees) == 1
    assert len({chain[-1].commit for chain in made.values()}) == 4


def test_bisect_names_a_landing_of_several_commits_whole_and_takes_all_of_it_back(town, shop):
    shop.set_queue(style="rebase")
    first = shop.ask("Good", good="fine\n")
    bead = shop.bead("Bad in two steps")
    shop.begin(bead)
    shop.commit("Step one", one="half\n")
    shop.commit("Step two", two="half\n")
    shop.hand_in(bead)
    shop.ask("Later", later="fine\n")
    town.settle()
    town.gate(shop.rig, "sh -c '! [ -e two.txt ]'", "halves")
    halves = gate.gates(town.town, shop.rig)[-1]
    before = town.now(first).landed
    found = bisect.find(town.town, shop.rig, halves, good=before, told=str)
    assert (found.bad, found.before, found.bead) == (town.now(bead).landed, before, bead)
    _, branch = bisect.take_back(town.town, shop.rig, found, TESS)
    gone = shop.repo.git("diff", "--name-status", "main", branch).splitlines()
    assert gone == ["D\tone.txt", "D\ttwo.txt"]
    assert f"This reverts commits {before}..{found.bad}." in shop.show("%B", branch)


def test_a_bead_is_not_closed_with_a_commit_that_the_target_would_not_have(town, shop):
    shop.ask("Sell shoes", shoes="red\n")
    [request] = merge_queue.queued(town.ledger(shop.rig), merge_queue.Target(shop.rig, "main"))
    repository = town.ledger(shop.rig).repository
    base = repository.ref("refs/heads/main")
    elsewhere = repository.write_commit(
        repository.tree_of(base), (), "Elsewhere", Signature("x", "x@example.com", 1)
    )
    link = Link(str(request.id), elsewhere, repository.tree_of(base), request.head)
    target = merge_queue.Target(shop.rig, "main")
    with pytest.raises(RefusedError, match="main would not have"):
        merge_queue.land(town.town, target, base, [link])
    assert repository.ref("refs/heads/main") == base


def test_what_lands_as_it_is_was_tested_so_though_the_target_was_rewound(town, shop):
    shop.set_queue(style="fast-forward")
    first, second = shop.bead("Sell shoes"), shop.bead("Sell laces")
    shop.begin(first)
    shop.commit("Sell shoes", shoes="red\n")
    shop.hand_in(first)
    town.settle()
    shop.repo.git("update-ref", "refs/heads/main", "main~1")
    # Else who stands on what was taken off would be told so, and go back.
    shop.repo.git("reflog", "expire", "--expire=all", "refs/heads/main")
    shop.begin(second, start=f"crew/tess-{first}")
    shop.commit("Sell laces", laces="red\n")
    shop.hand_in(second)
    town.settle()
    assert shop.status(second) == "landed"
    assert shop.repo.git("rev-parse", "main^{tree}") in shop.tested
