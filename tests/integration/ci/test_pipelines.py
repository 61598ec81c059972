"""Pipelines, run step by step in clean clones with their products' environment."""

import json
import re

from gitgt.ledger import layout
from gitgt.services import submit
from gitgt.services.submit import Submission
from gitgt.services.sync import sync
from tests.support.pipelines import Push
from tests.support.town import TESS


def test_github_tests_a_branch_once_and_says_what_is_red(pipelines):
    pipelines.install("github")
    bead = pipelines.place.builder.bead(pipelines.rig, "Sell limes")
    pipelines.place.sync()
    branch = f"polecat/nux/{bead.id}"
    good = pipelines.push(branch, "limes.txt", "lime 2\n")

    first = pipelines.runner.github(Push(branch))
    called = f"{branch} at {good[:12]}, merged with main"
    assert (first.code, first.stderr) == (0, "")
    passes = (
        r"gate check: passes, in \d+\.\d s\n::notice title=gitgt%3A gate check::passes, in .*\n"
    )
    assert re.fullmatch(re.escape(f"{called}: all gates pass\n") + passes, first.stdout)
    assert list(first.files) == ["summary.md"]
    verdicts = pipelines.at_hub("refs/gt/verdicts")

    again = pipelines.runner.github(Push(branch))
    assert (again.code, again.stderr) == (0, "")
    assert ": known, not run again" in again.stdout
    assert pipelines.at_hub("refs/gt/verdicts") == verdicts

    pipelines.push(branch, "limes.txt", "FIXME\n")
    red = pipelines.runner.github(Push(branch, good))
    assert (red.code, red.stderr) == (1, "")
    assert "::error title=gitgt%3A gate check::is red: it exited with 1%0A" in red.stdout
    # What the gate printed is no command to GitHub's runner; what we say afterwards is.
    quoted = r"::stop-commands::(\w+)\n(.*\n)*.*FIXME\n\n::\1::\n"
    assert re.match(quoted, red.stdout)
    assert "  ./limes.txt:1:FIXME\n" in red.files["summary.md"]

    sync(pipelines.town, pipelines.rig)
    repo = pipelines.place.repo
    assert repo.subjects("refs/gt/verdicts")[0].startswith("check fail on ")


def test_gitlab_sets_aside_what_was_pushed_past_the_rules(pipelines):
    pipelines.install("gitlab")
    lost = pipelines.place.builder.bead(pipelines.rig, "Sell limes")
    pipelines.place.sync()
    before = pipelines.at_hub("beads")
    work = pipelines.work
    work.git("fetch", "-q")
    work.git("switch", "-q", "-c", "by-hand", "origin/beads")
    work.git("rm", "-q", layout.path_of(lost.id))
    work.git("commit", "-q", "-m", "Away with it")
    work.git("push", "-q", "origin", "by-hand:beads")
    bad = work.head

    aside = pipelines.runner.gitlab(Push("beads", before))
    assert (aside.code, aside.stderr) == (1, "")
    assert f"put back {lost.id} as before {bad[:12]}" in aside.stdout
    (issue,) = json.loads(aside.files["gt-codequality.json"])
    assert issue["location"]["path"] == layout.path_of(lost.id)
    assert 'failures="1"' in aside.files["gt-junit.xml"]
    assert pipelines.hub.git("log", "--format=%an: %s", "-2", "beads").splitlines() == [
        f"desk: put back {lost.id} as before {bad[:12]}",
        "Tess Ter: Away with it",
    ]

    # That commit runs the pipeline again.
    after = pipelines.at_hub("beads")
    own = pipelines.runner.gitlab(Push("beads", bad))
    assert (own.code, own.stdout) == (0, "the ledger is as its rules want it\n")
    assert pipelines.at_hub("beads") == after
    pipelines.place.sync()
    assert pipelines.place.builder.now(lost) == lost


def test_on_a_schedule_forgejo_lands_what_waits_once(pipelines):
    pipelines.install("forgejo")
    sync(pipelines.town, pipelines.rig)
    bead = pipelines.place.builder.bead(pipelines.rig, "Sell limes")
    head = pipelines.push(f"crew/tess-{bead.id}", "limes.txt", "lime 2\n")
    pipelines.place.repo.git("fetch", "-q", "origin")
    wanted = Submission(bead.id, f"crew/tess-{bead.id}", head)
    request = submit.submit(pipelines.town, wanted, TESS)
    sync(pipelines.town, pipelines.rig)

    landed = pipelines.runner.github(Push(), sign="FORGEJO_ACTIONS")
    assert (landed.code, landed.stderr) == (0, "")
    now = pipelines.at_hub("main")[:12]
    assert landed.stdout.splitlines()[::2][:2] == [
        "the refinery made a pass: 2 moved, 0 waiting",  # what asked for the pipeline, too
        f"{request.id}: Sell limes ({request.branch}): landed as {now}",
    ]
    assert pipelines.hub.subjects("main")[0] == f"Sell limes ({bead.id})"
    assert pipelines.hub.subjects("beads")[0] == f"land {bead.id}"

    again = pipelines.runner.github(Push(), sign="FORGEJO_ACTIONS")
    assert (again.code, again.stderr) == (0, "")
    assert again.stdout == "the refinery made a pass: nothing moved, 0 waiting\n"
    assert pipelines.at_hub("main")[:12] == now
