"""People who edit beads as files and type plain git; and what got past the hooks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitgt.errors import NewerDataError
from gitgt.git.repository import Repository
from gitgt.model.documents import Escalation
from gitgt.model.ids import BeadId
from gitgt.services import beads
from tests.support.town import TESS

OBSIDIAN = "shop/polecats/obsidian"
BEAD = "items/a/b/sh-abc12.yaml"


def path_of(bead):
    return f"items/{bead[3]}/{bead[4]}/{bead}.yaml"


@pytest.fixture
def shop(town):
    return town.rig()


@pytest.fixture
def desk(town, shop):
    return town.desk(shop)


def write_bead(desk, *lines, name="sh-abc12"):
    desk.write(path_of(name), "".join(f"{line}\n" for line in (f"id: {name}", *lines)))
    desk.git("add", path_of(name))


def refusal(desk):
    """Try to commit, and return what is said."""
    before = desk.head
    done = desk.attempt("commit", "-q", "-m", "Try")
    assert (done.returncode, done.stdout, desk.head) == (1, "", before)
    return done.stderr


def test_a_bead_committed_as_hooked_starts_its_agent(town, shop, desk):
    town.agent_does("sh-abc12", "echo 'cherry 9' >>prices.txt", "closes Cherries")
    before = desk.head
    write_bead(desk, "title: Sell cherries", "status: hooked", f"assignee: {OBSIDIAN}")
    desk.git("commit", "-q", "-m", "Cherries, please")

    town.settle()

    head = town.ledger(shop).request(town.now("sh-abc12").merge_request).head
    assert town.story(shop, since=before) == [
        "Tess Ter: Cherries, please",
        f"dispatcher: {OBSIDIAN} is a polecat",
        f"{OBSIDIAN}: begin sh-abc12",
        f"{OBSIDIAN}: submit sh-abc12 at {head[:12]}",
        "refinery: land sh-abc12",
    ]
    assert town.file(shop, "prices.txt").endswith("cherry 9\n")
    assert desk.git("log", "-1", "--format=%an: %s") == "refinery: land sh-abc12"
    assert desk.git("status", "--porcelain") == ""


def test_an_edit_and_what_happened_meanwhile_both_stay(town, shop, desk):
    bead = town.bead(shop, "Old title")
    town.settle()
    text = desk.read(path_of(bead.id))
    town.sling(bead)

    desk.write(path_of(bead.id), text.replace("Old title", "New title"))
    desk.git("commit", "-q", "-a", "-m", "A better title")
    town.turn()

    now = town.now(bead)
    assert (now.title, now.status, now.assignee) == ("New title", "hooked", OBSIDIAN)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ("title: Done", "status: closed"),
            (f"gt: {BEAD}:3: sh-abc12: a bead cannot begin as closed\n"
            "  hint: begin as: open, hooked, blocked, deferred, pinned\n"),
        ),
        (
            ("title: Whose", "status: hooked"),
            (f"gt: {BEAD}:3: sh-abc12: a bead needs assignee to become hooked\n"
            "  hint: assignee: RIG/polecats/NAME\n"),
        ),
        (
            ("title: Typo", "priotity: 1"),
            f"gt: {BEAD}:3: priotity: there is no such key; did you mean priority?\n",
        ),
        (
            ("title: Twice", "title: Twice"),
            f"gt: {BEAD}:3: title: given twice; the first one is on line 2\n",
        ),
        (
            ("title: Either way", "status: open", "dependencies:",
            "  - {type: conditional-blocks, on: sh-x7k2m, when: success}",
            "  - {type: conditional-blocks, on: sh-x7k2m, when: failure}"),
            (f"gt: {BEAD}:3: sh-abc12: there are 2 conditional-blocks on sh-x7k2m\n"
            "  hint: keep one of them\n"),
        ),
        (
            ("title: &a Anchor", "description: *a"),
            (f"gt: {BEAD}:2: title: an anchor is not allowed\n"
            f"{BEAD}:3: description: an alias is not allowed\n"
            "  hint: delete &a\n  hint: write the value out\n"),
        ),
        (
            ("title: !!python/object:os.system Tag",),
            (f"gt: {BEAD}:2: title: a tag is not allowed\n"
            "  hint: delete !!python/object:os.system\n"),
        ),
    ],
    ids=("status", "assignee", "key", "twice", "two ends", "anchor", "tag"),
)  # fmt: skip
def test_what_breaks_a_rule_is_refused_with_file_line_rule_and_way_out(desk, lines, said):
    write_bead(desk, *lines)
    assert refusal(desk) == said


@pytest.mark.parametrize(
    ("assignee", "said"),
    [
        (
            "shop/polecats/Bad Name",
            "'Bad Name' cannot be a name\n  hint: letters, digits, hyphens and underscores\n",
        ),
        (
            "nope/polecats/x",
            "'nope/polecats/x' is no address\n  hint: try shop/NAME or shop/crew/NAME\n",
        ),
        (
            "shop/crew/nobody",
            "there is no shop/crew/nobody\n  hint: git gt crew add nobody --rig shop\n",
        ),
        (
            "shop/x",
            "'shop/x' is no address\n  hint: it is shop/polecats/x in full\n",
        ),
    ],
    ids=("grammar", "rig", "crew", "short"),
)
def test_an_assignee_that_cannot_be_is_refused(desk, assignee, said):
    write_bead(desk, "title: Cherries", "status: hooked", f"assignee: {assignee}")
    assert refusal(desk) == f"gt: {BEAD}:4: assignee: {said}"


@pytest.mark.parametrize("branch", ["beads", "desk/eva"])
def test_work_is_not_aimed_at_where_beads_are_kept(desk, branch):
    write_bead(desk, "title: Cherries", f"target: {branch}")
    assert refusal(desk) == (
        f"gt: {BEAD}:3: target: {branch} holds the beads of shop: no code lands there\n"
        "  hint: name a branch of the project, such as main\n"
    )


def test_who_has_the_name_of_a_person_may_be_assigned(town, shop, desk):
    write_bead(desk, "title: Cherries", "assignee: Tess Ter")
    desk.git("commit", "-q", "-m", "Mine")
    town.settle()
    assert town.now("sh-abc12").assignee == "Tess Ter"


def test_a_convoy_tracks_what_some_ledger_has(town, shop):
    office = town.desk()
    office.write(
        "items/a/b/hq-cv-abc12.yaml",
        "id: hq-cv-abc12\ntitle: Spring\ndependencies:\n  - type: tracks\n    on: zz-abc12\n",
    )
    office.git("add", "-A")
    assert refusal(office) == (
        "gt: items/a/b/hq-cv-abc12.yaml:3: dependencies: "
        "no ledger has the prefix 'zz' of zz-abc12\n  hint: prefixes: hq, sh\n"
    )


def test_a_step_that_the_lifecycle_has_not_is_refused(town, shop, desk):
    bead = town.bead(shop, "Landed, they say")
    town.settle()
    desk.write(
        path_of(bead.id),
        desk.read(path_of(bead.id)).replace("status: open", "status: in_progress"),
    )
    desk.git("add", "-A")
    assert refusal(desk) == (
        f"gt: {path_of(bead.id)}:4: {bead.id}: a bead needs assignee to become in_progress\n"
        "  hint: assignee: RIG/polecats/NAME\n"
    )


@pytest.mark.parametrize(
    ("name", "lines", "said"),
    [
        (
            "xy-abc12",
            ("title: Elsewhere",),
            "id: xy-abc12 is of another ledger\n  hint: ids here begin with sh-\n",
        ),
        (
            "sh-cv-abc12",
            ("title: Spring",),
            (
                "id: sh-cv-abc12 is a convoy, and those are the town's own\n"
                "  hint: write it on the town's own desk, with an id like hq-cv-abc12\n"
            ),
        ),
        (
            "sh-mr-abc12",
            ("type: task", "title: Work"),
            (
                "sh-mr-abc12: such an id is a merge-request's, not a task's\n"
                "  hint: type: merge-request, or another id\n"
            ),
        ),
    ],
    ids=("prefix", "convoy", "kind"),
)
def test_a_document_that_nobody_would_look_for_here_is_refused(desk, name, lines, said):
    path = f"items/a/b/{name}.yaml"
    desk.write(path, "".join(f"{line}\n" for line in (f"id: {name}", *lines)))
    desk.git("add", path)
    assert refusal(desk) == f"gt: {path}:1: {said}"


def test_what_is_no_file_is_refused(desk, shop):
    (desk.path / "items/a/b").mkdir(parents=True)
    (desk.path / BEAD).symlink_to("title: Linked")
    desk.git("add", BEAD)
    other = "items/a/c/sh-ac123.yaml"
    desk.git("update-index", "--add", "--cacheinfo", f"160000,{desk.head},{other}")
    assert refusal(desk) == (
        f"gt: {BEAD}: a symbolic link has no place in a ledger\n"
        f"  hint: git rm --cached {BEAD}\n"
        f"{other}: a submodule has no place in a ledger\n"
        f"  hint: git rm --cached {other}\n"
    )


@pytest.mark.parametrize("path", ["ledger.yaml", "schemas/bead.schema.json"])
def test_what_the_ledger_says_about_itself_is_not_edited(desk, path):
    desk.git("rm", "-q", path)
    assert refusal(desk) == (
        f"gt: {path}: what the ledger says about itself is not edited by hand\n"
        f"  hint: git checkout HEAD -- {path}\n"
    )


def in_ledger(town, shop, path):
    now = town.ledger(shop)
    return now.repository.read(now.commit, path)


def test_a_file_that_is_no_bead_comes_and_goes(town, shop, desk):
    desk.commit("README.md", "Our beads\n")
    town.settle()
    assert in_ledger(town, shop, "README.md") == b"Our beads\n"
    desk.git("rm", "-q", "README.md")
    desk.git("commit", "-q", "-m", "Not needed")
    town.settle()
    assert in_ledger(town, shop, "README.md") is None
    assert not (desk.path / "README.md").exists()


def test_a_draft_that_the_desk_still_shows_takes_nothing_back(town, shop, desk):
    """The desk stays behind for a file that is being edited; its own draft is old by then."""
    edited = town.bead(shop, "Being edited")
    town.settle()
    desk.write(path_of(edited.id), desk.read(path_of(edited.id)) + "notes: mine\n")
    beads.update(town.town, edited.id, TESS, beads.Update({"notes": "theirs"}))
    write_bead(desk, "title: Draft")
    desk.git("commit", "-q", "-m", "Draft")
    town.settle()
    assert desk.read(BEAD) == "id: sh-abc12\ntitle: Draft\n"
    beads.update(town.town, BeadId("sh-abc12"), TESS, beads.Update({"title": "Better"}))

    write_bead(desk, "title: Draft", "notes: hello")
    desk.git("commit", "-q", "-m", "Notes")
    town.settle()

    now = town.now("sh-abc12")
    assert (now.title, now.notes) == ("Better", "hello")


def test_a_bead_is_not_deleted(town, shop, desk):
    bead = town.bead(shop, "Here to stay")
    town.settle()
    desk.git("rm", "-q", path_of(bead.id))
    assert refusal(desk) == (
        f"gt: {path_of(bead.id)}: {bead.id} is deleted, and what it says with it\n"
        f"  hint: git checkout HEAD -- {path_of(bead.id)}; to end it, "
        "set status: closed, to delete it, status: tombstone\n"
    )


def test_landed_is_the_refinerys_word(town, shop, desk):
    bead = town.bead(shop, "Not yet")
    town.settle()
    text = desk.read(path_of(bead.id)).replace("status: open", "status: closed")
    desk.write(path_of(bead.id), f"{text}landed: {'1' * 40}\noutcome: success\n")
    desk.git("add", "-A")
    assert "landed" in refusal(desk)


def test_a_commit_past_the_hooks_is_found_and_merged(town, shop, desk):
    write_bead(desk, "title: Quiet")
    desk.git("commit", "-q", "--no-verify", "-m", "No questions")
    town.settle()
    assert town.now("sh-abc12").title == "Quiet"
    assert town.escalations(shop) == []


def plumbing(shop, path, text, message):
    """Commit on the desk's branch as libgit2 does: no hook, no note, no worktree."""
    repository = Repository(shop.repository_path)
    [(ref, tip)] = repository.refs("refs/heads/desk/").items()
    tree = repository.write_tree(tip, {path: repository.write_blob(text.encode())})
    native = repository._git
    who = native.default_signature
    native.create_commit(ref, who, who, message, tree, [tip])


def test_a_commit_by_plumbing_is_found_and_merged(town, shop, desk):
    plumbing(shop, BEAD, "id: sh-abc12\ntitle: By libgit2\n", "Plumbing")
    town.settle()
    assert town.now("sh-abc12").title == "By libgit2"
    assert town.story(shop)[-1] == "Tess Ter: Plumbing"


def test_what_is_past_the_hooks_and_wrong_is_set_aside_once(town, shop, desk):
    good = town.bead(shop, "All is well")
    town.settle()
    write_bead(desk, "title: Bad", "status: done")
    desk.git("commit", "-q", "--no-verify", "-m", "Wrong")
    bad = desk.head

    for _ in range(2):
        town.settle()
        town.restart()

    [told] = town.ledger(shop).all(Escalation)
    assert (told.severity, told.about) == ("medium", bad)
    assert told.title == "desk/tess-ter cannot be taken into the ledger"
    assert told.description == (
        f"{BEAD}:3: status: 'done' is not one of "
        "open, hooked, in_progress, blocked, deferred, pinned, closed, tombstone"
    )
    assert town.now(good).title == "All is well"
    assert town.ledger(shop).find("sh-abc12") is None
    assert desk.head == bad  # nothing of the person's is touched

    write_bead(desk, "title: Mended")
    desk.git("commit", "-q", "-m", "Right")
    town.settle()

    assert town.now("sh-abc12").title == "Mended"
    [told] = town.ledger(shop).all(Escalation)
    assert (told.status, told.reason) == ("closed", "it was mended")


def test_a_name_that_is_no_text_is_refused_or_set_aside(town, shop, desk):
    odd = Path(os.fsdecode(os.fsencode(desk.path) + b"/items/a/b/sh-\xff.yaml"))
    for path in (odd, desk.path / os.fsdecode(b"\xff.md")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("id: sh-abc12\ntitle: Odd\n")
    desk.git("add", "-A")
    said = (
        "items/a/b/sh-{0}.yaml: the name of this file is not UTF-8\n"
        "  hint: git mv it to one that is\n"
        "{0}.md: the name of this file is not UTF-8\n"
        "  hint: git mv it to one that is"
    )
    assert refusal(desk) == f"gt: {said}\n".format("\\udcff")
    desk.git("commit", "-q", "--no-verify", "-m", "Odd")
    desk.git("update-ref", os.fsdecode(b"refs/heads/desk/\xff"), "HEAD")

    town.settle()

    told = sorted(town.ledger(shop).all(Escalation), key=lambda each: each.title)
    assert [(each.title, each.description) for each in told] == [
        (f"{name} cannot be taken into the ledger", said.format("\\xff"))
        for name in ("desk/\\xff", "desk/tess-ter")
    ]


def test_what_is_wrong_and_given_up_is_settled_too(town, shop, desk):
    write_bead(desk, "title: Bad", "status: done")
    desk.git("commit", "-q", "--no-verify", "-m", "Wrong")
    town.settle()
    assert [each.status for each in town.ledger(shop).all(Escalation)] == ["open"]
    desk.git("reset", "-q", "--hard", "beads")
    town.settle()
    assert [each.status for each in town.ledger(shop).all(Escalation)] == ["closed"]


def test_what_is_wrong_in_the_ledger_itself_leaves_the_rest_readable(town, shop):
    good = town.bead(shop, "All is well", "echo 1 >one", "closes One")
    repository = Repository(shop.repository_path)
    head = repository.ref("refs/heads/beads")
    broken = repository.write_blob(b"id: sh-abc12\ntitle: [\n")
    tree = repository.write_tree(head, {BEAD: broken})
    native = repository._git
    who = native.default_signature
    native.create_commit("refs/heads/beads", who, who, "Vandalism", tree, [head])

    town.sling(good)
    for _ in range(2):
        town.settle()
        town.restart()

    assert town.now(good).status == "closed"
    assert town.escalations(shop) == [("high", "sh-abc12 cannot be read")]

    desk = town.desk(shop)
    write_bead(desk, "title: Readable")
    desk.git("commit", "-q", "-m", "Mend it")
    town.settle()

    assert town.now("sh-abc12").title == "Readable"
    assert [each.status for each in town.ledger(shop).all(Escalation)] == ["closed"]


def test_a_ledger_of_a_later_gitgt_is_not_written(town, shop, desk):
    repository = Repository(shop.repository_path)
    head = repository.ref("refs/heads/beads")
    text = repository.read(head, "ledger.yaml").replace(b"format: 1", b"format: 2")
    tree = repository.write_tree(head, {"ledger.yaml": repository.write_blob(text)})
    native = repository._git
    who = native.default_signature
    native.create_commit("refs/heads/beads", who, who, "From the future", tree, [head])

    with pytest.raises(NewerDataError, match="has format 2; this gitgt knows 1"):
        town.bead(shop, "From the past")
    write_bead(desk, "title: From the past")
    assert "ledger.yaml has format 2" in refusal(desk)


def test_a_convoy_file_starts_tracking(town, shop):
    bead = town.bead(shop, "Carried", "echo 1 >one", "closes One")
    office = town.desk()
    office.write(
        "items/a/b/hq-cv-abc12.yaml",
        f"id: hq-cv-abc12\ntitle: Spring\ndependencies:\n  - type: tracks\n    on: {bead.id}\n",
    )
    office.git("add", "-A")
    office.git("commit", "-q", "-m", "Spring it is")
    town.sling(bead)
    town.settle()

    assert [(each.id, each.status) for each in town.convoys()] == [("hq-cv-abc12", "closed")]
    assert town.story()[-1] == "convoys: convoy hq-cv-abc12 landed: Spring (1 of 1)"


@pytest.mark.parametrize("option", ["-q", "-qn"], ids=["checked", "past the hooks"])
def test_an_agent_at_a_desk_stays_an_agent(town, shop, desk, option):
    agent = {
        "GT_AGENT": OBSIDIAN,
        "GIT_AUTHOR_NAME": OBSIDIAN,
        "GIT_AUTHOR_EMAIL": "shop.polecats.obsidian@gitgt.invalid",
    }
    write_bead(desk, "title: Cherries", "status: hooked", f"assignee: {OBSIDIAN}")
    done = desk.attempt("commit", option, "-m", "Mine", env=agent)
    town.settle()

    told = done.stderr + "".join(each.description for each in town.ledger(shop).all(Escalation))
    allowed = "a coordinator or person or town"
    assert f"sh-abc12: only {allowed} may sling a bead (open to hooked)" in told
    assert town.ledger(shop).find("sh-abc12") is None
