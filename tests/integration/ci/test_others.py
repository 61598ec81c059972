"""What else a pipeline meets: no gates, no leave, conflicts, what was forced."""

import os
import shlex
import subprocess

import pytest

from gitgt.daemon import pipeline
from gitgt.errors import RefusedError
from gitgt.git.publish import Way
from gitgt.ledger import genesis
from gitgt.model.ci.event import Product, recognize
from gitgt.model.ci.report import Level, Report, Row
from gitgt.runtime import process
from gitgt.runtime.environment import town_mark
from gitgt.services import fsck
from gitgt.services.ci import installing
from gitgt.services.ci.room import room
from gitgt.services.queue.holding import Holding
from gitgt.services.sessions import sessions
from gitgt.services.verify.judging import judge
from tests.support.served import served
from tests.support.town import TESS


def run(pipelines, facts, url=""):
    """Let a pipeline of no product that is known run here; what it prints is nobody's."""
    work = pipelines.runner.clone("main", url)
    environ = {**os.environ, "GT_RIG": "shop", **facts}
    happened = recognize(facts, {})
    clock = pipelines.place.builder.clock
    return pipeline.run(work.path, environ, happened, lambda _: None, clock)


def pushed(branch, old="", new=""):
    return {"GT_CI_REF": f"refs/heads/{branch}", "GT_CI_BEFORE": old, "GT_CI_AFTER": new}


def test_what_conflicts_is_told_and_a_branch_that_is_nobodys_is_left_alone(pipelines):
    missing = "the ledger does not say which gates there are: it has no rig.yaml"
    bead = pipelines.place.builder.bead(pipelines.rig, "Sell limes")
    branch = f"polecat/nux/{bead.id}"
    pipelines.place.sync()
    head = pipelines.push(branch, "README", "Ours.\n")
    with pytest.raises(RefusedError, match=missing):
        run(pipelines, pushed(branch, new=head))
    pipelines.install("gitlab")
    pipelines.push("main", "README", "Theirs.\n")

    report = run(pipelines, pushed(branch, new=head))
    assert report.code == 1
    assert report.headline == f"{branch} at {head[:12]} conflicts with main"
    assert report.rows == (
        Row("conflict", f"{branch} and main disagree: README", Level.ERROR),
    )  # fmt: skip
    other = run(pipelines, pushed("wild", new=head))
    assert (other.code, other.rows) == (0, ())
    assert other.headline == (
        "nothing to do: wild is neither the ledger nor a branch that someone asks to land"
    )


def test_what_was_forced_off_the_ledger_comes_back_and_its_gates_are_not_edited_by_hand(
    pipelines,
):
    pipelines.install("github")
    before = pipelines.at_hub("beads")
    kept = pipelines.place.builder.bead(pipelines.rig, "Sell limes")
    pipelines.place.sync()
    lost = pipelines.at_hub("beads")
    pipelines.hub.git("config", "uploadpack.allowAnySHA1InWant", "true")
    work = pipelines.work
    work.git("fetch", "-q")
    work.git("switch", "-q", "-c", "by-hand", before)
    bad = work.commit(genesis.RIG, "gates: []\n", message="No gates")
    work.git("push", "-q", "--force", "origin", "by-hand:beads")

    report = run(pipelines, pushed("beads", lost, bad))
    assert report.code == 1
    assert [each.title for each in report.rows] == ["history", "written", "written"]
    assert pipelines.hub.git("merge-base", "--is-ancestor", lost, "beads") == ""
    gates = pipelines.hub.git("show", f"beads:{genesis.RIG}")
    assert gates.startswith("gates:\n  - name: check\n")
    pipelines.place.sync()
    assert pipelines.place.builder.now(kept) == kept
    now = pipelines.at_hub("beads")
    assert run(pipelines, pushed("beads", bad, now)).code == 0


def test_a_ledger_that_says_no_more_whose_it_is_says_so_again(pipelines):
    pipelines.install("github")
    before = pipelines.at_hub("beads")
    work = pipelines.work
    work.git("fetch", "-q")
    work.git("switch", "-q", "-c", "by-hand", before)
    work.git("rm", "-q", genesis.SETTINGS)
    work.git("commit", "-q", "-m", "Whose is it?")
    work.git("push", "-q", "origin", "by-hand:beads")

    report = run(pipelines, pushed("beads", before, work.head))
    assert (report.code, report.headline) == (
        1, "the ledger was pushed past its rules: 1 is broken, set aside",
    )  # fmt: skip
    broken, written = report.rows
    assert broken.path == genesis.SETTINGS
    assert written.said.startswith("put back what the ledger says about itself (")
    assert pipelines.hub.git("rev-parse", "beads^{tree}") == pipelines.hub.git(
        "rev-parse", f"{before}^{{tree}}"
    )


def test_who_may_not_push_is_told_which_permission_is_missing(pipelines, tmp_path):
    pipelines.install("gitlab")
    with served("http", pipelines.hub.path, tmp_path) as url:
        pipelines.hub.git("config", "http.receivepack", "false")
        work = pipelines.runner.clone("main", url)
        environ = {**os.environ, "GT_RIG": "shop"}
        clock = pipelines.place.builder.clock
        with (
            room(work.path, environ, Product.GITLAB, clock) as found,
            pytest.raises(RefusedError) as refused,
        ):
            found.check_writes()
    assert f"this pipeline may not push to {url}: " in refused.value.message
    assert "403" in refused.value.message
    assert refused.value.hint.startswith("give the variable GT_PUSH_TOKEN a project access")


def test_an_uninstalled_pipeline_leaves_nothing(pipelines):
    repo, rig = pipelines.place.repo, pipelines.rig
    first = repo.git("rev-parse", "beads")
    before = repo.git("rev-parse", "beads^{tree}")
    project = pipelines.at_hub("main^{tree}")
    done = pipelines.install("forgejo")
    again = installing.install(pipelines.town, rig, Product.FORGEJO, TESS)
    assert not again.fields()["changed"]
    assert done.ledger == (".forgejo/workflows/gitgt.yml", "rig.yaml")
    ledger = pipelines.town.ledger_at(rig)
    assert judge(ledger.repository, ledger.ref, first, ledger.head()) == []
    assert fsck.fsck(pipelines.town, rig) == []
    repo.git("fetch", "-q")
    repo.git("update-ref", "refs/heads/main", "refs/remotes/origin/main")

    gone = installing.uninstall(pipelines.town, rig, TESS)
    assert gone.ledger == (".forgejo/workflows/gitgt.yml", "rig.yaml")
    items = repo.git("ls-tree", "beads").splitlines()
    kept = [each for each in items if not each.endswith("\titems")]
    assert kept == repo.git("ls-tree", before).splitlines()
    assert repo.git("rev-parse", f"{gone.branch}^{{tree}}") == project


def test_while_another_lands_a_pass_only_tests_and_says_so(pipelines):
    pipelines.install("github")
    town, rig = pipelines.town, pipelines.rig
    where, way = (
        Holding(town, pipelines.place.town.ledger_at(rig).repository, "main"),
        Way(remote="origin", within=60.0),
    )
    assert where.is_ours(way, ask=True)

    report = run(pipelines, {"GT_CI_EVENT": "schedule"})
    assert (report.code, report.headline) == (
        0, "the refinery made a pass: nothing moved, 1 waiting",
    )  # fmt: skip
    assert [(each.title, each.level) for each in report.rows] == [("the queue", Level.WARNING)]
    assert " has the refinery of main until " in report.rows[0].said
    where.give_back(way)

    report = run(pipelines, {"GT_CI_EVENT": "schedule"})
    assert report.headline == "the refinery made a pass: 1 moved, 0 waiting"


def test_nobody_makes_a_pass_of_all_roles_when_a_gate_has_ended(
    pipelines, tmp_path, monkeypatch
):
    pipelines.install("github")
    mark = tmp_path / "a pass"
    monkeypatch.setattr(sessions, "own_command", lambda: ("sh", "-c", f"echo >{str(mark)!r}"))
    report = run(pipelines, {"GT_CI_EVENT": "schedule"})
    assert report.headline == "the refinery made a pass: 1 moved, 0 waiting"
    assert not mark.exists()


def test_who_is_still_at_work_when_a_pipeline_is_over_is_ended(pipelines, monkeypatch):
    pipelines.install("github")
    left = []

    def leaves_one(found, *_):
        environ = {**os.environ, process.TOWN_MARK: town_mark(found.town.root)}
        left.append(subprocess.Popen(["sleep", "600"], env=environ))
        return Report("done")

    monkeypatch.setattr(pipeline, "_done", leaves_one)
    run(pipelines, {"GT_CI_EVENT": "schedule"})
    assert left[0].wait(0) < 0


def test_what_is_tested_has_no_leave_to_push(pipelines, tmp_path):
    told = tmp_path / "told"
    look = f"git config --list --show-origin >{str(told)!r}"
    pipelines.place.builder.gate(pipelines.rig, f"sh -c {shlex.quote(look)}", "look")
    pipelines.install("github")
    bead = pipelines.place.builder.bead(pipelines.rig, "Sell limes")
    pipelines.place.sync()
    branch = f"polecat/nux/{bead.id}"
    head = pipelines.push(branch, "limes.txt", "lime 2\n")
    work = pipelines.runner.clone("main")
    work.git("config", "http.https://example.com/.extraheader", "AUTHORIZATION: basic s3cret")
    facts = pushed(branch, new=head)
    environ = {**os.environ, "GT_RIG": "shop", **facts}

    report = pipeline.run(work.path, environ, recognize(facts, {}), lambda _: None)
    assert report.code == 0
    assert "user.name=" in told.read_text()
    assert "s3cret" not in told.read_text()
