"""What every launcher promises, and what the headless one keeps."""

import dataclasses
import os

import pytest

from gitgt.errors import EnvironmentProblemError, LeaseHeldError, ToolMissingError
from gitgt.runtime.assignment import Assignment
from gitgt.runtime.launcher import ABSENT, Kind, SessionState
from gitgt.runtime.launchers.launchers import Launchers
from gitgt.runtime.presets import Prompt, Runtime
from gitgt.runtime.wiring import Wiring
from tests.support.launchers import FakeLauncher
from tests.support.waiting import note_in, until

TOAST = "shop/polecats/toast"


@pytest.fixture
def toast(tmp_path):
    """An assignment whose agent works until it is stopped."""
    worktree = tmp_path / "polecats" / "toast"
    worktree.mkdir(parents=True)
    return Assignment(
        address=TOAST,
        role="polecat",
        runtime=Runtime("script", ("sh", "-c", "echo at work; sleep 600")),
        town=tmp_path,
        worktree=worktree,
        session="s1",
        rig="shop",
        name="toast",
        bead="gt-abc12",
        prompt="Do it.",
    )


@pytest.fixture(params=["exec", "manual", "fake"])
def launcher(request, tmp_path):
    match request.param:
        case "exec":
            made = Launchers(tmp_path / "sessions")
        case "manual":
            made = Launchers(tmp_path / "sessions", kind=Kind.MANUAL)
        case _:
            made = FakeLauncher()
    yield made
    made.stop(TOAST)


class TestPromises:
    def test_who_was_never_started_is_absent(self, launcher):
        assert launcher.observe(TOAST) == ABSENT
        launcher.stop(TOAST)

    def test_who_was_started_runs(self, launcher, toast):
        launcher.start(toast)
        seen = launcher.observe(TOAST)

        assert seen.is_running
        assert (seen.session, seen.bead, seen.attempt) == ("s1", "gt-abc12", 1)

    def test_starting_the_same_again_does_nothing(self, launcher, toast):
        launcher.start(toast)
        launcher.start(toast)

        assert launcher.observe(TOAST).is_running

    def test_an_agent_is_at_one_work_at_a_time(self, launcher, toast):
        launcher.start(toast)

        with pytest.raises(LeaseHeldError) as told:
            launcher.start(dataclasses.replace(toast, session="s2"))
        assert told.value.message == "shop/polecats/toast is at work in session s1"
        assert launcher.observe(TOAST).session == "s1"

    def test_two_agents_do_not_disturb_each_other(self, launcher, toast):
        launcher.start(toast)
        launcher.start(dataclasses.replace(toast, address="shop/crew/max", session="m1"))
        launcher.stop("shop/crew/max")

        assert launcher.observe(TOAST).is_running
        assert launcher.observe("shop/crew/max").state is SessionState.ENDED

    def test_who_was_stopped_has_ended_and_may_start_again(self, launcher, toast):
        launcher.start(toast)
        launcher.stop(TOAST)
        assert launcher.observe(TOAST).state is SessionState.ENDED

        launcher.start(dataclasses.replace(toast, session="s2", attempt=2))
        seen = launcher.observe(TOAST)
        assert (seen.is_running, seen.session, seen.attempt) == (True, "s2", 2)

    def test_a_worktree_that_is_not_there_is_an_error(self, launcher, toast):
        with pytest.raises(EnvironmentProblemError) as told:
            launcher.start(dataclasses.replace(toast, worktree=toast.worktree / "gone"))

        assert told.value.message == f"the folder {toast.worktree / 'gone'} is not there"
        assert launcher.observe(TOAST) == ABSENT


@pytest.fixture
def headless(tmp_path):
    made = Launchers(tmp_path / "sessions", wiring=Wiring(wake=(tmp_path / "spool",)))
    yield made
    made.stop(TOAST)


def _with(toast, *argv, prompt=Prompt.NONE, **more):
    return dataclasses.replace(toast, runtime=Runtime("script", argv, prompt), **more)


def test_how_a_session_ended_is_kept(headless, toast, tmp_path):
    headless.start(_with(toast, "sh", "-c", "pwd; exit 4"))

    assert note_in(tmp_path / "spool") == str(toast.worktree)
    seen = headless.observe(TOAST)
    assert (seen.state, seen.code, seen.problem) == (SessionState.ENDED, 4, "it exited with 4")
    assert seen.output.read_text() == f"{toast.worktree}\n"


@pytest.mark.parametrize(
    ("script", "problem"),
    [("true", ""), ("exit 1", "it exited with 1"), ("kill -9 $$", "it was killed by signal 9")],
)
def test_a_session_says_what_went_wrong(headless, toast, tmp_path, script, problem):
    headless.start(_with(toast, "sh", "-c", script))
    note_in(tmp_path / "spool")

    assert headless.observe(TOAST).problem == problem


def test_the_prompt_arrives(headless, toast, tmp_path):
    table = [
        (Prompt.ARGUMENT, ("printf", "[%s]"), "[Do it.]"),
        (Prompt.STDIN, ("cat",), "Do it."),
        (Prompt.NONE, ("sh", "-c", 'printf "$GT_PROMPT"'), "Do it."),
    ]
    for number, (prompt, argv, said) in enumerate(table):
        headless.start(_with(toast, *argv, prompt=prompt, session=f"s{number}"))
        note_in(tmp_path / "spool")
        assert headless.observe(TOAST).output.read_text() == said


def test_a_prompt_too_long_for_an_argument_is_refused(headless, toast):
    long = dataclasses.replace(
        _with(toast, "true", prompt=Prompt.ARGUMENT), prompt="x" * 200_000
    )
    with pytest.raises(EnvironmentProblemError) as told:
        headless.start(long)

    assert told.value.hint == "let runtime script take its prompt from stdin"


def test_a_program_that_is_not_there_is_an_error_with_a_hint(headless, toast):
    with pytest.raises(ToolMissingError) as told:
        headless.start(_with(toast, "no-such-agent"))

    assert told.value.message == "there is no program 'no-such-agent'"
    assert told.value.hint == "install it, or give its whole path"
    assert headless.observe(TOAST) == ABSENT


def test_no_credentials_reach_a_session(toast, tmp_path):
    environ = {
        **os.environ,
        "GITHUB_TOKEN": "secret",
        "SSH_AUTH_SOCK": "/s",
        "AWS_PROFILE": "p",
    }
    made = Launchers(
        tmp_path / "sessions", environ=environ, wiring=Wiring(wake=(tmp_path / "spool",))
    )
    made.start(_with(toast, "env"))
    note_in(tmp_path / "spool")

    seen = {
        row.partition("=")[0] for row in made.observe(TOAST).output.read_text().splitlines()
    }
    assert "GT_BEAD" in seen
    assert not {"GITHUB_TOKEN", "SSH_AUTH_SOCK", "AWS_PROFILE"} & seen


def test_another_process_sees_the_same(headless, toast, tmp_path):
    headless.start(toast)

    assert Launchers(tmp_path / "sessions").observe(TOAST).is_running


def test_earlier_sessions_keep_their_output(headless, toast, tmp_path):
    for number in (1, 2):
        headless.start(_with(toast, "echo", str(number), session=f"s{number}"))
        note_in(tmp_path / "spool")
        until(lambda: not headless.observe(TOAST).is_running)

    agent = tmp_path / "sessions" / "shop.polecats.toast"
    assert (agent / "s1" / "output").read_text() == "1\n"
    assert (agent / "s2" / "output").read_text() == "2\n"
    assert headless.folders() == [agent / "s2"]
