"""One suite for all launchers: the scripted agent under each, with each of its faults."""

import contextlib
import io
import os
import pty
import select
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gitgt.errors import GtError, RefusedError
from gitgt.runtime import identity, progress
from gitgt.runtime.environment import town_mark
from gitgt.runtime.launcher import Given, Kind, SessionState
from gitgt.runtime.terminal import tmux
from tests.support.stage import HAS_TMUX, TOAST, Staged
from tests.support.waiting import until

KINDS = [
    Kind.EXEC,
    Kind.PROCESS,
    pytest.param(
        Kind.TMUX, marks=pytest.mark.skipif(not HAS_TMUX, reason="there is no tmux here")
    ),
]
TERMINALS = KINDS[1:]


# Somebody at a terminal of their own.
ATTACH = """
import sys
from pathlib import Path
from gitgt.runtime.launchers.launchers import Launchers
sys.exit(Launchers(Path(sys.argv[1])).attach(sys.argv[2]))
"""


@pytest.fixture
def stage(rig, tmp_path, monkeypatch):
    monkeypatch.setenv("TMUX_TMPDIR", str(tmp_path))
    made = []

    def begin(kind, mode=""):
        made.append(Staged.made(kind, tmp_path, rig.path, mode))
        made[-1].start()
        return made[-1]

    yield begin
    for each in made:
        each.close()


def _leave(staged):
    """Let it end as a person would."""
    if staged.kind is not Kind.EXEC:
        staged.shows("done: 2 steps")
        staged.launcher.send(TOAST, "/exit")


@pytest.mark.parametrize("kind", KINDS)
class TestEveryLauncher:
    def test_a_turn_is_done_and_the_end_is_known(self, stage, kind, rig):
        staged = stage(kind)
        assert staged.seen.is_running
        _leave(staged)

        seen = staged.ended()
        assert (seen.state, seen.code, seen.signal) == (SessionState.ENDED, 0, None)
        assert (seen.problem, seen.launcher, seen.conversation) == ("", kind, "c1")
        assert (rig.path / "a.txt").read_text() == "one\n"
        assert (staged.session / "c1.jsonl").exists()
        assert "done: 2 steps" in staged.view.text

    @pytest.mark.parametrize(
        ("mode", "code", "signum", "problem"),
        [
            ("crash@2", 42, None, "it exited with 42"),
            ("kill@2", None, signal.SIGKILL, "it was killed by signal 9"),
        ],
    )
    def test_a_crash_and_a_kill_are_told_apart(self, stage, kind, mode, code, signum, problem):
        seen = stage(kind, mode).ended()

        assert (seen.code, seen.signal, seen.problem) == (code, signum, problem)

    def test_a_hanging_one_runs_until_it_is_stopped(self, stage, kind, rig):
        staged = stage(kind, "hang@2")
        until((rig.path / "a.txt").exists)
        who = identity.identify(until(lambda: staged.seen.pid))
        assert staged.seen.is_running

        staged.launcher.stop(TOAST)
        assert (staged.seen.state, staged.seen.problem) == (
            SessionState.ENDED,
            "it was stopped",
        )
        assert not identity.is_alive(who)

    def test_garbage_does_no_harm(self, stage, kind, rig):
        staged = stage(kind, "garbage")
        if kind is Kind.EXEC:
            assert staged.ended().code == 0
        else:
            until(lambda: staged.view.title == "✳ scripted")
            staged.launcher.send(TOAST, "/exit")
            assert staged.ended().code == 0
        assert b"\xff\xfe\xc3\x28" in (staged.session / "output").read_bytes()
        assert (rig.path / "a.txt").exists()

    def test_its_limit_is_seen_by_the_sign_of_its_preset(self, stage, kind):
        staged = stage(kind, "quota")

        staged.shows("You've hit your usage limit")

    def test_who_looks_elsewhere_sees_the_same(self, stage, kind, tmp_path):
        staged = stage(kind, "hang@1")
        other = Staged.made(kind, tmp_path, staged.assignment.worktree)

        pid = until(lambda: staged.seen.pid)
        assert (other.seen.is_running, other.seen.pid) == (True, pid)
        assert other.launcher.addresses() == [TOAST]

    def test_its_environment_is_read_once_and_by_its_owner(self, stage, kind):
        staged = stage(kind, "hang@1")
        until(lambda: staged.seen.pid)

        assert stat.S_IMODE((staged.session / "spec.json").stat().st_mode) == 0o600
        assert "hang@1" not in (staged.session / "spec.json").read_text()
        assert not (staged.session / "secrets").exists()
        given = Path(f"/proc/{staged.seen.pid}/environ").read_bytes()
        assert b"GT_SCRIPTED_MODE=hang@1" in given

    def test_the_same_is_started_once(self, stage, kind):
        staged = stage(kind, "hang@1")
        pid = until(lambda: staged.seen.pid)
        staged.launcher.start(staged.assignment)

        assert staged.seen.pid == pid

    def test_what_it_left_running_ends_with_it(self, stage, kind, rig):
        staged = stage(kind, "hang@2")
        staged.launcher.stop(TOAST)
        prompt = "```gitgt-script\nsetsid sleep 600 & echo $! >pid\ntrue\n```\n"
        staged.start(session="s2", prompt=prompt)
        who = identity.identify(int(until(lambda: _read(rig.path / "pid"))))
        staged.launcher.stop(TOAST)

        assert not identity.is_alive(who)


@pytest.mark.parametrize("kind", TERMINALS)
class TestOnATerminal:
    def test_a_text_arrives_as_one_message(self, stage, kind, rig):
        staged = stage(kind)
        staged.shows("done: 2 steps")

        staged.launcher.send(TOAST, "do;\n```gitgt-script\ntouch \x1b'b;'\n```;")
        until((rig.path / "b;").exists)
        assert [staged.seen.is_running, staged.seen.code] == [True, None]

    def test_a_long_text_arrives_whole(self, stage, kind, rig):
        staged = stage(kind)
        staged.shows("done: 2 steps")
        long = "x" * 60_000

        staged.launcher.send(TOAST, f"{long}\n```gitgt-script\ntouch long\n```")
        until((rig.path / "long").exists)
        assert long in (staged.session / "c1.jsonl").read_text()

    def test_who_types_sees_what_it_shows(self, stage, kind):
        staged = stage(kind)
        view = staged.shows("done: 2 steps")
        assert "$ echo one >a.txt" in view.lines
        until(lambda: staged.view.title == "✳ scripted")

        staged.launcher.keys(TOAST, ("h", "i", "Enter"))
        staged.shows("asked: hi")

    def test_a_dialog_at_the_start_is_answered(self, stage, kind, rig):
        staged = stage(kind, "dialog")

        staged.shows("Do you trust this folder?")
        until((rig.path / "a.txt").exists)

    def test_a_deaf_one_is_found_out(self, stage, kind):
        staged = stage(kind, "deaf")
        staged.shows("done: 2 steps")
        given = staged.launcher.send(TOAST, "do more")

        assert progress.read(given.folder).at == given.before
        assert "asked: do more" not in staged.view.text
        assert staged.seen.is_running

    def test_that_it_is_ready_is_noted_without_taps(self, stage, kind):
        staged = stage(kind, "nohooks")

        until(lambda: progress.read(staged.session).turn is progress.Turn.READY)

    def test_what_is_started_once_it_is_ready_does_not_write_on_its_terminal(
        self, kind, rig, tmp_path, monkeypatch
    ):
        monkeypatch.setenv("TMUX_TMPDIR", str(tmp_path))
        staged = Staged.made(kind, tmp_path, rig.path, "nohooks")
        done = tmp_path / "done"
        words = ("sh", "-c", 'echo "by another" && echo "in vain" >&2 && touch "$0"', str(done))
        try:
            staged.launcher.start(staged.assignment, Given(once_ready=words))
            until(done.exists)
            staged.launcher.send(TOAST, "are you there?")
            view = staged.shows("asked: are you there?")
        finally:
            staged.close()

        assert "by another" not in view.text
        assert (staged.session / "shim.log").read_text() == "by another\nin vain\n"

    def test_who_is_attached_is_sent_away_and_the_session_goes_on(self, stage, kind):
        staged = stage(kind)
        staged.shows("done: 2 steps")
        assert staged.launcher.detach(TOAST) == 0
        ours, theirs = pty.openpty()
        words = [sys.executable, "-c", ATTACH, str(staged.session.parents[1]), TOAST]
        environ = {**os.environ, "TERM": "xterm"}
        with subprocess.Popen(words, stdin=theirs, stdout=theirs, env=environ) as guest:
            until(lambda: _drained(ours) and staged.launcher.detach(TOAST) == 1)
            until(lambda: _drained(ours) and guest.poll() is not None)
        for each in (ours, theirs):
            os.close(each)

        assert (guest.returncode, staged.seen.is_running) == (0, True)

    def test_without_a_terminal_it_is_not_attached_to(self, stage, kind, monkeypatch):
        staged = stage(kind, "hang@1")
        until(lambda: staged.seen.pid)
        monkeypatch.setattr(sys, "stdin", io.StringIO())

        with pytest.raises(RefusedError, match="can only be attached to a terminal"):
            staged.launcher.attach(TOAST)

    def test_nothing_is_typed_into_what_does_not_run(self, stage, kind):
        staged = stage(kind, "crash@1")
        staged.ended()

        with pytest.raises(RefusedError) as told:
            staged.launcher.send(TOAST, "hello")
        assert told.value.message == f"{TOAST} has no session that runs"
        with pytest.raises(GtError):
            staged.launcher.attach(TOAST)


@pytest.mark.skipif(not HAS_TMUX, reason="there is no tmux here")
class TestTmux:
    def test_no_secret_is_in_a_command_line_or_in_what_tmux_shows(self, stage):
        staged = stage(Kind.TMUX, "hang@1")
        until(lambda: staged.seen.pid)

        shown = _tmux(staged, "show-environment", "-g")
        assert "GT_SCRIPTED_MODE" not in shown
        assert [each for each in _command_lines() if b"hang@1" in each] == []

    def test_a_session_is_called_as_its_agent(self, stage):
        staged = stage(Kind.TMUX, "hang@1")

        assert _tmux(staged, "list-sessions", "-F", "#{session_name}") == f"{TOAST}\n"

    def test_who_ends_the_server_ends_the_session(self, stage):
        staged = stage(Kind.TMUX, "hang@1")
        until(lambda: staged.seen.pid)
        _tmux(staged, "kill-server")

        assert staged.ended().problem == "it was stopped"

    def test_a_text_arrives_while_somebody_scrolls(self, stage, rig):
        staged = stage(Kind.TMUX)
        staged.shows("done: 2 steps")
        _tmux(staged, "copy-mode", "-t", f"={TOAST}:")

        staged.launcher.send(TOAST, "```gitgt-script\ntouch scrolled\n```")
        until((rig.path / "scrolled").exists)


def _tmux(staged, *words):
    return tmux.Tmux(tmux.socket_of(town_mark(staged.folder)))._call(*words)


def _drained(terminal):
    """Read what is shown there, so that whoever shows it goes on."""
    while select.select([terminal], [], [], 0.0)[0]:
        os.read(terminal, 1 << 16)
    return True


def _command_lines():
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has just ended
            found.append(path.read_bytes())
    return found


def _read(path):
    return path.read_text().strip() if path.exists() else ""
