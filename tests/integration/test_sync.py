"""Ledgers of several clones: exchanged, merged, never forced, and nothing before it is said."""

from __future__ import annotations

import json

import pytest

from gitgt.errors import RefusedError
from gitgt.git.remote import UnreachableError
from gitgt.ledger import genesis, layout
from gitgt.model.documents import Bead, Escalation
from gitgt.model.instant import text_of
from gitgt.reactor.key import Key
from gitgt.roles.desk import DeskRole
from gitgt.services import beads, rig
from gitgt.services.beads import Update
from gitgt.services.sling import Order, sling
from gitgt.services.sync import sync
from tests.support.checkout import Checkout
from tests.support.clones import Place, hub
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS


@pytest.fixture
def hubs(tmp_path):
    return hub(tmp_path)


@pytest.fixture
def here(tmp_path, hubs):
    """A town that shares the project's ledger."""
    place = Place(tmp_path / "here", str(hubs.path))
    place.sync()
    yield place
    place.builder.close()


@pytest.fixture
def there(tmp_path, hubs, here):
    """Another one, begun when the ledger was at the remote already."""
    place = Place(tmp_path / "there", str(hubs.path))
    yield place
    place.builder.close()


def ledgers(hubs):
    return hubs.git("for-each-ref", "--format=%(refname)", "refs/heads/beads", "refs/gt")


def test_nothing_leaves_before_it_is_said(tmp_path, hubs):
    place = Place(tmp_path / "here", str(hubs.path), shared=False)
    place.builder.bead(place.rig, "Mine")
    with pytest.raises(RefusedError, match="the ledger of shop is not shared"):
        place.sync()
    assert place.repo.attempt("push", "-q", "origin", "beads").returncode != 0
    assert ledgers(hubs) == ""

    place.share()
    assert place.sync().sent > 0
    assert hubs.git("rev-parse", "beads") == place.head
    place.builder.close()


def test_what_was_written_apart_is_together_afterwards(hubs, here, there):
    one, two = here.builder.bead(here.rig, "One"), there.builder.bead(there.rig, "Two")
    here.sync()
    done = there.sync()
    assert (done.received, done.sent, done.merged) == (1, 2, True)
    assert here.sync().received == 2
    assert here.head == there.head == hubs.git("rev-parse", "beads")
    assert {here.builder.now(each.id).title for each in (one, two)} == {"One", "Two"}
    assert here.sync().fields() == {
        "name": "shop", "remote": "origin", "received": 0, "sent": 0, "rewound": 0,
        "merged": False, "lost": [], "unread": [], "renamed": {}, "calls": {},
    }  # fmt: skip


def land_elsewhere(hubs, there):
    """Let another town land something; return where main stands then."""
    tree = hubs.git("rev-parse", "main^{tree}")
    made = hubs.git("commit-tree", tree, "-p", "main", "-m", "It landed")
    hubs.git("update-ref", "refs/heads/main", made)
    there.builder.bead(there.rig, "What has landed")
    there.sync()
    return made


@pytest.mark.parametrize("way", ["sync", "claim"])
def test_what_landed_elsewhere_is_here_with_the_ledger_that_says_so(hubs, here, there, way):
    made = land_elsewhere(hubs, there)
    if way == "sync":
        here.sync()
    else:
        bead = here.builder.bead(here.rig, "Next")
        sling(here.town, [bead.id], Order(to="shop/nux", convoy=False), TESS)
    assert here.repo.git("rev-parse", "main") == made
    assert here.repo.git("rev-parse", "refs/gt/seen/origin/main") == made


def test_a_target_that_parted_or_was_rewound_stays_for_a_person_to_judge(hubs, here, there):
    root = hubs.git("rev-parse", "main")
    made = land_elsewhere(hubs, there)
    here.sync()
    hubs.git("update-ref", "refs/heads/main", root)
    here.sync()
    assert here.repo.git("rev-parse", "main") == made
    assert here.repo.git("rev-parse", "refs/gt/seen/origin/main") == made


def test_two_who_merge_the_same_make_the_same(here, there):
    bead = here.builder.bead(here.rig, "Both", description="one\ntwo\nthree")
    here.sync(), there.sync()
    beads.update(here.town, bead.id, TESS, Update({"description": "one\nhere\nthree"}))
    beads.update(there.town, bead.id, TESS, Update({"description": "one\nthere\nthree"}))
    for place, other in ((here, there), (there, here)):
        place.repo.git("fetch", "-q", str(other.repo.path), "beads:refs/remotes/other/beads")
        place.builder.settle()
    assert here.head == there.head
    (kept,) = here.builder.now(bead.id).comments
    assert kept.text.startswith("description, as it was before a merge:\none\n")


def test_a_dry_run_only_tells(hubs, here, there):
    here.builder.bead(here.rig, "One")
    there.builder.bead(there.rig, "Two")
    there.sync()
    head, remote = here.head, hubs.git("rev-parse", "beads")
    done = sync(here.town, here.rig, dry_run=True)
    assert (done.received, done.sent, done.merged) == (1, 2, True)
    assert (here.head, hubs.git("rev-parse", "beads")) == (head, remote)


def test_what_programs_are_told_keeps_its_schema(here, there):
    bead = here.builder.bead(here.rig, "Both")
    here.sync(), there.sync()
    for place, title in ((here, "Here's"), (there, "There's")):
        beads.update(place.town, bead.id, TESS, Update({"title": title}))
    here.sync()
    done = gt("sync", "--json", cwd=there.town.root)
    assert done.code == 0
    (told,) = json.loads(done.stdout)
    validator("synced").validate([told])
    assert (told["merged"], [each["field"] for each in told["lost"]]) == (True, ["title"])


def test_without_a_network_nothing_is_lost(hubs, here):
    bead = here.builder.bead(here.rig, "Mine")
    away = hubs.path.rename(hubs.path.parent / "away")
    with pytest.raises(UnreachableError, match="cannot be reached") as error:
        here.sync()
    assert error.value.exit_code == 1
    assert "nothing is lost" in error.value.hint
    away.rename(hubs.path)
    assert here.sync().sent == 1
    assert here.builder.now(bead.id).title == "Mine"


@pytest.mark.parametrize("what", ["project", "prefix"])
def test_another_ledger_is_refused(tmp_path, hubs, here, what):
    repository = here.town.ledger_at(here.rig).repository
    told = {"prefix": here.rig.prefix, "project": "2" * 40}
    told |= {"prefix": "other"} if what == "prefix" else {}
    if what == "prefix":
        told["project"] = genesis.settings(repository, here.head)["project"]
    other = genesis.begin(repository, "refs/heads/other", **told)
    here.repo.git(
        "push", "-q", "--no-verify", "-f", str(hubs.path), f"{other}:refs/heads/beads"
    )
    head = here.head
    with pytest.raises(RefusedError, match=f"its {what} is"):
        here.sync()
    here.builder.settle()
    assert (here.head, hubs.git("rev-parse", "beads")) == (head, other)


def test_a_branch_that_is_no_ledger_is_refused(hubs, here):
    here.repo.git("push", "-q", "--no-verify", "-f", str(hubs.path), "main:refs/heads/beads")
    with pytest.raises(RefusedError, match="is no ledger of gitgt"):
        here.sync()


def test_plain_push_and_plain_pull_work_as_well(hubs, here, there):
    bead = here.builder.bead(here.rig, "Plain")
    here.builder.settle()
    here.desk.git("push", "-q", "origin", "beads")
    assert hubs.git("rev-parse", "beads") == here.head

    mine = there.builder.bead(there.rig, "Mine")
    there.builder.settle()
    there.desk.git("pull", "-q", "--no-rebase", "origin", "beads")
    there.builder.settle()
    assert {there.builder.now(each.id).title for each in (bead, mine)} == {"Plain", "Mine"}
    assert there.builder.escalations(there.rig) == []
    assert there.desk.git("status", "--porcelain") == ""

    oldest = there.desk.git("rev-list", "--max-parents=0", "beads", "--")
    refused = there.desk.attempt("push", "-q", "-f", "origin", f"{oldest}:refs/heads/beads")
    assert refused.returncode != 0
    there.desk.git("push", "-q", "origin", "beads")
    assert hubs.git("rev-parse", "beads") == there.head


def test_pull_and_push_need_no_words_on_a_desk(hubs, here, there):
    bead, mine = here.builder.bead(here.rig, "Theirs"), there.builder.bead(there.rig, "Mine")
    here.sync()
    there.builder.settle()
    late = there.desk.attempt("push", "-q", "origin", "beads")
    assert late.returncode == 1
    assert late.stderr.startswith(
        "gt: beads is the ledger: it is merged, never forced\nhint: git gt sync\n"
    )

    there.desk.git("pull", "-q", "--no-edit")
    there.builder.settle()
    assert {there.builder.now(each.id).title for each in (bead, mine)} == {"Theirs", "Mine"}
    assert there.desk.git("status", "--porcelain") == ""
    assert there.desk.git("rev-parse", "HEAD") == there.head

    branch = there.desk.git("branch", "--show-current")
    bare = there.desk.attempt("push", "-q")
    assert bare.returncode == 128
    assert "    git push origin HEAD:beads\n" in bare.stderr
    named = there.desk.attempt("push", "-q", "origin", branch)
    assert named.stderr.startswith(
        f"gt: {branch} belongs to this clone alone\nhint: git push origin beads\n"
    )
    there.desk.git("push", "-q", "origin", "beads")
    assert hubs.git("rev-parse", "beads") == there.head


def test_what_a_rebase_displaces_is_kept_as_of_its_time(here, there):
    bead = here.builder.bead(here.rig, "Both")
    here.sync(), there.sync()
    there.builder.settle()
    path = layout.path_of(bead.id)
    there.desk.commit(path, there.desk.read(path).replace("title: Both", "title: Mine"))
    beads.update(here.town, bead.id, TESS, Update({"title": "Theirs"}))
    here.sync()
    there.desk.git("pull", "-q", "--rebase", "origin", "beads")
    there.builder.settle()
    found = there.builder.now(bead.id)
    (kept,) = found.comments
    seconds = float(here.repo.git("log", "-1", "--format=%ct", "beads"))
    assert found.title == "Mine"
    assert (kept.by, kept.at, kept.text) == (
        TESS.address,
        text_of(seconds),
        "title, as it was before a merge:\nTheirs",
    )


@pytest.mark.parametrize("how", ["--no-rebase", "--rebase"])
def test_a_pull_with_nobody_watching_leaves_the_desk_where_the_ledger_stands(here, there, how):
    bead = here.builder.bead(here.rig, "Theirs")
    here.sync()
    there.builder.close()  # from here on the hooks do it all
    there.desk.commit(
        "items/a/b/app-abc12.yaml".replace("app", there.rig.prefix),
        f"id: {there.rig.prefix}-abc12\ntype: task\ntitle: Mine\nstatus: open\n",
    )
    pulled = there.desk.attempt("pull", "-q", "--no-edit", how, "origin", "beads")
    assert (pulled.returncode, [row for row in pulled.stderr.splitlines() if "gt:" in row]) == (
        0,
        [],
    )
    assert there.desk.git("rev-parse", "HEAD") == there.head
    assert there.desk.git("status", "--porcelain") == ""
    titles = {each.title for each in there.builder.ledger(there.rig).all(Bead)}
    assert {bead.title, "Mine"} <= titles


def test_a_desk_follows_the_remote_that_its_ledger_is_shared_through(tmp_path, hubs):
    place = Place(tmp_path / "here", str(hubs.path), shared=False)
    branch = place.desk.git("branch", "--show-current")

    def said():
        rows = place.repo.git("config", "--local", "--list").splitlines()
        return [row for row in rows if row.startswith(f"branch.{branch}.")]

    assert said() == [f"branch.{branch}.rebase=false"]
    place.share()
    shared = [
        f"branch.{branch}.rebase=false",
        f"branch.{branch}.remote=origin",
        f"branch.{branch}.merge=refs/heads/beads",
    ]
    assert said() == shared
    place.share()
    assert said() == shared
    rig.share(place.town, "shop", TESS, shared=False)
    assert said() == shared[:1]
    place.builder.close()


def test_a_pull_onto_a_desk_merges_by_field(here, there):
    bead = here.builder.bead(here.rig, "Both", description="one\ntwo\nmiddle\nthree")
    here.sync(), there.sync()
    there.builder.settle()
    wanted = {"priority": 0, "notes": "from here", "description": "one\ntwo\nmiddle\n3"}
    beads.update(here.town, bead.id, TESS, Update(wanted))
    here.sync()
    suffix = bead.id.partition("-")[2]
    path = f"items/{suffix[0]}/{suffix[1]}/{bead.id}.yaml"
    mine = there.desk.read(path).replace("title: Both", "title: Mine")
    mine = mine.replace("priority: 2", "priority: 4").replace("  two", "  2")
    there.desk.commit(path, mine)
    there.desk.git("pull", "-q", "--no-rebase", "--no-edit", "origin", "beads")
    there.builder.settle()
    found = there.builder.now(bead.id)
    assert (found.title, found.notes) == ("Mine", "from here")
    assert found.description == "one\n2\nmiddle\n3"
    assert found.priority in (0, 4)
    assert there.builder.escalations(there.rig) == []


def test_a_claim_online_has_one_winner_at_once(here, there):
    bead = here.builder.bead(here.rig, "Wanted")
    here.sync(), there.sync()
    assert sling(here.town, [bead.id], Order(to="shop/toast", convoy=False), TESS)[0].fresh
    (said,) = sling(there.town, [bead.id], Order(to="shop/nux", convoy=False), TESS)
    assert isinstance(said, RefusedError)
    assert said.message == f"{bead.id} is on the hook of shop/polecats/toast"
    assert here.head == there.head


def test_a_claim_offline_is_provisional_and_the_loser_is_told(hubs, here, there):
    bead = here.builder.bead(here.rig, "Wanted")
    here.sync(), there.sync()
    away = hubs.path.rename(hubs.path.parent / "away")
    sling(here.town, [bead.id], Order(to="shop/toast", convoy=False), TESS)
    beads.create(there.town, there.rig, TESS, {"title": "so that its clock is later"})
    sling(there.town, [bead.id], Order(to="shop/nux", convoy=False), TESS)
    assert there.builder.now(bead.id).assignee == "shop/polecats/nux"
    away.rename(hubs.path)

    here.sync()
    there.repo.git("fetch", "-q", "origin")
    DeskRole(there.town).reconcile(Key("desk", "shop"))
    assert there.builder.now(bead.id).assignee == "shop/polecats/toast"
    (told,) = [
        each
        for each in there.builder.ledger(there.rig).all(Escalation)
        if each.about == bead.id
    ]
    assert told.title == (
        f"{bead.id} is not shop/polecats/nux's: shop/polecats/toast claimed it first, "
        "in another clone"
    )


@pytest.mark.parametrize("merger", ["the winner", "the loser", "somebody else"])
def test_the_loser_of_a_claim_is_told_whoever_merges(tmp_path, hubs, here, there, merger):
    bead = here.builder.bead(here.rig, "Wanted")
    here.sync(), there.sync()
    third = Place(tmp_path / "third", str(hubs.path))
    away = hubs.path.rename(hubs.path.parent / "away")
    beads.update(here.town, bead.id, TESS, Update({}, claimed_by="Ada"))
    beads.update(there.town, bead.id, TESS, Update({}, claimed_by="Zoe"))
    away.rename(hubs.path)

    if merger == "the winner":
        there.sync(), here.sync()
    elif merger == "the loser":
        here.sync(), there.sync()
    else:
        third.repo.git("fetch", "-q", str(here.repo.path), "beads:refs/remotes/ada/beads")
        third.repo.git("fetch", "-q", str(there.repo.path), "beads:refs/remotes/zoe/beads")
        third.builder.settle()
        third.sync(), here.sync()
    told = there.sync()
    validator("synced").validate([told.fields()])
    title = f"{bead.id} is not Zoe's: Ada claimed it first, in another clone"
    assert list(told.calls.values()) == ([title] if merger != "the loser" else [])
    assert there.builder.escalations(there.rig) == [("medium", title)]
    assert there.builder.now(bead.id).assignee == "Ada"
    here.sync()
    assert here.head == there.head == hubs.git("rev-parse", "beads")
    third.builder.close()


def test_the_loser_of_a_claim_is_told_by_a_pull_onto_a_desk_too(hubs, here, there):
    bead = here.builder.bead(here.rig, "Wanted")
    here.sync(), there.sync()
    away = hubs.path.rename(hubs.path.parent / "away")
    beads.update(here.town, bead.id, TESS, Update({}, claimed_by="Ada"))
    beads.update(there.town, bead.id, TESS, Update({}, claimed_by="Zoe"))
    away.rename(hubs.path)
    there.builder.settle()
    there.builder.close()  # from here on the hooks do it all
    here.sync()
    there.desk.git("pull", "-q", "--no-edit", "--no-rebase", "origin", "beads")
    # The hooks' clock is days ahead of the test's, so nobody took it for long: it grew louder.
    assert there.builder.escalations(there.rig) == [
        ("high", f"{bead.id} is not Zoe's: Ada claimed it first, in another clone")
    ]
    assert there.desk.git("rev-parse", "HEAD") == there.head
    there.sync(), here.sync()
    assert here.head == there.head


def test_a_claim_that_is_lost_while_another_is_made_is_told(hubs, here, there):
    wanted, other = (here.builder.bead(here.rig, title) for title in ("Wanted", "Other"))
    here.sync(), there.sync()
    away = hubs.path.rename(hubs.path.parent / "away")
    beads.update(there.town, wanted.id, TESS, Update({}, claimed_by="Zoe"))
    away.rename(hubs.path)
    beads.update(here.town, wanted.id, TESS, Update({}, claimed_by="Ada"))
    beads.update(there.town, other.id, TESS, Update({}, claimed_by="Zoe"))
    title = f"{wanted.id} is not Zoe's: Ada claimed it first, in another clone"
    assert there.builder.escalations(there.rig) == [("medium", title)]


def test_a_claim_that_the_remote_settled_stands_against_one_made_offline(
    tmp_path, hubs, here, there
):
    bead = here.builder.bead(here.rig, "Wanted")
    here.sync(), there.sync()
    away = hubs.path.rename(hubs.path.parent / "away")
    mine = [beads.update(here.town, bead.id, TESS, Update({}, claimed_by="Ada"))[0].assignee]
    assert "Gt-Settled" not in here.repo.git("log", "-1", "--format=%B", "beads")
    away.rename(hubs.path)
    beads.update(there.town, bead.id, TESS, Update({}, claimed_by="Zoe"))
    assert hubs.git("rev-parse", "beads") == there.head
    assert "\nGt-Settled: origin\n" in there.repo.git("log", "-1", "--format=%B", "beads")

    here.sync(), there.sync()
    mine.append(here.builder.now(bead.id).assignee)
    assert mine == ["Ada", "Zoe"]
    assert there.builder.now(bead.id).assignee == "Zoe"


def test_the_town_itself_is_exchanged_where_it_has_a_remote(tmp_path, here):
    bare = tmp_path / "town.git"
    here.repo.git("init", "-q", "--bare", str(bare))
    with pytest.raises(RefusedError, match="the town has no remote"):
        sync(here.town, None)
    Checkout(here.town.root).git("remote", "add", "origin", str(bare))
    assert sync(here.town, None).sent > 0
    assert Checkout(bare).git("rev-parse", "beads") == here.town.ledger.head()
