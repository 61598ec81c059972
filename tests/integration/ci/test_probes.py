"""A gate that runs at the forge: the queue hands it over, a pipeline runs it and writes."""

from gitgt.model.gate import Verdict
from gitgt.model.queue.merge_acts import Run
from gitgt.services.gates import gate, probe_round
from gitgt.services.gates.gate_runs import GateRuns
from tests.support.pipelines import Push
from tests.support.town import TESS


def test_a_pipeline_answers_a_probe(pipelines):
    town, rig = pipelines.town, pipelines.rig
    gate.add(town, rig, "check", ["sh", "check.sh"], TESS, runs="forge")
    pipelines.install("github")
    pipelines.place.sync()
    (check,) = gate.gates(town, rig)
    runs, repo = GateRuns(town, rig), pipelines.place.repo
    repo.git("fetch", "-q", "origin", "main:main")
    commit = repo.git("rev-parse", "main")
    tree = repo.git("rev-parse", "main^{tree}")
    runs.start(Run(tree, "check", ("sh-mr-abc12",)), commit, check)
    assert probe_round.sync(town, rig).pushed == [commit]

    ran = pipelines.runner.github(Push(f"gt/probe/{commit}"))
    assert (ran.code, ran.stderr) == (0, "")
    assert probe_round.sync(town, rig).removed == [commit]
    assert runs.take_in({"check": check})
    assert runs.evidence(tree, check).verdict is Verdict.PASS
    assert pipelines.hub.git("for-each-ref", "refs/heads/gt/") == ""
