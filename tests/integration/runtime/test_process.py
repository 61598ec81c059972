"""Commands that run long, and everything that may come of them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from gitgt.errors import BusyError, EnvironmentProblemError, ToolMissingError
from gitgt.runtime import identity, notes, process
from gitgt.runtime.held import is_held
from gitgt.runtime.process import Ended, Lost, Running, Spec
from tests.support.waiting import note_in, until


@pytest.fixture
def run(tmp_path):
    """Start a shell script as a run, and return its folder."""
    folder = tmp_path / "a run"

    def start(script, **more):
        spec = Spec(
            argv=("sh", "-c", script),
            cwd=more.pop("cwd", tmp_path),
            env={"PATH": os.environ["PATH"], **more.pop("env", {})},
            directory=folder,
            wake=(tmp_path / "spool",),
            note=more.pop("note", "here"),
            **more,
        )
        process.spawn(spec)
        return folder

    yield start
    process.stop(folder, grace=0)


@pytest.fixture
def ended(run, tmp_path):
    """Run a shell script to its end, and return how that was."""

    def go(script, **more):
        folder = run(script, **more)
        note_in(tmp_path / "spool")
        return process.look(folder)

    return go


def _pid_in(path):
    return int(until(lambda: path.exists() and path.read_text().strip()))


def _is_gone(pid):
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie"


@pytest.mark.parametrize(
    ("script", "code", "killed_by"),
    [
        ("true", 0, None),
        ("exit 3", 3, None),
        ("kill -9 $$", None, 9),
        ("kill -15 $$", None, 15),
    ],
)
def test_how_it_ended_is_kept(ended, script, code, killed_by):
    end = ended(script)

    assert (end.code, end.signal) == (code, killed_by)
    assert (end.timed_out, end.stopped, end.error) == (False, False, "")
    assert end.ok == (code == 0)


def test_the_note_says_where(run, tmp_path):
    run("true", note="/t/shop/polecats/toast")

    assert note_in(tmp_path / "spool") == "/t/shop/polecats/toast"


def test_output_and_errors_are_kept_in_order(ended):
    end = ended("echo one; echo two >&2; echo three")

    assert end.output.read_text() == "one\ntwo\nthree\n"
    assert end.bytes == 14


def test_output_can_be_followed_while_it_runs(run, tmp_path):
    folder = run(f"echo begun; cat '{os.mkfifo(tmp_path / 'go') or tmp_path / 'go'}'")
    running = until(lambda: isinstance(seen := process.look(folder), Running) and seen)

    until(lambda: running.output.exists() and running.output.read_text() == "begun\n")
    (tmp_path / "go").write_text("more\n")
    note_in(tmp_path / "spool")

    assert process.look(folder).output.read_text() == "begun\nmore\n"


def test_of_much_output_beginning_and_end_are_kept(ended):
    end = ended("seq 1 100000", output_limit=(10, 12))

    assert end.bytes == 588895
    assert end.output.read_text() == (
        "1\n2\n3\n4\n5\n\n[... 588873 bytes left out ...]\n9999\n100000\n"
    )
    assert [path.name for path in end.output.parent.glob("output*")] == ["output"]


def test_output_just_within_the_limit_is_whole(ended):
    end = ended("printf 1234567890", output_limit=(4, 6))

    assert end.output.read_text() == "1234567890"


def test_any_bytes_get_through(ended):
    end = ended("cat", stdin=b"\xff\x00\n" * 50_000)

    assert end.output.read_bytes() == b"\xff\x00\n" * 50_000


def test_without_input_there_is_none(ended):
    assert ended("cat; echo end").output.read_text() == "end\n"


def test_the_environment_is_the_one_given_and_a_mark(ended, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    end = ended("env", env={"ONLY": "this"})

    names = {row.split("=")[0] for row in end.output.read_text().splitlines()}
    assert names == {"PATH", "ONLY", "PWD", "GT_RUN"}


def test_nobody_else_may_read_what_it_was_given(ended, tmp_path):
    ended("true", env={"A_KEY": "secret"})

    spec = tmp_path / "a run" / "spec.json"
    assert "secret" in spec.read_text()
    assert spec.stat().st_mode & 0o777 == 0o600


def test_words_that_are_no_utf8_get_through(tmp_path):
    odd = os.fsdecode(b"\xe4\xff")
    folder = tmp_path / "run"
    process.spawn(
        Spec(
            argv=("printf", "%s|%s", odd, ""),
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"]},
            directory=folder,
            wake=(tmp_path / "spool",),
        )
    )
    note_in(tmp_path / "spool")

    assert process.look(folder).output.read_bytes() == b"\xe4\xff|"


def test_a_time_limit_ends_it(ended):
    end = ended("sleep 600", timeout=0.2)

    assert (end.timed_out, end.code, end.signal) == (True, None, signal.SIGTERM)
    assert 0.2 <= end.seconds < 60


def test_who_ignores_the_time_limit_is_killed(ended):
    end = ended("trap '' TERM; while :; do sleep 0.05; done", timeout=1.0, grace=0.2)

    assert (end.timed_out, end.signal) == (True, signal.SIGKILL)


def test_who_ends_well_at_the_time_limit_did_time_out(ended):
    end = ended("trap 'exit 0' TERM; while :; do sleep 0.05; done", timeout=1.0)

    assert (end.timed_out, end.code, end.ok) == (True, 0, False)


@pytest.mark.parametrize(
    "orphan",
    [
        "sleep 600 & echo $! >pid",
        "setsid sh -c 'echo $$ >pid; exec sleep 600' &",
        "(setsid sh -c 'echo $$ >pid; exec sleep 600' &)",
        "(env -i setsid /bin/sh -c 'echo $$ >pid; exec sleep 600' &)",
        "(trap '' TERM HUP; setsid sh -c 'echo $$ >pid; while :; do sleep 0.1; done' &)",
    ],
    ids=["background", "session", "daemon", "daemon without our mark", "deaf daemon"],
)
def test_whoever_outlives_the_command_is_ended(ended, tmp_path, orphan):
    end = ended(f"{orphan}\nwhile [ ! -s pid ]; do sleep 0.01; done; exit 7")

    assert end.code == 7
    assert end.seconds < 60
    assert _is_gone(_pid_in(tmp_path / "pid"))


def test_nobody_escapes_by_calling_itself_detached(ended, tmp_path):
    end = ended(
        "GT_DETACHED=1 setsid sh -c 'echo $$ >pid; exec sleep 600' &\n"
        "while [ ! -s pid ]; do sleep 0.01; done"
    )

    assert end.code == 0
    assert _is_gone(_pid_in(tmp_path / "pid"))


def test_a_run_within_a_run_outlives_it(ended, tmp_path):
    inner = tmp_path / "inner"
    program = (
        "import os; from pathlib import Path; from gitgt.runtime.process import Spec, spawn\n"
        f"spawn(Spec(argv=('sleep', '600'), cwd=Path('/'), env=dict(os.environ), "
        f"directory=Path({str(inner)!r})))"
    )
    (tmp_path / "spawn.py").write_text(program)
    env = {"PYTHONPATH": os.environ["PYTHONPATH"]}
    end = ended(f"'{sys.executable}' spawn.py", env=env)

    assert end.code == 0, end.output.read_text()
    assert isinstance(process.look(inner), Running)

    process.stop(inner, grace=0)
    assert process.look(inner).stopped


def test_stop_ends_the_whole_tree(run, tmp_path):
    folder = run("setsid sleep 600 & echo $! >pid; sleep 600")
    pid = _pid_in(tmp_path / "pid")
    running = until(lambda: (seen := process.look(folder)).command and seen)

    stopped = process.stop(folder)

    assert {pid, running.pid} <= {who.pid for who in stopped}
    assert _is_gone(pid)
    assert not is_held(folder / "alive")
    end = process.look(folder)
    assert (end.stopped, end.signal) == (True, signal.SIGTERM)


def test_stop_of_what_has_just_begun_stops_it(run):
    folder = run("sleep 600")
    process.stop(folder)

    assert process.look(folder).stopped


def test_stop_kills_the_deaf(run, tmp_path):
    folder = run("trap '' TERM; echo $$ >pid; while :; do sleep 0.05; done")
    pid = _pid_in(tmp_path / "pid")

    process.stop(folder, grace=0.1)

    assert _is_gone(pid)
    assert process.look(folder).signal == signal.SIGKILL


def test_stop_of_what_has_ended_does_nothing(run, tmp_path):
    folder = run("exit 3")
    note_in(tmp_path / "spool")
    until(lambda: not is_held(folder / "alive"))

    assert process.stop(folder) == []
    assert process.look(folder).code == 3


def test_where_nothing_ran_there_is_nothing(tmp_path):
    assert process.look(tmp_path / "nowhere") is None
    assert process.stop(tmp_path / "nowhere") == []


def test_a_shim_that_was_killed_loses_its_run_and_stop_cleans_up(run, tmp_path):
    folder = run("setsid sleep 600 & echo $! >pid; sleep 600")
    pid = _pid_in(tmp_path / "pid")
    running = until(
        lambda: isinstance(seen := process.look(folder), Running) and seen.command and seen
    )
    identity.send(running.shim, signal.SIGKILL)
    until(lambda: not is_held(folder / "alive"))

    assert process.look(folder) == Lost(folder / "output")
    assert not _is_gone(pid)

    process.stop(folder, grace=0)

    assert _is_gone(pid)
    assert _is_gone(running.pid)
    assert process.look(folder).stopped


def test_the_one_that_started_it_may_die_at_once(tmp_path):
    folder = tmp_path / "run"
    program = (
        "import os, signal; from pathlib import Path\n"
        "from gitgt.runtime.process import Spec, spawn\n"
        f"spawn(Spec(argv=('sh', '-c', 'echo alive'), cwd=Path('/'), env=dict(os.environ), "
        f"directory=Path({str(folder)!r}), wake=(Path({str(tmp_path / 'spool')!r}),)))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False)
    note_in(tmp_path / "spool")

    assert done.returncode == -signal.SIGKILL
    assert process.look(folder).output.read_text() == "alive\n"


def test_one_folder_is_one_run_at_a_time(run):
    run("sleep 600")

    with pytest.raises(BusyError, match="something already runs in"):
        run("true")


def test_a_folder_may_be_used_again(run, tmp_path):
    folder = run("echo one; exit 1")
    note_in(tmp_path / "spool")
    until(lambda: not is_held(folder / "alive"))
    run("echo two")
    note_in(tmp_path / "spool")

    end = process.look(folder)
    assert (end.code, end.output.read_text()) == (0, "two\n")


def _plain(folder, *argv, cwd):
    return Spec(argv=argv, cwd=cwd, env={"PATH": os.environ["PATH"]}, directory=folder)


def test_what_cannot_start_says_why(tmp_path):
    script = tmp_path / "agent"
    script.write_text("#!/bin/sh\n")
    table = [
        (
            ("no-such-program",),
            tmp_path,
            ToolMissingError,
            "there is no program 'no-such-program'",
        ),
        (("./agent",), tmp_path, EnvironmentProblemError, f"{script} may not be executed"),
        (("./none",), tmp_path, ToolMissingError, f"there is no program {tmp_path / 'none'}"),
        (
            ("true",),
            tmp_path / "gone",
            EnvironmentProblemError,
            f"the folder {tmp_path / 'gone'} is not there",
        ),
        ((), tmp_path, ToolMissingError, "there is no command to run"),
    ]
    for argv, cwd, error, message in table:
        with pytest.raises(error) as told:
            process.spawn(_plain(tmp_path / "run", *argv, cwd=cwd))
        assert told.value.message == message
    assert process.look(tmp_path / "run") is None


def test_a_program_that_the_system_refuses_ends_at_once_with_the_reason(tmp_path):
    program = tmp_path / "odd"
    program.write_bytes(b"\x00\x01\x02")
    program.chmod(0o755)
    process.spawn(_plain(tmp_path / "run", "./odd", cwd=tmp_path))
    end = until(lambda: isinstance(seen := process.look(tmp_path / "run"), Ended) and seen)

    assert end.code == 126
    assert "Exec format error" in end.error
    assert end.error in end.output.read_text()


def test_without_a_watcher_something_else_goes_on(run, tmp_path):
    run(
        "true",
        after=(
            "sh",
            "-c",
            f"env >'{tmp_path}/after'; mv '{tmp_path}/after' '{tmp_path}/went on'",
        ),
    )

    went_on = until(
        lambda: (tmp_path / "went on").exists() and (tmp_path / "went on").read_text()
    )
    assert "GT_RUN=" not in went_on
    assert "GT_DETACHED=1" in went_on


def test_with_a_watcher_nothing_else_does(run, tmp_path):
    import filelock

    lock = tmp_path / "watch.lock"
    with filelock.FileLock(lock):
        folder = run("true", after=("touch", str(tmp_path / "went on")), watcher=lock)
        note_in(tmp_path / "spool")
        until(lambda: not is_held(folder / "alive"))

    assert not (tmp_path / "went on").exists()


def test_what_was_stopped_on_purpose_goes_on_nowhere(run, tmp_path):
    folder = run("sleep 600", after=("touch", str(tmp_path / "went on")))
    process.stop(folder, grace=0)

    assert not is_held(folder / "alive")
    assert not (tmp_path / "went on").exists()


def test_what_is_asked_to_make_way_for_something_else_goes_on(run, tmp_path):
    folder = run("sleep 600", after=("touch", str(tmp_path / "went on")))
    process.ask_to_stop(folder, goes_on=True)

    until((tmp_path / "went on").exists)
    assert process.look(folder).stopped


def test_a_pid_that_passed_on_to_somebody_else_is_not_signalled():
    me = identity.identify(os.getpid())
    earlier = identity.Identity(me.pid, "before")

    assert identity.is_alive(me)
    assert not identity.is_alive(earlier)
    assert identity.send(earlier, signal.SIGKILL) is False


def test_the_process_table_agrees_with_psutil(tmp_path):
    child = subprocess.Popen(
        ["sleep", "600"], env={"GT_TESTING": "x y"}, start_new_session=True
    )
    try:
        who = identity.identify(child.pid)
        assert identity.parent_of(child.pid) == os.getpid()
        assert identity.in_session(child.pid) == [who]
        # The kernel shows what a program was given a moment after it has become that program.
        until(lambda: identity.marked("GT_TESTING", "x y") == [who])
        assert identity.marked("GT_TESTING", "x") == []
        assert who in identity.descendants(os.getpid())
    finally:
        child.kill()
        child.wait()
    assert identity.identify(child.pid) is None


def test_elsewhere_psutil_tells_the_same(monkeypatch):
    with_proc = identity.parent_of(os.getpid())
    monkeypatch.setattr(identity, "_HAS_PROC", False)

    assert identity.parent_of(os.getpid()) == with_proc
    assert identity.is_alive(identity.identify(os.getpid()))
    assert identity.carries(os.getpid(), "PATH")
    assert not identity.carries(os.getpid(), "PATH", "nowhere")


def test_results_are_written_whole(tmp_path):
    notes.write_whole(tmp_path / "result", "one")
    notes.write_whole(tmp_path / "result", "two")

    assert (tmp_path / "result").read_text() == "two"
    assert [path.name for path in Path(tmp_path).iterdir()] == ["result"]


def test_session_0_is_nobodys():
    assert identity.in_session(0) == []


def test_what_outlives_us_keeps_a_persons_choice_and_no_sessions_marks(monkeypatch):
    monkeypatch.setenv("GT_SESSIONS_JAIL", "none")
    monkeypatch.setenv("GT_SESSION", "a session")
    monkeypatch.setenv("GT_AGENT", "shop/polecats/toast")

    kept = process.detached_environment()

    ours = {name: value for name, value in kept.items() if name.startswith("GT_")}
    assert ours == {"GT_DETACHED": "1", "GT_SESSIONS_JAIL": "none"}
