"""What is typed and answered: in words, and in JSON that keeps its schema."""

import json

from gitgt.cli.bead.outputs import OTHERS
from tests.support.commandline import gt
from tests.support.outputs import validator


def answer(command, done):
    found = json.loads(done.stdout)
    validator(OTHERS[command]).validate(found)
    return found


def test_a_pipeline_comes_runs_and_goes(pipelines, monkeypatch):
    town = pipelines.town.root
    unknown = gt("ci", "install", cwd=town / "shop")
    assert (unknown.code, unknown.stdout) == (1, "")
    assert unknown.stderr == (
        f"gt: what runs pipelines for shop cannot be told from {pipelines.hub.path}\n"
        "hint: --product, one of: github, gitlab, forgejo, gitea\n"
    )
    words = ("ci", "install", "--rig", "shop", "--product", "gitea")
    first = gt(*words, cwd=town)
    assert first.code == 0
    ledger, project = first.stdout.splitlines()
    assert ledger == "changed on beads: .gitea/workflows/gitgt.yml, rig.yaml"
    assert " asks for this on main: .gitea/workflows/gitgt.yml (branch ci/sh-" in project
    again = answer("ci install", gt(*words, "--json", cwd=town))
    assert (again["product"], again["changed"]) == ("gitea", False)

    work = pipelines.runner.clone("main")
    monkeypatch.setenv("GT_CI_REF", "refs/tags/v1")
    found = answer("ci run", gt("ci", "--json", cwd=work.path))
    assert found["headline"] == (
        "nothing to do: push of refs/tags/v1 is no push to a branch and no schedule"
    )
    monkeypatch.delenv("GT_CI_REF")
    nobody = gt("ci", cwd=work.path)
    assert nobody.stderr.startswith(
        "gt: this is no pipeline that is known, and nothing says what happened\n"
    )
    gone = answer("ci uninstall", gt("ci", "uninstall", "--rig", "shop", "--json", cwd=town))
    assert gone["ledger"] == [".gitea/workflows/gitgt.yml", "rig.yaml"]
