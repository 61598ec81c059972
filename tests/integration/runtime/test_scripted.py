"""The scripted agent: its turns, its taps, its transcript, and each of its faults."""

import os
import pty
import signal
import subprocess

import pytest

from tests.support.scripted import Scripted
from tests.support.waiting import until

STEPS = "```gitgt-script\necho one >a.txt\ngit add a.txt\ngit commit -qm one\n```\n"
BEAD = {"GT_BEAD": "gt-abc12"}


@pytest.fixture
def agent(rig, tmp_path):
    return Scripted(rig.path, tmp_path / "sessions")


def _subjects(rig):
    return rig.git("log", "--format=%s", "--reverse").splitlines()[1:]


def test_a_script_is_run_with_a_tap_before_each_step(agent, rig):
    done = agent.run("--session-id", "c1", said=STEPS)

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == (
        b"$ echo one >a.txt\n$ git add a.txt\n$ git commit -qm one\ndone: 3 steps\n"
    )
    assert _subjects(rig) == ["one"]
    steps = ["echo one >a.txt", "git add a.txt", "git commit -qm one"]
    calls = [f"{event} {step}" for step in steps for event in ("PreToolUse", "PostToolUse")]
    assert agent.events == [
        "SessionStart startup",
        "UserPromptSubmit",
        *calls,
        "Stop",
        "SessionEnd",
    ]


def test_its_transcript_is_that_of_claude_and_always_the_same(agent, rig):
    agent.run("--session-id", "c1", said="```gitgt-script\necho one\n```")

    told, text, call, result, said = agent.transcript("c1")
    assert told == {"role": "user", "content": "```gitgt-script\necho one\n```"}
    usage = {
        "input_tokens": 3,
        "cache_creation_input_tokens": 8,
        "cache_read_input_tokens": 0,
        "output_tokens": 38,
    }
    assert (text["usage"], call["usage"]) == (usage, usage)
    assert text["id"] == call["id"] != said["id"]
    assert call["content"][0]["input"] == {"command": "echo one"}
    assert result["content"][0]["content"] == "one\n"
    assert said["content"] == [{"type": "text", "text": "done: 1 steps"}]
    assert said["usage"]["cache_read_input_tokens"] == 8


def test_what_the_start_tells_it_is_heeded(agent, rig):
    agent.answer(SessionStart="printf '```gitgt-script\\ntouch told\\n```'")

    agent.run(said="go")
    assert (rig.path / "told").exists()


def test_a_step_that_is_refused_is_not_run(agent, rig):
    agent.answer(PreToolUse="echo 'not that' >&2; exit 2")

    done = agent.run("--session-id", "c1", said="```gitgt-script\ntouch never\n```")
    assert done.stdout == b"$ touch never\nnot that\ndone: 1 steps\n"
    assert not (rig.path / "never").exists()
    assert agent.transcript("c1")[3]["content"][0]["is_error"]


def test_a_turn_goes_on_when_its_end_is_told_to(agent, rig):
    more = r"""{"decision":"block","reason":"```gitgt-script\\ntouch more\\n```"}"""
    agent.answer(Stop=f"[ -e more ] || printf '{more}'")

    agent.run(said="go")
    assert (rig.path / "more").exists()
    assert agent.events[-3:] == ["PostToolUse touch more", "Stop", "SessionEnd"]


def test_a_tap_that_fails_stops_nothing(agent, rig):
    agent.answer(PreToolUse="exit 1", SessionStart="exit 127", Stop="kill -9 $$")

    assert agent.run(said=STEPS).returncode == 0
    assert _subjects(rig) == ["one"]


def test_without_a_script_it_does_a_piece_of_work_and_hands_in(agent, rig):
    agent.environment |= BEAD
    done = agent.run(said="Your assignment is gt-abc12")

    assert _subjects(rig) == ["Write WORK-gt-abc12.md for gt-abc12"]
    steps = [line for line in done.stdout.decode().splitlines() if line.startswith("$ ")]
    assert steps == [
        "$ printf '%s\\n' 'worked on gt-abc12' >WORK-gt-abc12.md",
        "$ git add WORK-gt-abc12.md",
        "$ git commit -q -m 'Write WORK-gt-abc12.md for gt-abc12'",
        "$ git gt done",
    ]


def test_a_conversation_goes_on_and_is_copied(agent, rig):
    agent.run("--session-id", "c1", said=STEPS)

    asked = agent.run("--resume", "c1", said="what did you do?")
    assert asked.stdout == (
        b"asked: what did you do?\nran: echo one >a.txt; git add a.txt; git commit -qm one\n"
    )
    before = agent.transcript("c1")
    agent.run("--fork", "c1", "--session-id", "c2", said="and now?")
    assert agent.transcript("c1") == before
    assert agent.transcript("c2")[: len(before)] == before
    lost = agent.run("--resume", "c9", said="and now?")
    assert (lost.returncode, lost.stderr) == (
        1,
        b"scripted: no conversation found with session ID: c9\n",
    )


class TestFaults:
    def test_it_crashes(self, agent):
        done = agent.run("--fault", "crash@2", said=STEPS)

        assert done.returncode == 42
        assert agent.events[-1] == "PostToolUse echo one >a.txt"

    def test_it_kills_itself(self, agent):
        assert agent.run("--fault", "kill@1", said=STEPS).returncode == -signal.SIGKILL

    def test_it_hangs(self, agent):
        child = subprocess.Popen(
            agent.argv("-p", "--fault", "hang@2", STEPS), cwd=agent.cwd, env=agent.env,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        until(lambda: agent.heard.exists() and "PostToolUse" in agent.heard.read_text())
        assert child.poll() is None
        child.kill()
        child.wait()

    def test_only_the_first_time(self, agent, rig):
        agent.environment["GT_SCRIPTED_MODE"] = "crash@1 once"

        assert [agent.run(said=STEPS).returncode for _ in range(2)] == [42, 0]
        assert _subjects(rig) == ["one"]

    def test_a_script_names_its_faults(self, agent):
        said = STEPS.replace("gitgt-script", "gitgt-script crash@3 once")

        assert [agent.run(said=said).returncode for _ in range(2)] == [42, 0]

    def test_it_prints_garbage(self, agent, rig):
        done = agent.run("--fault", "garbage", said=STEPS)

        assert done.returncode == 0
        assert b"\xff\xfe\xc3\x28" in done.stdout
        assert _subjects(rig) == ["one"]

    def test_it_calls_no_tap(self, agent, rig):
        agent.run("--fault", "nohooks", said=STEPS)

        assert not agent.heard.exists()
        assert _subjects(rig) == ["one"]

    def test_it_calls_the_tap_of_the_start_late(self, agent):
        agent.run("--fault", "latehook", said="go")

        assert agent.events == [
            "UserPromptSubmit",
            "SessionStart startup",
            "Stop",
            "SessionEnd",
        ]

    def test_it_compacts(self, agent):
        agent.run("--fault", "compact", said="```gitgt-script\ntrue\n```")

        assert agent.events[3:6] == [
            "PostToolUse true",
            "PreCompact auto",
            "SessionStart compact",
        ]

    def test_its_limit_is_reached(self, agent, rig):
        done = agent.run("--fault", "quota", said=STEPS)

        assert (done.returncode, _subjects(rig)) == (1, [])
        assert done.stdout == "You've hit your usage limit · resets 7pm\n".encode()

    @pytest.mark.parametrize(
        ("fault", "files"),
        [
            ("conflict", ["CONFLICT.md", "README", "WORK-gt-abc12.md"]),
            ("badtest", ["BROKEN", "README", "WORK-gt-abc12.md", "test_broken.py"]),
            ("nodone", ["README", "WORK-gt-abc12.md"]),
        ],
    )
    def test_its_work_is_spoilt(self, agent, rig, fault, files):
        agent.environment |= BEAD
        done = agent.run("--fault", fault, said="go")

        assert rig.git("ls-files").splitlines() == files
        assert (b"$ git gt done" in done.stdout) == (fault != "nodone")

    def test_it_leaves_changes_and_takes_a_branch(self, agent, rig):
        agent.environment |= BEAD
        agent.run("--fault", "dirty", "--fault", "wrongbranch", said="go")

        assert rig.git("status", "--short", "--branch").splitlines() == [
            "## wrong-gt-abc12",
            "?? DIRTY.md",
        ]


class TestAtItsTerminal:
    @pytest.fixture
    def sit(self, agent):
        """Start it on a terminal, and return what one does there."""
        sitting = []

        def begin(*words):
            ours, its = pty.openpty()
            child = subprocess.Popen(
                agent.argv(*words), cwd=agent.cwd, env=agent.env, stdin=its, stdout=its,
                stderr=its, start_new_session=True,
            )  # fmt: skip
            os.close(its)
            sitting.append((child, ours))
            return child, ours, bytearray()

        yield begin
        for child, ours in sitting:
            child.kill()
            child.wait()
            os.close(ours)

    @staticmethod
    def _shows(ours, seen, text):
        while text not in seen:
            seen.extend(os.read(ours, 4096))

    def test_it_takes_turns_and_its_title_tells(self, agent, sit):
        child, ours, seen = sit("--session-id", "c1", "hello")
        self._shows(ours, seen, b"asked: hello\r\nran: nothing yet\r\n\x1b]2;")
        assert seen.count("\x1b]2;⠋ scripted\x07".encode()) == 1
        self._shows(ours, seen, "» ".encode())

        os.write(ours, b"\x1b[200~two\nlines\x1b[201~\r")
        self._shows(ours, seen, b"asked: two\r\n")
        os.write(ours, b"/exit\r")
        assert child.wait(timeout=60) == 0
        assert agent.events[-2:] == ["Stop", "SessionEnd"]

    def test_it_asks_whether_the_folder_is_trusted(self, agent, sit):
        _, ours, seen = sit("--fault", "dialog", "hello")
        self._shows(ours, seen, b"Do you trust this folder?")
        assert not agent.heard.exists()

        os.write(ours, b"\r")
        self._shows(ours, seen, b"asked: hello")

    def test_it_may_be_deaf(self, agent, sit):
        child, ours, seen = sit("--fault", "deaf", "hello")
        self._shows(ours, seen, "» ".encode())

        os.write(ours, b"/exit\r")
        assert child.poll() is None
        assert agent.events[-1] == "Stop"
