"""From a bead to ``main``, and what the ledger's history tells of it."""

from __future__ import annotations

import pytest

from gitgt.services import beads, submit
from gitgt.services.escalation import escalations
from gitgt.services.gates import gate
from tests.support.town import TESS

OBSIDIAN = "shop/polecats/obsidian"
QUARTZ = "shop/polecats/quartz"


def test_a_life_is_four_commits(town):
    shop = town.rig()
    bead = town.bead(shop, "Sell cherries", "echo 'cherry 9' >>prices.txt", "closes Cherries")
    before = town.ledger(shop).commit

    town.sling(bead)
    town.settle()

    head = town.request(bead).head
    assert town.story(shop, since=before) == [
        f"Tess Ter: sling {bead.id} to {OBSIDIAN}",
        f"{OBSIDIAN}: begin {bead.id}",
        f"{OBSIDIAN}: submit {bead.id} at {head[:12]}",
        f"refinery: land {bead.id}",
    ]
    assert town.file(shop, "prices.txt").endswith("plum 5\ncherry 9\n")
    assert town.main(shop)[-1] == f"Sell cherries ({bead.id})"
    closed = town.now(bead)
    assert (closed.status, closed.outcome, closed.closed_by) == ("closed", "success", OBSIDIAN)
    assert closed.landed == town.repo(shop).git("rev-parse", "main")
    assert town.request(bead).status == "landed"
    assert town.escalations(shop) == []


def test_two_commits_begin_and_end(town):
    shop = town.rig()
    bead = town.bead(shop, "Two steps", "echo 1 >one", "say One", "echo 2 >two", "closes Two")

    town.sling(bead)
    town.settle()

    assert town.now(bead).status == "closed"
    log = town.repo(shop).git(
        "log", "--format=%s%n%(trailers:key=Bead)", f"{town.now(bead).landed}^2"
    )
    assert log.startswith(f"Two\nBead: {bead.id}\n\nOne\nBead: {bead.id}\n\nWrite check.sh")


def test_a_red_gate_sends_it_back_and_the_second_attempt_lands(town):
    shop = town.rig()
    bead = town.bead(shop, "Sell figs", "echo 'FIXME fig' >>prices.txt", "closes Figs")
    town.agent_does(
        bead.id,
        "grep -q 'the gate check is red' <<END || exit 9",
        "$GT_PROMPT",
        "END",
        "grep -q 'prices.txt:4:FIXME fig' <<END || exit 9",
        "$GT_PROMPT",
        "END",
        "sed -i 's/FIXME fig/fig 6/' prices.txt",
        "closes 'Figs have a price'",
        attempt=2,
    )
    before = town.ledger(shop).commit

    town.sling(bead)
    town.settle()

    first, second = (
        line.rpartition(" ")[2] for line in town.story(shop, since=before)[2:6:3][:2]
    )
    assert town.story(shop, since=before) == [
        f"Tess Ter: sling {bead.id} to {OBSIDIAN}",
        f"{OBSIDIAN}: begin {bead.id}",
        f"{OBSIDIAN}: submit {bead.id} at {first}",
        f"refinery: send back {bead.id}: the gate check is red",
        f"{OBSIDIAN}: begin {bead.id}",
        f"{OBSIDIAN}: submit {bead.id} at {second}",
        f"refinery: land {bead.id}",
    ]
    assert town.file(shop, "prices.txt").endswith("plum 5\nfig 6\n")
    assert [attempt for _, attempt, _ in town.sessions()] == ["1", "2"]
    assert town.request(bead).revision == 2


def test_a_conflict_is_sent_back_with_both_sides(town):
    shop = town.rig()
    ours = town.bead(
        shop, "Apples cost 4", "sed -i 's/apple 3/apple 4/' prices.txt", "closes A"
    )
    theirs = town.bead(
        shop,
        "Apples cost 8",
        "sed -i 's/apple 3/apple 8/' prices.txt",
        "until git show main:prices.txt | grep -q 'apple 4'; do sleep 0.02; done",
        "closes B",
    )
    town.agent_does(
        theirs.id,
        "printf '%s' \"$GT_PROMPT\" >../../told",
        "git merge -q -X ours main",
        "echo 'apple 12' >>prices.txt",
        "closes 'Apples cost 12, too'",
        attempt=2,
    )

    town.sling(ours, theirs)
    town.settle()

    assert [town.now(each).status for each in (ours, theirs)] == ["closed", "closed"]
    assert (town.request(ours).revision, town.request(theirs).revision) == (1, 2)
    assert town.file(shop, "prices.txt") == "apple 8\npear 4\nplum 5\napple 12\n"
    told = (shop.path / "told").read_text()
    assert "was sent back (conflict)" in told
    assert "| conflict with main in prices.txt" in told
    assert "prices.txt: both changed it" in told
    assert "Type: git gt resolve. It merges main into your branch" in told


def test_a_branch_without_commits_is_not_submitted(town):
    shop = town.rig()
    bead = town.bead(shop, "Say nothing", "git gt done || git commit -q --allow-empty -m Empty")

    town.sling(bead)
    town.turn()
    sandbox = town.sandbox(shop, "obsidian")
    place = submit.Sandbox.around(town.town, sandbox.path)

    with pytest.raises(submit.RefusedError) as refusal:
        submit.submit(
            town.town,
            submit.Submission(bead.id, place.assignment.branch, sandbox.head),
            submit.Actor.agent(OBSIDIAN),
        )
    assert refusal.value.message == (
        f"polecat/obsidian/{bead.id} has no commit that main has not"
    )
    assert refusal.value.hint == (
        "commit your work first; if nothing needs changing: "
        f"git gt bead close {bead.id} --outcome no-changes --reason '...'"
    )


def test_nothing_needed_changing(town):
    shop = town.rig()
    bead = town.bead(
        shop,
        "Already there",
        "git gt bead close $GT_BEAD --outcome no-changes --reason 'it is so already'",
    )
    before = town.ledger(shop).commit

    town.sling(bead)
    town.settle()

    assert town.story(shop, since=before) == [
        f"Tess Ter: sling {bead.id} to {OBSIDIAN}",
        f"{OBSIDIAN}: close {bead.id}: it is so already",
    ]
    closed = town.now(bead)
    assert (closed.status, closed.outcome, closed.landed) == ("closed", "no-changes", "")
    assert town.main(shop)[-1] == "Write check.sh"


def test_work_that_is_there_already_is_a_no_op(town):
    shop = town.rig()
    one = town.bead(shop, "Kiwi", "echo 'kiwi 2' >>prices.txt", "closes Kiwi")
    same = town.bead(shop, "Kiwi again", "echo 'kiwi 2' >>prices.txt", "closes 'Kiwi again'")

    town.sling(one, same)
    town.settle()

    assert sorted(town.request(each).status for each in (one, same)) == ["landed", "no-op"]
    assert [town.now(each).status for each in (one, same)] == ["closed", "closed"]
    assert town.file(shop, "prices.txt") == "apple 3\npear 4\nplum 5\nkiwi 2\n"


def test_an_agent_calls_for_help_in_a_commit(town):
    shop = town.rig()
    bead = town.bead(
        shop,
        "Ask first",
        "echo x >x",
        "say Asking -m 'Escalate: HIGH which currency is this?'",
        "echo y >y",
        "closes Guessed",
    )

    town.sling(bead)
    town.settle()

    assert town.escalations(shop) == [("high", "which currency is this?")]
    assert town.now(bead).status == "closed"


def test_a_rig_without_gates_lands_nothing_before_somebody_waives_them(town):
    shop = town.rig(gate=None)
    bead = town.bead(shop, "Sell dates", "echo 'date 7' >>prices.txt", "closes Dates")
    town.sling(bead)
    town.settle()
    town.settle()

    assert town.now(bead).status == "in_progress"
    [(severity, title)] = town.escalations(shop)
    assert severity == "high"
    assert title == (
        "the queue of shop stands still: there is no gate, and no waiver covers its absence"
    )

    [call] = escalations.every(town.town, closed=False)
    waiver = gate.waive(town.town, shop, "a list of prices has no tests", TESS)
    town.settle()

    assert town.now(bead).status == "closed"
    assert town.story(shop)[-3:] == [
        "Tess Ter: waive the gates of shop: a list of prices has no tests",
        f"refinery: land {bead.id}",
        f"refinery: close {call.id}: {title}",
    ]
    assert waiver.target == "main"


def test_a_gate_that_could_not_run_blames_nobody_and_is_told_once(town):
    shop = town.rig(gate="no-such-program --check")
    bead = town.bead(shop, "Sell limes", "echo 'lime 1' >>prices.txt", "closes Limes")
    town.sling(bead)
    for _ in range(3):
        town.settle()
        town.clock.advance(3600)

    assert town.now(bead).status == "in_progress"
    assert town.request(bead).status == "queued"
    [(severity, title)] = town.escalations(shop)
    assert severity == "high"
    assert title.startswith("the queue of shop stands still: ")
    assert "no-such-program" in title

    town.gate(shop, "sh check.sh")
    town.settle()

    assert town.now(bead).status == "closed"


def test_who_waits_for_another_lands_after_it(town):
    shop = town.rig()
    first = town.bead(shop, "First", "echo 1 >first", "closes First")
    second = town.bead(
        shop, "Second", "echo 2 >second", "closes Second",
        dependencies=beads.blocks(town.town, [first.id]),
    )  # fmt: skip

    with pytest.raises(submit.RefusedError) as refusal:
        town.sling(second)
    assert (refusal.value.message, refusal.value.hint) == (
        f"{second.id} waits for {first.id}", "sling those, or use --force"
    )  # fmt: skip
    town.sling(first)
    town.settle()
    town.sling(second)
    town.settle()

    assert town.main(shop)[-2:] == [f"First ({first.id})", f"Second ({second.id})"]
