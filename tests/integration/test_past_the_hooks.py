"""Commits that move the ledger itself: what breaks a rule is put back, and told."""

from __future__ import annotations

import os

import pytest

from gitgt.git.repository import Repository
from gitgt.ledger import genesis, lawful
from gitgt.model.documents import Escalation
from gitgt.services import beads
from gitgt.services.beads import Update
from tests.support.clones import Place, hub
from tests.support.town import TESS

LEDGER = "refs/heads/beads"


@pytest.fixture
def shop(town):
    return town.rig()


def path_of(bead):
    return f"items/{bead[3]}/{bead[4]}/{bead}.yaml"


def past_the_hooks(repo, message, files):
    """Commit to the ledger's own branch as a script with an index of its own would."""
    env = {"GIT_INDEX_FILE": str(repo.path / "an index"), **os.environ}
    repo.git("read-tree", LEDGER, env=env)
    for path, text in files.items():
        if text is None:
            repo.git("update-index", "--index-info", stdin=f"0 {'0' * 40}\t{path}\n", env=env)
            continue
        blob = repo.git("hash-object", "-w", "--stdin", stdin=text)
        repo.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", env=env)
    tree = repo.git("write-tree", env=env)
    commit = repo.git("commit-tree", "-p", LEDGER, "-m", message, tree)
    repo.git("update-ref", LEDGER, commit)
    return commit


def text_of(repo, path):
    return repo.git("show", f"{LEDGER}:{path}") + "\n"


def told(where, shop):
    """Return status, title and description of what was told of commits past the hooks."""
    found = where.ledger(shop).all(Escalation)
    return [(str(each.status), each.title, each.description) for each in found]


def title(commit, what):
    return f"{commit[:12]} got past the hooks and broke a rule: {what}"


def why(commit, *lines):
    return "\n".join((*lines, f"It was put back. What Tess Ter wrote: git show {commit[:12]}"))


def test_a_bead_that_was_removed_comes_back(town, shop):
    lost, other = town.bead(shop, "Sell limes"), town.bead(shop, "Sell plums")
    town.settle()
    repo, path = town.repo(shop), path_of(lost.id)
    bad = past_the_hooks(repo, "Away with it", {path: None})

    for _ in range(2):
        town.settle()
        town.restart()

    assert town.now(lost) == lost
    assert town.now(other) == other
    rule = f"{path}: {lost.id} is deleted, and what it says with it"
    said = why(bad, rule, "  hint: set status: closed instead")
    assert told(town, shop) == [("open", title(bad, lost.id), said)]
    assert town.story(shop)[-2:] == [
        "Tess Ter: Away with it",
        f"desk: put back {lost.id} as before {bad[:12]}",
    ]


def test_a_step_that_nobody_may_take_is_undone(town, shop):
    bead = town.bead(shop, "Sell limes")
    town.settle()
    repo, path = town.repo(shop), path_of(bead.id)
    begun = text_of(repo, path).replace("status: open", "status: in_progress")
    bad = past_the_hooks(repo, "I am at it", {path: begun})

    town.settle()

    assert town.now(bead) == bead
    rule = f"{path}:4: {bead.id}: a bead needs assignee to become in_progress"
    said = why(bad, rule, "  hint: assignee: RIG/polecats/NAME")
    assert told(town, shop) == [("open", title(bad, bead.id), said)]
    assert repo.git("show", f"{bad}:{path}") + "\n" == begun  # in the history it stays


def test_what_landed_stays_landed(town, shop):
    bead = town.bead(shop, "Sell limes", "echo 'lime 1' >>prices.txt", "closes Limes")
    town.sling(bead)
    town.settle()
    landed = town.now(bead)
    repo, path = town.repo(shop), path_of(bead.id)
    text = text_of(repo, path).replace("status: closed", "status: in_progress")
    bad = past_the_hooks(repo, "Once more", {path: text})

    town.settle()

    assert (landed.status, town.now(bead)) == ("closed", landed)
    assert [each for _, each, _ in told(town, shop)] == [title(bad, bead.id)]
    assert len(town.sessions()) == 1


def test_what_keeps_the_rules_is_merged_and_completed(town, shop):
    bead = town.bead(shop, "Sell limes")
    town.settle()
    repo, path = town.repo(shop), path_of(bead.id)
    closed = text_of(repo, path).replace("status: open", "status: closed")
    files = {path: closed, path_of("sh-abc12"): "id: sh-abc12\ntitle: By hand\n"}
    past_the_hooks(repo, "Two things", files)

    town.settle()

    now = town.now(bead)
    assert (now.status, now.outcome, now.closed_by) == ("closed", "success", "Tess Ter")
    assert (town.now("sh-abc12").title, town.now("sh-abc12").status) == ("By hand", "open")
    assert told(town, shop) == []


def test_what_was_mended_before_anybody_looked_is_nobodys_business(town, shop):
    bead = town.bead(shop, "Sell limes")
    town.settle()
    repo, path = town.repo(shop), path_of(bead.id)
    good = text_of(repo, path)
    past_the_hooks(repo, "Away", {path: None})
    past_the_hooks(repo, "And back", {path: good.replace("Sell limes", "Sell lemons")})

    town.settle()

    assert town.now(bead).title == "Sell lemons"
    assert told(town, shop) == []


def test_a_good_commit_on_top_of_a_bad_one_stays(town, shop):
    lost, other = town.bead(shop, "Sell limes"), town.bead(shop, "Sell plums")
    town.settle()
    repo = town.repo(shop)
    past_the_hooks(repo, "Away", {path_of(lost.id): None})
    beads.update(town.town, other.id, TESS, Update({"title": "Sell pears"}))

    town.settle()

    assert (town.now(lost), town.now(other).title) == (lost, "Sell pears")
    assert len(told(town, shop)) == 1


@pytest.mark.parametrize("path", [genesis.SETTINGS, f"{genesis.SCHEMAS}bead.schema.json"])
def test_what_the_ledger_says_about_itself_comes_back(town, shop, path):
    repo = town.repo(shop)
    before = text_of(repo, path)
    bad = past_the_hooks(repo, "Tidy up", {path: None})

    town.settle()

    assert text_of(repo, path) == before
    rule = f"{path}: what the ledger says about itself is not edited by hand"
    assert told(town, shop) == [("open", title(bad, path), why(bad, rule))]


def test_the_towns_own_ledger_is_judged_as_well(town):
    shop = town.rig()
    bead = town.bead(shop, "Sell limes")
    town.sling(bead, convoy=True)
    town.settle()
    [convoy] = town.convoys()
    path = f"items/{convoy.id[6]}/{convoy.id[7]}/{convoy.id}.yaml"
    past_the_hooks(town.repo(), "Away", {path: None})

    town.settle()

    assert [each.id for each in town.convoys()] == [convoy.id]
    assert len(told(town, None)) == 1


def test_who_was_killed_between_the_two_finds_it_done(town, shop):
    lost = town.bead(shop, "Sell limes")
    town.settle()
    repository = Repository(shop.repository_path)
    judged = repository.ref(lawful.JUDGED)
    past_the_hooks(town.repo(shop), "Away", {path_of(lost.id): None})
    town.settle()
    after = repository.ref(LEDGER)

    town.repo(shop).git("update-ref", lawful.JUDGED, judged)
    town.settle()

    assert repository.ref(LEDGER) == after
    assert repository.ref(lawful.JUDGED) == after


def test_two_clones_that_put_back_the_same_do_not_quarrel(tmp_path):
    origin = hub(tmp_path)
    here = Place(tmp_path / "here", str(origin.path))
    bead = here.builder.bead(here.rig, "Sell limes")
    here.builder.settle()
    here.sync()
    there = Place(tmp_path / "there", str(origin.path))
    bad = past_the_hooks(here.repo, "Away", {path_of(bead.id): None})
    here.sync()  # before anybody looked
    there.sync()

    here.builder.settle()
    there.builder.settle()
    assert here.head != there.head
    for place in (here, there, here):
        place.sync()
        place.builder.settle()
    there.sync()
    there.builder.settle()

    assert here.head == there.head
    for place in (here, there):
        assert place.builder.now(bead) == bead
        [(status, said, _)] = told(place.builder, place.rig)
        assert (status, said) == ("open", title(bad, bead.id))
    here.builder.close()
    there.builder.close()
