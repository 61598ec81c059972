"""Requests that conflict: told, redone, held, sent back, handed to a person; never lost."""

from __future__ import annotations

import json
import shutil
from typing import NamedTuple

import pytest

from gitgt.errors import RefusedError
from gitgt.githooks import post_commit
from gitgt.githooks.place import Place as GithookPlace
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead
from gitgt.reactor.key import Key
from gitgt.roles.refinery import RefineryRole
from gitgt.services import submit
from gitgt.services.agents import sandbox
from gitgt.services.escalation import escalations
from gitgt.services.queue import conflicts, resolve, tuning
from gitgt.services.queue.resolve import Begun, Place
from gitgt.services.queue.tuning import Brake
from gitgt.services.submit import Submission
from tests.support.checkout import Checkout
from tests.support.commandline import gt
from tests.support.death import DEATH
from tests.support.outputs import validator
from tests.support.shop import Shop
from tests.support.town import TESS

OBSIDIAN = "shop/polecats/obsidian"
PRICES = "apple 3\npear 4\nplum 5\n"


def apples(price, text=PRICES):
    return {"prices.txt": text.replace("apple 3", f"apple {price}")}


@pytest.fixture
def shop(town):
    return Shop(town, town.rig())


def test_who_conflicts_gets_both_sides_the_base_and_who_brought_the_other(town, shop):
    first, second = shop.ask("Dearer", apples(4)), shop.ask("Cheaper", apples(2))
    base = town.repo(shop.rig).git("rev-parse", "main")
    town.settle()
    request = town.request(town.now(second))
    tip = town.repo(shop.rig).git("rev-parse", "main")
    assert (request.status, request.reason) == ("conflict", "conflict with main in prices.txt")
    assert (
        request.findings
        == f"""\
crew/tess-{second} ({request.head[:12]}) left it at {base[:12]}; main is at {tip[:12]}.

prices.txt: both changed it
  {tip[:12]} Dearer ({first}), shop/crew/tess
  from line 1:
    <<<<<<< main
    apple 4
    ||||||| what both began from
    apple 3
    =======
    apple 2
    >>>>>>> crew/tess-{second}

In the worktree of the branch:
  git gt resolve    # or: git merge main, or: git rebase main
  git add --all && git commit --no-edit
  git gt mq submit"""
    )
    assert list(shop.runs.values()) == [["pass"]]  # the other one's


def test_a_frozen_queue_sends_back_what_conflicts_all_the_same(town, shop):
    shop.ask("Dearer", apples(4))
    town.settle()
    tuning.put_on(town.town, shop.rig, Brake.FROZEN, "release week", TESS)
    shop.work.git("switch", "-q", "--detach", "main~1")
    late = shop.ask("Late", {"aside.txt": "fine\n"})
    bead = town.bead(shop.rig, "Cheaper")
    shop.work.git("switch", "-q", "-C", "crew/tess", "main~1")
    shop.work.commit("prices.txt", apples(2)["prices.txt"])
    submit.submit(town.town, Submission(bead.id, "crew/tess", shop.work.head), TESS)
    town.settle()
    assert shop.status(late, bead.id) == ["queued", "conflict"]


def test_who_conflicts_with_one_ahead_only_waits_and_says_for_whom(town, shop):
    first = shop.ask("Dearer", apples(4))
    shop.ask("Other", {"aside.txt": "fine\n"})
    second = shop.ask("Cheaper", apples(2))
    ahead, behind = (town.request(town.now(each)).id for each in (first, second))
    [waits] = conflicts.held(town.town, [shop.rig]).values()
    assert conflicts.told(waits) == f"waits for {ahead}: both change prices.txt"
    listed = gt("mq", cwd=town.town.root).stdout.splitlines()
    assert listed[2] == (
        f"{behind}  P2  queued  {second}  crew/tess-{second}  "
        f"Cheaper (waits for {ahead}: both change prices.txt)"
    )
    shown = gt("mq", "conflict", behind, cwd=town.town.root).stdout
    assert shown == f"{behind} waits for {ahead}: both change prices.txt\n"


def test_what_landed_in_part_is_redone_and_the_ledger_says_how(town, shop):
    bead = town.bead(shop.rig, "Cheaper")
    shop.work.git("switch", "-q", "-C", "crew/tess")
    part = shop.work.commit("prices.txt", apples(2)["prices.txt"])
    shop.work.commit("prices.txt", apples(1)["prices.txt"])
    head = shop.work.head
    repo = town.repo(shop.rig)
    picked = repo.git("commit-tree", f"{part}^{{tree}}", "-p", "main", "-m", "Squashed")
    repo.git("update-ref", "refs/heads/main", picked)
    submit.submit(town.town, Submission(bead.id, "crew/tess", head), TESS)
    town.settle()
    request = town.request(town.now(bead))
    how = "rebase (1 of 2 commits were there already)"
    assert (request.status, request.reason) == ("landed", f"resolved by {how}")
    assert request.head == head
    assert town.file(shop.rig, "prices.txt") == apples(1)["prices.txt"]
    said = repo.git("log", "-1", "--format=%P%n%(trailers:key=Resolved-By,valueonly)", "main")
    assert said.splitlines() == [f"{picked} {head}", how]


def conflicting(town, shop, bead, number):
    """Let the target change the same line as the author, who began before that."""
    branch = f"crew/tess-{bead}"
    shop.work.git("switch", "-q", "-C", branch, "main")
    shop.work.commit("prices.txt", apples(f"{number}0")["prices.txt"])
    head = shop.work.head
    shop.work.git("switch", "-q", "--detach", "main")
    other = shop.work.commit("prices.txt", apples(f"{number}1")["prices.txt"])
    town.repo(shop.rig).git("update-ref", "refs/heads/main", other)
    submit.submit(town.town, Submission(bead, branch, head), TESS)
    RefineryRole(town.town).reconcile(Key("refinery", shop.rig.name))
    return head


def test_after_three_conflicts_a_person_is_asked_and_nobody_starts_again(town, shop):
    bead = town.bead(shop.rig, "Apples").id
    heads = []
    for number in (1, 2, 3):
        assert escalations.every(town.town, closed=True) == []
        heads.append(conflicting(town, shop, bead, number))
    request = town.request(town.now(bead))
    assert (request.status, request.conflicts, request.revision) == ("escalated", 3, 3)
    [call] = escalations.every(town.town, closed=False)
    title = f"{bead} has conflicted 3 times: conflict with main in prices.txt"
    assert (call.severity, call.title, call.about) == ("high", title, request.id)
    assert call.description == request.findings
    assert "    apple 30\n" in call.description
    assert town.now(bead).status == "in_progress"  # on nobody's hook
    town.sling(bead)
    town.settle()
    assert town.sessions() == []
    kept = town.repo(shop.rig).git("for-each-ref", "--format=%(objectname)", "refs/gt")
    assert set(heads) <= set(kept.splitlines())


def test_a_red_revision_is_no_round_of_conflicts(town, shop):
    bead = town.bead(shop.rig, "Apples").id
    conflicting(town, shop, bead, 1)
    shop.again(bead, "Bad", {"prices.txt": "FIXME\n"})
    town.settle()
    request = town.request(town.now(bead))
    assert (request.status, request.conflicts, request.revision) == ("rejected", 1, 2)
    conflicting(town, shop, bead, 2)
    assert town.request(town.now(bead)).status == "conflict"
    conflicting(town, shop, bead, 3)
    assert town.request(town.now(bead)).status == "escalated"


# --- an agent's sandbox


DEARER = ("sed -i 's/apple 3/apple 4/' prices.txt", 'closes "Dearer"')
CHEAPER = ("sed -i 's/apple 3/apple 2/' prices.txt", 'closes "Cheaper"')
RESOLVE = (
    "git gt resolve >../resolved 2>&1",
    "printf 'apple 5\\npear 4\\nplum 5\\n' >prices.txt",
    'git add -A && git commit -q --no-edit -m "Both" -m "Closes: $GT_BEAD"',
)


def test_an_agent_resolves_it_in_its_sandbox_and_lands(town):
    shop = town.rig()
    one, two = town.bead(shop, "Dearer", *DEARER), town.bead(shop, "Cheaper", *CHEAPER)
    town.agent_does(two.id, *RESOLVE, attempt=2)
    town.agent_does(one.id, *RESOLVE, attempt=2)
    town.sling(one, two)
    town.settle()
    assert [town.request(each).status for each in (one, two)] == ["landed", "landed"]
    assert sorted(town.request(each).conflicts for each in (one, two)) == [0, 1]
    assert town.file(shop, "prices.txt") == "apple 5\npear 4\nplum 5\n"
    told = (shop.path / "polecats/resolved").read_text().splitlines()
    assert told == [
        "prices.txt: to resolve",
        "hint: git add prices.txt && git commit --no-edit && git gt done; or git merge --abort",
    ]


class Back(NamedTuple):
    """A bead whose sandbox holds what conflicts with the target."""

    shop: Shop
    bead: Bead
    place: Checkout


@pytest.fixture
def back(town):
    """A rig, and a bead whose sandbox holds what conflicts with the target by now."""
    shop = Shop(town, town.rig())
    bead = town.bead(shop.rig, "Cheaper")
    town.sling(bead)
    sandbox.prepare(shop.rig, town.ledger(shop.rig), town.now(bead))
    place = town.sandbox(shop.rig, "obsidian")
    place.commit("prices.txt", apples(2)["prices.txt"])
    other = shop.work.commit("prices.txt", apples(4)["prices.txt"])
    town.repo(shop.rig).git("update-ref", "refs/heads/main", other)
    return Back(shop, bead, place)


def hand_in(town, shop, bead, place):
    """Submit what stands in a sandbox and let the refinery look."""
    agent = Actor.agent(OBSIDIAN)
    submit.done(submit.Sandbox.around(town.town, place.path), agent)
    RefineryRole(town.town).reconcile(Key("refinery", shop.rig.name))
    return town.request(bead)


@pytest.mark.parametrize("words", [["done"], ["mq", "submit"]])
def test_what_is_handed_in_is_told_at_once_that_it_conflicts(town, back, words):
    _, bead, place = back
    told = gt(*words, cwd=place.path, env={"GT_AGENT": OBSIDIAN})
    request = town.request(bead)
    assert told.stdout == f"{bead.id} is submitted as {request.id} at {place.head[:12]}\n"
    assert told.stderr == (
        "gt: conflict with main in prices.txt: it comes back to you\nhint: git gt resolve\n"
    )


def closing(place, bead):
    """Commit what closes a bead and conflicts; return what git says to that."""
    place.write("prices.txt", apples(1)["prices.txt"])
    done = place.attempt("commit", "-q", "-a", "-m", f"Cheap\n\nCloses: {bead}")
    assert done.returncode == 0
    return done.stderr


TOLD = "gt: conflict with main in prices.txt: it comes back to you\nhint: git gt resolve\n"


def test_a_commit_that_closes_is_told_at_once_that_it_conflicts(town, back, capsys):
    _, bead, place = back
    assert closing(place, bead.id) == TOLD
    assert town.now(bead).status == "hooked"  # the watcher submits it
    there = GithookPlace.of(place.path, {})  # and without one the hook does
    post_commit.run(there, (), "")
    assert capsys.readouterr().err == TOLD
    assert town.request(bead).status == "queued"


def test_a_commit_that_closes_and_merges_is_told_nothing(town, back):
    _, bead, place = back
    place.git("reset", "-q", "--hard", "main")
    assert closing(place, bead.id) == ""


def test_resolving_waits_for_what_is_not_committed(town, back):
    place = back.place
    place.write("notes", "half\n")
    with pytest.raises(RefusedError) as refusal:
        resolve.begin(Place.around(town.town, place.path))
    assert refusal.value.message == f"{place.path} holds something that is not committed"
    assert place.git("status", "--porcelain") == "?? notes"


@pytest.mark.parametrize("rebase", [False, True])
def test_resolving_leaves_both_sides_and_the_base_in_the_sandbox(town, back, rebase):
    place = back.place
    found = resolve.begin(Place.around(town.town, place.path), rebase=rebase)
    assert found == Begun(("prices.txt",))
    lines = place.read("prices.txt").splitlines()
    sides = ["apple 4", "apple 2"] if rebase else ["apple 2", "apple 4"]
    assert [each for each in lines if each.startswith("apple")] == [
        sides[0], "apple 3", sides[1]
    ]  # fmt: skip
    with pytest.raises(RefusedError) as again:
        Place.around(town.town, place.path)
    verb = "rebase" if rebase else "merge"
    assert again.value.message == f"{place.path} is in the middle of a {verb}"
    place.git(verb, "--abort")
    assert place.read("prices.txt") == apples(2)["prices.txt"]


def test_where_nothing_conflicts_the_merge_is_made(town, back):
    _, bead, place = back
    place.git("revert", "--no-edit", "HEAD")
    assert resolve.begin(Place.around(town.town, place.path)) == Begun()
    assert place.subjects()[0] == f"Merge branch 'main' into polecat/obsidian/{bead.id}"
    assert resolve.begin(Place.around(town.town, place.path)) == Begun(changed=False)


def test_what_conflicts_is_told_to_programs_in_the_published_shape(town, back):
    shop, bead, place = back
    request = hand_in(town, shop, bead, place)
    told = _answers("conflict", "mq", "conflict", bead.id, cwd=place.path)
    found = told["conflict"]
    assert (told["request"], told["status"], told["conflicts"]) == (request.id, "conflict", 1)
    [path] = found["paths"]
    assert (path["path"], path["kind"], found["head"]) == (
        "prices.txt", "both-changed", request.head
    )  # fmt: skip
    assert path["regions"] == [
        {"line": 1, "base": ["apple 3"], "ours": ["apple 4"], "theirs": ["apple 2"]}
    ]
    begun = _answers("resolved", "resolve", cwd=place.path)
    assert begun["paths"] == [{"path": "prices.txt", "filled": False}]
    assert begun["request"] == request.id


def _answers(schema, *words, cwd):
    done = gt(*words, "--json", cwd=cwd)
    assert done.code == 0, done.stderr
    answer = json.loads(done.stdout)
    validator(schema).validate(answer)
    return answer


# --- nothing is lost


def gone(place, branch):
    shutil.rmtree(place.path)


def deleted(place, branch):
    place.git("switch", "-q", "--detach", "main")
    place.git("branch", "-q", "-D", branch)


def forced(place, branch):
    place.git("reset", "-q", "--hard", "main")


@pytest.mark.parametrize("harm", [gone, deleted, forced])
def test_whatever_becomes_of_the_branch_its_author_gets_back_what_was_submitted(
    town, back, harm
):
    shop, bead, place = back
    request = hand_in(town, shop, bead, place)
    assert request.status == "conflict"
    harm(place, f"polecat/obsidian/{bead.id}")
    repo = town.repo(shop.rig)
    repo.git("worktree", "prune")
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    assert repo.git("rev-parse", f"refs/gt/pin/{request.id}") == request.head
    assert "    apple 2\n" in request.findings
    if harm is not forced:  # that one did it in their own branch, and has it as they want it
        path, _ = sandbox.prepare(shop.rig, town.ledger(shop.rig), town.now(bead))
        assert town.sandbox(shop.rig, path.name).head == request.head


def test_whoever_dies_before_any_act_sends_it_back_once_and_keeps_it(town, back):
    shop, bead, place = back
    agent = Actor.agent(OBSIDIAN)
    request = submit.done(submit.Sandbox.around(town.town, place.path), agent)
    assert request is not None
    deaths = 0
    for act in range(1, 500):
        with DEATH.before(act):
            RefineryRole(town.town).reconcile(Key("refinery", shop.rig.name))
        if not DEATH.came:
            break
        deaths += 1
    found = town.request(bead)
    assert deaths > 5
    assert (found.status, found.conflicts, found.revision) == ("conflict", 1, 1)
    assert town.repo(shop.rig).git("rev-parse", f"refs/gt/pin/{request.id}") == request.head
    back_again = [each for each in town.story(shop.rig) if "send back" in each]
    assert len(back_again) == 1
