"""With no watcher alive, the hooks apply the transition themselves: plain git is enough."""

from __future__ import annotations

import itertools
import re

import pytest
from filelock import FileLock

from gitgt.git.spool import Spool
from gitgt.model.actor import Actor, Standing
from gitgt.model.documents import Bead
from gitgt.services import install, rig, sling
from gitgt.services.agents import crew, sandbox
from gitgt.services.sessions import runtimes
from tests.support.checkout import Checkout
from tests.support.commandline import gt

TESS = Actor("Tess Ter", "tess@example.com", Standing.PERSON)
BEAD = "id: sh-abc12\ntype: task\ntitle: Greet\nstatus: open\n"
FILE = "items/a/b/sh-abc12.yaml"


@pytest.fixture
def town(tmp_path):
    draw = itertools.count(1)
    made, _ = install.install(tmp_path / "the town", TESS, lambda: 1795357800.0)
    made.draw = lambda _: next(draw)
    project = Checkout.init(tmp_path / "project")
    rig.add(made, rig.Wanted("shop", str(project.path), prefix="sh"), TESS)
    runtimes.define(made, "agent", "no-such", TESS, prompt="none")
    runtimes.set_default(made, "agent", TESS)
    return made


@pytest.fixture
def desk(town):
    return Checkout(town.rig("shop").desk)


@pytest.fixture
def slung(town, desk):
    """The sandbox of an agent whose hook holds the bead, and its environment.

    Somebody else's pass is under way meanwhile, so nothing but the hooks' own part is done:
    the runtime's program is not there.
    """
    desk.commit(FILE, BEAD)
    sling.sling(town, ["sh-abc12"], sling.Order(), TESS)
    shop = town.rig("shop")
    now = town.ledger_at(shop).snapshot()
    path, assignment = sandbox.prepare(shop, now, now.bead("sh-abc12"))
    agent = {"GT_AGENT": assignment.agent, "GT_BRANCH": assignment.branch}
    with FileLock(town.gt / "pass.lock"):
        yield Checkout(path), agent


def subjects(town):
    return Checkout(town.rig("shop").repository_path).subjects("beads")


def work(checkout, agent, name, *message):
    checkout.write(name, name)
    checkout.git("add", name)
    words = [word for each in message for word in ("-m", each)]
    return checkout.attempt("commit", "-q", *words, env=agent)


def test_a_bead_that_is_committed_is_in_the_ledger(town, desk):
    desk.commit(FILE, BEAD, message="Think of a bead")

    assert subjects(town)[0] == "Think of a bead"
    assert town.ledger_at(town.rig("shop")).snapshot().bead("sh-abc12").title == "Greet"
    assert "created_by: Tess Ter\n" in desk.read(FILE)
    assert desk.git("status", "--porcelain") == ""


def test_a_bead_that_cannot_stay_on_its_hook_is_told_to_be_released(town, desk):
    """Somebody hangs up two by hand."""
    toast = "status: hooked\nassignee: shop/polecats/toast\n"
    for name in ("sh-abc11", "sh-abc12"):
        text = BEAD.replace("sh-abc12", name).replace("status: open\n", toast)
        desk.write(f"items/a/b/{name}.yaml", text)
    desk.git("add", "-A")

    done = desk.attempt("commit", "-q", "-m", "Both, please")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        "gt: sh-abc11 was released: could not be started: runtime agent cannot be run: there is"
        " no program 'no-such'\n"
        "gt: sh-abc12 was released: shop/polecats/toast has another bead on its hook\n"
    )


def test_a_bead_that_breaks_the_schema_is_not_committed(town, desk):
    before = desk.head
    desk.write(FILE, BEAD.replace("open", "done"))
    desk.git("add", FILE)

    refused = desk.attempt("commit", "-q", "-m", "Try")

    assert refused.returncode == 1
    assert refused.stderr == (
        f"gt: {FILE}:4: status: 'done' is not one of "
        "open, hooked, in_progress, blocked, deferred, pinned, closed, tombstone\n"
    )
    assert desk.head == before


def test_a_bead_that_went_past_the_check_is_set_aside(town, desk):
    desk.write(FILE, BEAD.replace("open", "done"))
    desk.git("add", FILE)

    done = desk.attempt("commit", "-q", "--no-verify", "-m", "Try")

    assert done.returncode == 0
    told = re.sub(r"sh-es-\w+", "sh-es-x", done.stderr)
    assert told == (
        f"gt: committed, but not in the ledger:\n{FILE}:4: status: 'done' is not one of "
        "open, hooked, in_progress, blocked, deferred, pinned, closed, tombstone\n"
        "hint: mend it and commit again, or git reset --hard beads; sh-es-x tells the others\n"
    )
    assert any(subject.startswith("set aside ") for subject in subjects(town))


@pytest.mark.parametrize(
    ("hook", "argv"),
    [("pre-commit", ()), ("prepare-commit-msg", ("--no-verify",)), ("commit-msg", ())],
    ids=("before the check", "past the check", "after the check"),
)
def test_a_commit_stands_though_the_ledger_moves_meanwhile(town, desk, hook, argv):
    """It moves in a hook of the person's own: so it does so in every run."""
    theirs = town.rig("shop").repository_path / "hooks" / hook
    theirs.write_text("#!/bin/sh\ngit gt bead create Meanwhile --rig shop >/dev/null\n")
    assert gt("hooks", "repair", "--rig", "shop", cwd=town.root).code == 0
    desk.write(FILE, BEAD)
    desk.git("add", FILE)

    done = desk.attempt("commit", "-q", *argv, "-m", "Mine")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    now = town.ledger_at(town.rig("shop")).snapshot()
    assert sorted(each.title for each in now.all(Bead)) == ["Greet", "Meanwhile"]
    assert desk.head == now.commit
    assert desk.git("status", "--porcelain") == ""


def test_a_commit_beside_the_desks_branch_is_told_to_reach_nobody(town, desk):
    desk.git("checkout", "-q", "--detach")
    desk.write(FILE, BEAD)
    desk.git("add", FILE)

    done = desk.attempt("commit", "-q", "-m", "Nowhere")

    assert done.stderr == (
        "gt: what is committed here does not reach the ledger: this is no desk branch\n"
        "hint: git switch desk/tess-ter\n"
    )
    assert "Nowhere" not in subjects(town)


def test_a_desk_whose_branch_is_gone_is_told_how_it_comes_back(town, desk):
    desk.commit(FILE, BEAD)
    stood = desk.head
    desk.git("update-ref", "-d", "refs/heads/desk/tess-ter")
    desk.write(FILE, desk.read(FILE).replace("Greet", "Greet all"))
    desk.git("add", FILE)

    refused = desk.attempt("commit", "-q", "-m", "Greet all")

    way = f"git update-ref refs/heads/desk/tess-ter {stood}"
    assert (refused.returncode, refused.stderr) == (
        1,
        (
            "gt: the branch desk/tess-ter on which this desk stands is gone\n"
            f"hint: {way}, and commit again\n"
        ),
    )
    desk.git(*way.split()[1:])
    desk.git("commit", "-q", "-m", "Greet all")
    assert subjects(town)[:2] == ["Greet all", f"Write {FILE}"]


def test_a_desk_elsewhere_is_in_the_town_of_its_repository(town, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    Checkout(town.rig("shop").repository_path).git(
        "worktree", "add", "-q", "-b", "desk/out", str(elsewhere), "beads"
    )
    Checkout(elsewhere).commit(FILE, BEAD)
    told = "sh-abc12  P2  open  task  -  Greet\n"
    assert gt("bead", "list", cwd=elsewhere) == (0, told, "")
    assert gt("bead", "list", cwd=elsewhere / "items") == (0, told, "")
    assert gt("bead", "list", cwd=tmp_path) == (
        1,
        "",
        f"gt: {tmp_path} is in no town\nhint: git gt install ~/gt, or set GT_TOWN_ROOT\n",
    )


def test_who_leaves_the_desk_is_told(desk):
    left = desk.attempt("switch", "-q", "-c", "elsewhere")
    name = desk.git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/desk")

    assert left.stderr == (
        "gt: what is committed here does not reach the ledger: this is no desk branch\n"
        f"hint: git switch {name}\n"
    )
    assert desk.attempt("switch", "-q", name).stderr == ""


def test_an_agent_that_knows_only_git_begins_and_finishes(town, slung):
    sandboxed, agent = slung

    assert work(sandboxed, agent, "a", "Start").stderr == ""
    assert subjects(town)[0] == "begin sh-abc12"
    assert work(sandboxed, agent, "b", "Go on").stderr == ""
    assert subjects(town)[0] == "begin sh-abc12"
    assert work(sandboxed, agent, "c", "Finish", "Closes: sh-abc12").stderr == ""

    assert subjects(town)[0] == f"submit sh-abc12 at {sandboxed.head[:12]}"
    body = sandboxed.git("log", "-1", "--format=%B")
    assert body.strip() == "Finish\n\nCloses: sh-abc12\nBead: sh-abc12"


def test_a_message_that_is_nothing_but_closes_is_enough(town, slung):
    sandboxed, agent = slung

    work(sandboxed, agent, "a", "Closes: sh-abc12")

    assert subjects(town)[0] == f"submit sh-abc12 at {sandboxed.head[:12]}"


def test_an_agent_calls_for_help(town, slung):
    sandboxed, agent = slung

    work(sandboxed, agent, "a", "Try", "Escalate: HIGH the tests need a password")

    assert "escalate high: the tests need a password" in subjects(town)


def test_an_agent_lands_nothing_by_itself(town, slung):
    sandboxed, agent = slung
    work(sandboxed, agent, "a", "Start")

    refused = sandboxed.attempt("push", "-q", "origin", "HEAD:main", env=agent)

    assert refused.returncode == 1
    assert refused.stderr.startswith(
        f"gt: {agent['GT_AGENT']} may not push to main: the refinery lands\nhint: git gt done\n"
    )


def test_nothing_of_ours_leaves_before_the_rig_is_shared(town, slung):
    shop = town.rig("shop")
    path, _ = crew.add(town, shop, "max", TESS)
    person = Checkout(path)
    person.commit("m")

    refused = person.attempt("push", "-q", "--all", "origin")
    sent = person.attempt("push", "-q", "origin", "HEAD:refs/heads/feature")

    assert refused.returncode == 1
    ours = [row for row in refused.stderr.splitlines() if not row.startswith("error:")]
    desk_branch = person.git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/desk")
    polecat = person.git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/polecat")
    assert ours == [
        "gt: beads is the town's own: the rig is not shared",
        f"{desk_branch} belongs to this clone alone",
        f"{polecat} is the town's own: the rig is not shared",
        "hint: git gt rig share shop; git push origin beads",
    ]
    assert (sent.returncode, sent.stderr) == (0, "")
    assert "refs/remotes/origin/feature" in Spool.of(shop.repository_path).take()


def test_the_town_has_a_desk_of_its_own(town):
    desk = Checkout(town.desk)

    desk.commit("items/a/b/hq-abc12.yaml", BEAD.replace("sh-", "hq-"), message="For the town")

    assert desk.subjects("refs/heads/beads")[0] == "For the town"


def test_a_town_that_is_gone_breaks_no_commit_and_no_push(town, desk):
    town.root.rename(town.root.with_name("moved away"))
    moved = town.root.with_name("moved away")
    person = Checkout(moved / "shop" / "beads")
    Checkout(moved / "shop" / ".repo.git").git("worktree", "repair", str(person.path))
    person.write(FILE, BEAD)
    person.git("add", FILE)

    done = person.attempt("commit", "-q", "-m", "One")
    pushed = person.attempt("push", "-q", "origin", "HEAD:refs/heads/feature")

    assert done.returncode == 0
    assert "gt: this commit was not checked: git-gt does not run" in done.stderr
    assert pushed.returncode == 0
    assert "gt: this push was not checked: git-gt does not run" in pushed.stderr


def test_hooks_are_listed_uninstalled_and_repaired(town):
    rows = gt("hooks", "--rig", "shop", cwd=town.root).stdout.splitlines()
    assert rows[0] == "shop  pre-commit             ours"
    assert len(rows) == 9

    assert gt("hooks", "repair", cwd=town.root) == (
        0,
        "hq has our hooks: nothing changed\nshop has our hooks: nothing changed\n",
        "",
    )
    told = "shop has the hooks that it had before\n"
    assert gt("hooks", "uninstall", "--rig", "shop", cwd=town.root) == (0, told, "")
    rows = gt("hooks", "--rig", "shop", cwd=town.root).stdout.splitlines()
    assert rows[0] == "shop  pre-commit             missing"
    assert (
        gt("hooks", "repair", "--rig", "shop", cwd=town.root).stdout == "shop has our hooks\n"
    )
