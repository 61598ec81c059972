"""A forge that does not answer, does not let us in, or answers twice; and we who are killed."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from gitgt.errors import SettingsError
from gitgt.model.escalation.cause import titles
from gitgt.model.lifecycle import MergeStatus
from gitgt.services import ending as later
from gitgt.services.forge import pull_requests
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.pull_requests import committed, needs_gh
from tests.support.town import TESS

pytestmark = pytest.mark.slow


def stands_still(shop, why):
    """What is told of a forge that cannot be asked; and nobody goes back for it."""
    found = shop.sync()
    assert (found.trouble, found.done) == (why, [])
    title = f"the pull requests of shop stand still: {why}"
    told = [each for each in shop.escalations() if each.status != "closed"]
    assert [each.severity for each in told] == ["medium"]  # of all that, there is one call
    assert title in titles(told[0])
    return found


@needs_gh
def test_a_forge_that_tells_nothing_is_nobodys_fault(shop, monkeypatch):
    bead = shop.passed("Make apples dearer")
    token = os.environ["GH_TOKEN"]
    monkeypatch.delenv("GH_TOKEN")
    stands_still(shop, "gh is not logged in at github.com")
    monkeypatch.setenv("GH_TOKEN", "")
    stands_still(shop, "gh is not logged in at github.com")
    monkeypatch.setenv("GH_TOKEN", token)

    shop.forge.failing = [(401, {})]
    stands_still(shop, "gh is not logged in at github.com")
    shop.forge.failing = [(500, {})]
    stands_still(shop, "github.com is in trouble (500)")
    shop.forge.failing = [(403, {"Retry-After": "77"})]
    found = stands_still(shop, "github.com wants to be asked less often (403)")
    assert found.wait == 77
    shop.forge.failing = [(429, {})]
    assert shop.sync().wait is None

    assert shop.request(bead).status is MergeStatus.QUEUED
    assert shop.done()[1:] == ["opened its pull request"]
    assert shop.town.escalations(shop.rig) != []
    open_ones = [each for each in shop.escalations() if each.status != "closed"]
    assert open_ones == []


def test_a_program_that_is_not_there_is_named(shop):
    shop.settings(forge={"command": ["no-such-gh"]})
    shop.passed("Make apples dearer")
    stands_still(shop, "github.com cannot be asked: there is no program 'no-such-gh'")


def test_an_answer_that_makes_no_sense_tells_nothing(shop):
    program = shop.town.folder / "gh"
    program.write_text('#!/bin/sh\nprintf "HTTP/2.0 200 OK\\n\\n"; cat "$0.answer"\n')
    program.chmod(0o755)
    shop.settings(forge={"command": [str(program)]})
    shop.passed("Make apples dearer")
    for answer, why in (
        ("so it is", "a forge answered what is no JSON"),
        ("[]", "the forge's answer makes no sense: answer: not a map"),
        ('{"data":{"repository":{}}}',
         "the forge's answer makes no sense: answer.data.repository: no pullRequests"),
        ('{"data":{"repository":null}}', "github.com shows us no project ada/shop"),
    ):  # fmt: skip
        Path(f"{program}.answer").write_text(answer)
        stands_still(shop, why)


def test_a_program_that_never_ends_is_ended(shop, monkeypatch):
    program = shop.town.folder / "gh"
    program.write_text("#!/bin/sh\nsleep 1000 & wait\n")
    program.chmod(0o755)
    monkeypatch.setattr("gitgt.services.forge.api.PATIENCE", 0.2)
    shop.settings(forge={"command": [str(program)]})
    shop.passed("Make apples dearer")
    stands_still(shop, "github.com did not answer within 0.2 s")


@needs_gh
def test_a_remote_that_is_away_is_a_trouble_as_well(shop):
    shop.passed("Make apples dearer")
    away = shop.forge.repository.rename(shop.forge.repository.with_name("away"))
    found = shop.sync()
    assert found.trouble.startswith("origin (")
    away.rename(shop.forge.repository)
    assert shop.done()[1:] == ["opened its pull request"]


@needs_gh
def test_what_the_forge_refuses_keeps_only_that_request(shop):
    beads = [shop.passed("Apples"), shop.passed("Readme", "README.md", "# Fruit\n")]
    name = shop.request(beads[0]).id
    main = shop.forge.tip("main")
    shop.forge.git("update-ref", f"refs/heads/gt/{name}", shop.forge_commit_apart(main))
    assert shop.done() == [
        f"somebody else has a branch gt/{name} at github.com",
        f"pushed {shop.request(beads[1]).head[:12]}", "opened its pull request",
    ]  # fmt: skip
    title = f"the pull request of {beads[0].id} stands still: somebody else has a branch"
    assert any(said.startswith(title) for _, said in shop.town.escalations(shop.rig))


def test_where_pull_requests_are_must_be_said(shop):
    shop.settings(forge={"host": None, "project": None})
    with pytest.raises(SettingsError, match="cannot be told from its origin"):
        pull_requests.sync(shop.town.town, shop.rig)


@needs_gh
def test_whoever_is_killed_anywhere_there_is_one_pull_request_and_it_lands_once(shop, tmp_path):
    bead = shop.passed("Make apples dearer")
    for stage in range(3):
        for number in range(1, 60):
            journal = tmp_path / f"journal {stage}"
            journal.unlink(missing_ok=True)
            env = {**os.environ, "GT_FAULTS": str(journal), "GT_FAULTS_AT": str(number)}
            done = subprocess.run(
                ["git-gt", "pr", "sync", "shop"], cwd=shop.town.town.root, env=env,
                capture_output=True, check=False,
            )  # fmt: skip
            if done.returncode == 0:
                break
            assert done.returncode == -9, done.stderr
        assert number > 1
        assert len(shop.forge.pulls) == 1
    shop.sync()
    landed = shop.pull().merge_commit
    assert (shop.town.now(bead).status, shop.town.now(bead).landed) == ("closed", landed)
    said = [each for each in shop.town.story(shop.rig) if each.endswith("by pull request #1")]
    assert len(said) == 1


@needs_gh
def test_the_watcher_asks_when_there_is_reason_to_and_an_idle_rig_costs_nothing(shop):
    shop.settings(forge={"checks": ["ci"], "poll": 60})
    shop.town.settle()
    assert shop.forge.asked == []

    bead = shop.passed("Make apples dearer")
    shop.town.settle()
    assert shop.request(bead).number == 1
    asked = len(shop.forge.asked)
    shop.town.settle()
    assert len(shop.forge.asked) == asked

    shop.check("success")
    asked = len(shop.forge.asked)
    shop.town.clock.advance(61)
    shop.town.settle()
    assert shop.town.now(bead).status == "closed"
    assert len(shop.forge.asked) > asked
    asked = len(shop.forge.asked)
    shop.town.clock.advance(1000)
    shop.town.settle()
    assert len(shop.forge.asked) == asked


@needs_gh
def test_pull_requests_are_listed_with_the_queue(shop):
    bead = shop.passed("Make apples dearer")
    name = shop.request(bead).id
    root = shop.town.town.root
    assert (
        gt("pr", cwd=root).stdout
        == f"{name}  -  not yet open  {bead.id}  -  Make apples dearer\n"
    )
    head = shop.request(bead).head[:12]
    assert gt("pr", "sync", cwd=root).stdout == (
        f"{name}: pushed {head}\n{name}: opened its pull request\n"
    )
    url = "https://github.com/ada/shop/pull/1"
    assert gt("mq", "why", name, cwd=root).stdout == (
        f"{name} has passed, and is for a forge to merge\n  pull request #1: open\n  {url}\n"
    )
    shown = gt("mq", "show", name, cwd=root).stdout
    assert f"\npull_request: {url}\nnumber: 1\nforge_state: open\n" in shown
    assert gt("pr", "list", "shop", cwd=root).stdout == (
        f"{name}  #1  open  {bead.id}  {url}  Make apples dearer\n"
    )
    for words, shape in ((("list",), "pull-requests"), (("sync", "shop"), "asked")):
        answer = json.loads(gt("pr", *words, "--json", cwd=root).stdout)
        assert answer != []
        validator(shape).validate(answer)


@needs_gh
def test_what_is_merged_of_work_that_nobody_is_at_is_told(shop):
    bead = shop.passed("Make apples dearer")
    shop.sync()
    later.defer(shop.town.town, [bead.id], TESS)
    shop.person("ada", "PUT", "pulls/1/merge")
    assert shop.done() == [f"it is merged, but {bead.id} is not being worked on"]
    assert shop.town.now(bead).status == "deferred"


@needs_gh
def test_a_target_with_commits_of_our_own_is_told(shop):
    shop.settings(forge={"merge": "people"})
    bead = shop.passed("Make apples dearer")
    repo = shop.town.repo(shop.rig)
    ours = committed(repo, repo.git("rev-parse", "main"), "README.md", "# Ours\n")
    repo.git("update-ref", "refs/heads/main", ours)
    shop.sync()
    title = "main here has commits that origin has not: nothing lands on it by a pull request"
    assert ("high", title) in shop.town.escalations(shop.rig)
    shop.person("ada", "PUT", "pulls/1/merge")
    assert shop.done() == ["#1 is said to be merged, and its commit is not there"]
    assert repo.git("rev-parse", "main") == ours
    assert shop.request(bead).status is MergeStatus.QUEUED
