"""What the refinery does with requests, with real gates on real trees."""

from __future__ import annotations

import pytest

from gitgt.errors import NotAllowedError, RefusedError
from gitgt.model.actor import Actor
from gitgt.model.documents import Outcome
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadVerb
from gitgt.roles.refinery import RefineryRole
from gitgt.services import beads
from gitgt.services.demo.narrator import Narrator
from gitgt.services.escalation import escalations
from gitgt.services.gates import gate
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.queue import steering, tuning
from gitgt.services.queue.tuning import Brake
from tests.support.checkout import Checkout
from tests.support.death import DEATH
from tests.support.shop import Shop, file
from tests.support.sitting import running
from tests.support.town import TESS, TownBuilder
from tests.support.waiting import until

BAD = "FIXME\n"


@pytest.fixture
def shop(town):
    return Shop(town, town.rig())


def test_five_good_ones_cost_one_run_and_land_as_one(town, shop):
    names = [shop.ask(title, file(title)) for title in "abcde"]
    town.settle()
    assert shop.landed == list("abcde")
    assert list(shop.runs.values()) == [["pass"]]
    assert shop.status(*names) == ["landed"] * 5
    assert town.story(shop.rig)[-1] == f"refinery: land {', '.join(names)}"


def test_whoever_asks_first_lands_first_whatever_the_clock_says(town, shop):
    names = []
    for title in "abc":
        names.append(shop.ask(title, file(title)))
        town.clock.advance(-3600)
    town.settle()
    assert shop.landed == list("abc")
    queued = [town.request(town.now(name)).queued_at for name in names]
    assert queued == [
        "2026-11-22T14:30:01.000Z",
        "2026-11-22T14:30:01.001Z",
        "2026-11-22T14:30:01.002Z",
    ]


def test_whoever_looks_late_is_told_the_same(town, shop):
    names = [shop.ask(title, file(title, BAD if title == "b" else "fine\n")) for title in "ab"]
    town.settle()
    told = []
    Narrator(town.town, shop.rig, told.append).look()
    a, b = names
    assert [line for line in told if not line.startswith(("sling", "submit"))] == [
        f"gate check is red for a batch of 2: {a}, {b}",
        f"gate check is green for {a}",
        f"land {a}",
        f"gate check is red for {b}",
        f"send back {b}: the gate check is red",
    ]


def test_the_culprit_of_a_batch_is_found_and_the_others_land(town, shop):
    names = [
        shop.ask(title, file(title, BAD if title == "c" else "fine\n")) for title in "abcde"
    ]
    town.settle()
    assert shop.landed == list("abde")
    assert shop.status(*names) == ["landed", "landed", "rejected", "landed", "landed"]
    back = town.now(names[2])
    assert (back.status, back.reason) == ("hooked", "the gate check is red")
    assert "FIXME" in town.request(back).findings
    # abcde is red, ab green, abc twice red, abde green; that the base passes was known.
    assert sorted(len(each) for each in shop.runs.values()) == [1, 1, 1, 2]


def test_two_that_are_only_red_together(town, shop):
    town.gate(shop.rig, "sh -c '! [ -e a.txt ] || ! [ -e b.txt ]'")
    first, second = shop.ask("a", file("a")), shop.ask("b", file("b"))
    town.settle()
    assert shop.landed == ["a"]
    assert shop.status(first, second) == ["landed", "rejected"]


def test_a_conflict_with_one_ahead_waits_for_that_ones_fate(town, shop):
    first = shop.ask("a", {"list.txt": BAD})
    second = shop.ask("b", {"list.txt": "fine\n"})
    town.settle()
    assert shop.landed == ["b"]
    assert shop.status(first, second) == ["rejected", "landed"]
    shop.again(first, "a mended", {"list.txt": "finer\n"})
    town.settle()
    assert town.main(shop.rig)[-1] == f"a ({first})"


def test_a_conflict_with_the_target_costs_no_run(town, shop):
    first, second = shop.ask("a", {"list.txt": "1\n"}), shop.ask("b", {"list.txt": "2\n"})
    town.settle()
    assert shop.status(first, second) == ["landed", "conflict"]
    back = town.now(second)
    assert back.reason == "conflict with main in list.txt"
    assert "list.txt: both added it" in town.request(back).findings
    assert len(shop.runs) == 1


def test_the_more_urgent_one_lands_first(town, shop):
    shop.ask("later", file("a"), priority=3)
    shop.ask("soon", file("b"), priority=1)
    town.settle()
    assert shop.landed == ["soon", "later"]


def test_on_a_red_target_nobody_is_blamed_and_who_mends_it_lands(town, shop):
    tip = shop.work.commit("broken.txt", BAD)
    town.repo(shop.rig).git("update-ref", "refs/heads/main", tip)
    innocent = shop.ask("a", file("a"))
    town.settle()
    assert shop.status(innocent) == ["queued"]
    title = "the queue of shop stands still: check is red on the target itself"
    assert town.escalations(shop.rig) == [("high", title)]
    shop.ask("mend", {"broken.txt": "whole\n"})
    town.settle()
    assert sorted(shop.landed) == ["a", "mend"]
    [call] = escalations.every(town.town, closed=True)
    assert (call.status, call.about, call.reason) == (
        "closed", "refs/heads/main", "it works again"
    )  # fmt: skip


def test_who_has_nothing_to_do_does_not_say_that_the_queue_works_again(town, shop):
    tip = shop.work.commit("broken.txt", BAD)
    town.repo(shop.rig).git("update-ref", "refs/heads/main", tip)
    shop.ask("a", file("a"))
    town.settle()
    [before] = escalations.every(town.town, closed=True)

    nothing = shop.ask("nothing", {})
    town.settle()

    assert shop.status(nothing) == ["no-op"]
    assert escalations.every(town.town, closed=True) == [before]
    assert before.status == "open"


def test_what_a_gate_printed_that_could_not_run_reaches_who_is_called(town, shop):
    town.gate(shop.rig, "sh -c 'echo no compiler here; exit 127'")
    shop.ask("a", file("a"))
    town.settle()
    [call] = escalations.every(town.town, closed=False)
    assert call.title == (
        "the queue of shop stands still: check could not run: "
        "its program was not found (exit code 127)"
    )
    assert call.description == "no compiler here\n"


def test_a_frozen_queue_lands_nothing_until_it_is_thawed(town, shop):
    assert tuning.put_on(town.town, shop.rig, Brake.FROZEN, "release week", TESS)
    assert not tuning.put_on(town.town, shop.rig, Brake.FROZEN, "release week", TESS)
    name = shop.ask("a", file("a"))
    town.settle()
    assert shop.status(name) == ["queued"]
    [call] = escalations.every(town.town, closed=False)
    assert (call.severity, call.title) == (
        "medium", "the queue of shop stands still: release week"
    )  # fmt: skip
    assert tuning.take_off(town.town, shop.rig, Brake.FROZEN, TESS)
    town.settle()
    assert shop.status(name) == ["landed"]
    assert escalations.every(town.town, closed=False) == []


def test_who_jumps_the_queue_lands_first_and_no_agent_does(town, shop):
    first, second = shop.ask("first", file("a")), shop.ask("second", file("b"))
    request = town.request(town.now(second)).id
    with pytest.raises(NotAllowedError):
        steering.jump(town.town, request, Actor.agent("shop/polecats/nux"))
    steering.jump(town.town, request, TESS)
    town.settle()
    assert shop.landed == ["second", "first"]
    with pytest.raises(RefusedError) as refusal:
        steering.jump(town.town, request, TESS)
    assert (refusal.value.message, refusal.value.hint) == (
        f"{request} is landed",
        f"git gt mq show {request}",
    )
    assert shop.status(first) == ["landed"]


def test_a_branch_of_its_own_has_a_waiver_of_its_own(town, shop):
    gate.remove(town.town, shop.rig, "check", TESS)
    gate.waive(town.town, shop.rig, "nothing to test", TESS)
    town.repo(shop.rig).git("branch", "dev", "main")
    bead = shop.ask("a", file("a"), target="dev")
    town.settle()
    assert shop.status(bead) == ["queued"]
    gate.waive(town.town, shop.rig, "a branch to try things on", TESS, branch="dev")
    town.settle()
    assert shop.status(bead) == ["landed"]
    assert town.repo(shop.rig).git("show", "dev:a.txt") == "fine"


def test_whoever_looks_sees_which_gate_is_at_work_on_whom(town, shop):
    name = shop.ask("a", file("a"))
    town.turn()
    [seen] = GateRuns(town.town, shop.rig).at_work()
    request = town.request(town.now(name))
    assert (seen.gate, seen.branch, seen.requests) == ("check", "main", (request.id,))
    town.settle()
    assert GateRuns(town.town, shop.rig).at_work() == []


def test_who_pushes_meanwhile_is_not_overwritten(town, shop):
    shop.ask("a", file("a"))
    town.turn()
    other = shop.work.commit("hotfix.txt", "fine\n")
    town.repo(shop.rig).git("update-ref", "refs/heads/main", other)
    town.settle()
    assert shop.landed == ["a"]
    assert town.repo(shop.rig).git("show", "main:hotfix.txt") == "fine"
    landed = town.repo(shop.rig).git("rev-parse", "main^{tree}")
    assert shop.runs[landed] == ["pass"]  # whether the other one had ended by then or not


def test_a_waiver_for_one_tree_lands_that_tree_alone(town, shop):
    name = shop.ask("a", file("a", BAD))
    merged = town.repo(shop.rig).git("merge-tree", "--write-tree", "main", f"crew/tess-{name}")
    gate.waive(town.town, shop.rig, "it is quoted", TESS, tree=merged)
    town.settle()
    assert shop.status(name) == ["landed"]
    assert town.repo(shop.rig).git("rev-parse", "main^{tree}") == merged
    other = shop.ask("b", file("b", BAD))
    town.settle()
    assert shop.status(other) != ["landed"]


def test_a_closed_bead_takes_its_request_out_of_the_queue(town, shop):
    first, second = shop.ask("a", file("a")), shop.ask("b", file("b"))
    beads.close(town.town, first, TESS, outcome=Outcome.CANCELLED, reason="not needed")
    town.settle()
    assert shop.landed == ["b"]
    assert shop.status(first, second) == ["withdrawn", "landed"]


def test_a_deferred_bead_keeps_its_request_where_it_is(town, shop):
    name = shop.ask("a", file("a"))
    beads.change(town.town, name, TESS, "defer", {}, verb=BeadVerb.DEFER)
    town.settle()
    assert (shop.status(name), shop.landed) == (["queued"], [])


def test_a_branch_that_was_deleted_lands_all_the_same(town, shop):
    name = shop.ask("a", file("a"))
    town.repo(shop.rig).git("branch", "-q", "-D", f"crew/tess-{name}")
    town.repo(shop.rig).git("gc", "-q", "--prune=now")
    town.settle()
    assert shop.status(name) == ["landed"]


def test_a_checkout_of_the_target_comes_along_or_is_told(town, shop, tmp_path):
    clean, busy = Checkout(tmp_path / "clean"), Checkout(tmp_path / "busy")
    repo = town.repo(shop.rig)
    repo.git("worktree", "add", "-q", str(clean.path), "main")
    repo.git("worktree", "add", "-q", "--force", str(busy.path), "main")
    busy.write("README.md", "half a thought\n")
    shop.ask("a", file("a"))
    town.settle()
    assert (clean.branch, clean.git("status", "--porcelain")) == ("main", "")
    assert clean.read("a.txt") == "fine\n"
    assert (busy.branch, busy.git("status", "--porcelain")) == ("", " M README.md")
    tip = repo.git("rev-parse", "main")[:12]
    title = f"{busy.path} was taken off main, which moved on to {tip}"
    assert town.escalations(shop.rig) == [("low", title)]


def test_two_targets_do_not_disturb_each_other(town, shop):
    repo = town.repo(shop.rig)
    repo.git("branch", "next", "main")
    names = [shop.ask("a", file("a")), shop.ask("b", file("b"), target="next")]
    town.settle()
    assert shop.status(*names) == ["landed", "landed"]
    assert repo.git("ls-tree", "--name-only", "next", "a.txt", "b.txt") == "b.txt"
    assert repo.git("ls-tree", "--name-only", "main", "a.txt", "b.txt") == "a.txt"


def test_what_cannot_be_read_does_not_stop_the_others(town, shop):
    first, second = shop.ask("a", file("a")), shop.ask("b", file("b"))
    path = town.repo(shop.rig).git("ls-tree", "-r", "--name-only", "beads")
    path = next(each for each in path.splitlines() if first in each)
    desk = Checkout(town.folder / "plumbing")
    town.repo(shop.rig).git("worktree", "add", "-q", "--detach", str(desk.path), "beads")
    desk.commit(path, "title: [what\n")
    town.repo(shop.rig).git("update-ref", "refs/heads/beads", desk.head)
    RefineryRole(town.town).reconcile(next(iter(RefineryRole(town.town).keys())))
    town.settle()
    assert shop.landed == ["b"]
    assert second


# --- dying


def play(shop: Shop) -> list[BeadId]:
    """Submit three good ones, a bad one, a conflict and one that changes nothing."""
    return [
        shop.ask("a", file("a")),
        shop.ask("bad", file("bad", BAD)),
        shop.ask("b", file("b")),
        shop.ask("conflict", {"a.txt": "another\n"}),
        shop.ask("nothing", {"prices.txt": "apple 3\npear 4\nplum 5\n"}),
    ]


def end_of(shop: Shop, names: list[BeadId]) -> tuple[object, ...]:
    return (
        shop.town.repo(shop.rig).git("rev-parse", "main"),
        [shop.town.now(name).status for name in names],
        shop.status(*names),
    )


def settle_dying(town: TownBuilder) -> int:
    """Go on to the end; each turn dies before its first act, its second, and so on."""
    act = deaths = 0
    for _ in range(3000):
        busy = running(town.town)
        act += 1
        with DEATH.before(act):
            town.turn()
        if DEATH.came:
            deaths += 1
            town.restart()
            continue
        act = 0
        if not town._sit()._notes():
            if not running(town.town):
                return deaths
            until(
                lambda busy=busy: running(town.town) != busy or town._sit()._notes(),
                patience=60,
            )
    raise AssertionError("the town does not settle")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_whoever_dies_before_each_act_of_each_turn_the_story_ends_the_same(town, tmp_path):
    undisturbed = TownBuilder(tmp_path / "undisturbed").watched()
    shops = [Shop(each, each.rig()) for each in (undisturbed, town)]
    names, same = [play(shop) for shop in shops]
    undisturbed.settle()
    undisturbed.close()
    deaths = settle_dying(town)
    assert deaths > 100
    assert same == names
    assert end_of(shops[1], names) == end_of(shops[0], names)
    assert shops[1].status(*names) == ["landed", "rejected", "landed", "conflict", "no-op"]
    assert all(len(said) <= 2 for said in shops[1].runs.values())
    repo = town.repo(shops[1].rig)
    assert repo.git("fsck", "--no-dangling") == ""
    assert repo.git("for-each-ref", "refs/gt/intent") == ""
