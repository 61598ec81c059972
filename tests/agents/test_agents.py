"""Six agents' real programs, at work in a town on a model that is none."""

from __future__ import annotations

import os

import pytest

from gitgt.model.dispatch import SessionState
from gitgt.runtime import presets
from gitgt.runtime.assignment import Assignment, TakesUp
from gitgt.runtime.fakemodel import script
from gitgt.runtime.fakemodel.server import serving
from gitgt.services.costs import counting
from gitgt.services.doctor import probe
from gitgt.services.doctor.throwaway import RIG
from gitgt.services.sessions import session_records, sessions
from gitgt.services.town import Town

pytestmark = pytest.mark.agents
GO_ON = "gitgt-test-says-go-on"
TURNS = (*probe.SCRIPT, *[("echo taken-up",)] * 8)
MUST = ["started", "sandbox", "taps", "context", "mail", "guard", "commit", "landed"]


@pytest.mark.timeout(600)
def test_it_works_is_counted_and_is_taken_up_again(cli, tmp_path, monkeypatch):
    folder = tmp_path / "probe"
    runtime = presets.runtime(cli, {"preset": cli})
    with (
        serving(TURNS, record=tmp_path / "requests.jsonl") as model,
        probe.at_work(runtime, {}, folder, model) as trial,
    ):
        probe.wait(trial)
        found = list(probe.judge(trial))
        assert [each for each in found if not each.ok] == []
        assert [each.what for each in found] == MUST

        _move_in(monkeypatch, trial.place.environ())
        town = Town(trial.place.town)
        rig = town.rig(RIG)
        (record,) = session_records.records(town, rig)
        counting.count(town, rig)
        (record,) = session_records.records(town, rig)
        assert record.conversation
        _is_counted(record, answers=len(model.asked))

        _take_up(town, rig, cli, record, TakesUp.RESUME)
        _went_on(model)
        if runtime.can_fork:
            _take_up(town, rig, cli, record, TakesUp.FORK)
            _went_on(model)


@pytest.mark.timeout(600)
def test_it_works_on_a_terminal(cli, tmp_path):
    runtime = presets.runtime(cli, {"preset": cli})
    (tmp_path / "probe").mkdir()
    found = probe.probe(runtime, {}, tmp_path / "probe", "process")
    assert [each for each in found.findings if not each.ok] == []
    assert [each.what for each in found.findings] == MUST


def _move_in(monkeypatch, environ):
    for name in set(os.environ) - set(environ) - {"PYTEST_CURRENT_TEST", "GITGT_TEST_RUN"}:
        monkeypatch.delenv(name)
    for name, text in environ.items():
        monkeypatch.setenv(name, text)


def _is_counted(record, *, answers):
    """What was used is what the model says that each of its answers took."""
    (usage,) = record.usage.values()
    assert usage.output == answers * script.OUT
    assert usage.input == answers * script.FRESH
    assert usage.cache_read == answers * script.CACHED


def _take_up(town, rig, cli, record, how):
    """Start a session by hand that takes up what another one was at."""
    name = record.address.rpartition("/")[2]
    assignment = Assignment(
        address=record.address,
        role="polecat",
        runtime=sessions.runtimes.named(town, rig, cli),
        town=town.root,
        worktree=rig.path / "polecats" / name,
        session=f"again-{how}",
        rig=rig.name,
        name=name,
        at=town.clock(),
        prompt=f"{GO_ON}: {how}",
        conversation=record.conversation,
        takes_up=how,
    )
    sessions.begin(town, rig, assignment)
    probe.until(
        lambda: sessions.look(rig, record.address).state is SessionState.ENDED, patience=120
    )


def _went_on(model):
    """The model was asked in the old conversation, and what it wanted was done."""
    last = model.asked[-1].asked
    assert last.said[0] == script.DONE.format(1)
    assert GO_ON in last.told
    assert len(last.results) > len(probe.SCRIPT[0])
    assert "taken-up" in list(last.results.values())[-1]
