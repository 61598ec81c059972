"""The text by which each program is told which taps to call."""

import json
import re
import tomllib

import pytest

from gitgt.model.guard import Rule
from gitgt.model.tap_wishes import Besides, Wishes, wishes
from gitgt.model.turns import TapEvent
from gitgt.runtime import presets
from gitgt.runtime.presets import Scope
from gitgt.runtime.taps import files
from gitgt.runtime.taps.files import Gateway
from tests.support.tap_runtimes import TAPS

WORDS = ("/a town/gt/command",)
E = TapEvent
LAYERS = {
    "base": {"guards": {"packages": "off", "push": "off"}, "events": {"session.end": "off"}},
    "roles": {
        "crew": {
            "guards": {"push": "on"},
            "besides": {"tool.after": [{"command": ["fmt", "a b"], "tools": "Edit"}]},
        }
    },
    "rigs": {"shop": {"crew": {"besides": {"tool.after": []}, "guards": {"branch": "off"}}}},
}


def gateway(dialect, wanted=None):
    return Gateway(words=WORDS, dialect=dialect, wishes=wanted or Wishes())


def line(event, dialect, *more):
    rest = f" {' '.join(more)}" if more else ""
    return f"'/a town/gt/command' tap {event} --dialect {dialect}{rest}"


def command(text):
    return [{"type": "command", "command": text}]


def test_claude_is_told_in_a_file():
    assert json.loads(files.content(TAPS["claude"], gateway("claude"))) == {
        "hooks": {
            "SessionStart": [{"hooks": command(line("session.start", "claude"))}],
            "UserPromptSubmit": [{"hooks": command(line("prompt.submit", "claude"))}],
            "PreToolUse": [
                {
                    "matcher": "Bash|Edit|Write",
                    "hooks": command(line("tool.before", "claude")),
                }
            ],
            "PreCompact": [{"hooks": command(line("compact.before", "claude"))}],
            "Stop": [{"hooks": command(line("turn.end", "claude"))}],
            "SessionEnd": [{"hooks": command(line("session.end", "claude"))}],
        }
    }


def test_codex_is_told_on_its_command_line():
    words = files.words(TAPS["codex"], gateway("codex"))

    assert words[::2] == ("-c",) * 6
    told = [tomllib.loads(word)["hooks"] for word in words[1::2]]
    assert {name: each for row in told for name, each in row.items()}["PreToolUse"] == [
        {"matcher": "Bash", "hooks": command(line("tool.before", "codex"))}
    ]
    assert words[1] == (
        'hooks.SessionStart=[{hooks=[{type="command",'
        "command=\"'/a town/gt/command' tap session.start --dialect codex\"}]}]"
    )


def test_copilot_and_cursor_have_forms_of_their_own():
    copilot = json.loads(files.content(TAPS["copilot"], gateway("copilot")))
    assert copilot["version"] == 1
    assert copilot["hooks"]["preToolUse"] == [
        {"type": "command", "bash": line("tool.before", "copilot"), "timeoutSec": 30}
    ]
    assert json.loads(files.content(TAPS["cursor"], gateway("cursor"))) == {
        "version": 1,
        "hooks": {"stop": [{"command": line("turn.end", "cursor")}]},
    }


@pytest.mark.parametrize("dialect", ["opencode", "pi"])
def test_a_plugin_calls_us_without_a_shell(dialect):
    code = files.content(TAPS[dialect], gateway(dialect, Wishes(without=(Rule.PUSH,))))
    without = {"tool.before": ("--without", "push")}

    assert 'const GATEWAY = ["/a town/gt/command"];' in code
    [called] = re.findall("^const CALLED = (.*);$", code, re.MULTILINE)
    assert json.loads(called) == {
        event: ["tap", event, "--dialect", dialect, *without.get(event, ())]
        for event in TAPS[dialect].events
        if event != E.TOOL_AFTER
    }
    assert "__" not in code.replace("__proto__", "")


def test_what_is_wanted_is_layered():
    assert wishes(LAYERS, role="polecat", rig="shop") == Wishes(
        without=(Rule.PACKAGES, Rule.PUSH), silent=frozenset({E.SESSION_END})
    )
    assert wishes(LAYERS, role="crew") == Wishes(
        without=(Rule.PACKAGES,),
        silent=frozenset({E.SESSION_END}),
        besides={E.TOOL_AFTER: (Besides(("fmt", "a b"), "Edit"),)},
    )
    assert wishes(LAYERS, role="crew", rig="shop") == Wishes(
        without=(Rule.BRANCH, Rule.PACKAGES), silent=frozenset({E.SESSION_END})
    )
    assert wishes({}, role="crew") == Wishes()


def test_what_is_wanted_is_in_the_file():
    wanted = Wishes(
        without=(Rule.PUSH, Rule.REFS),
        silent=frozenset({E.SESSION_END}),
        besides={
            E.TURN_END: (Besides(("say", "it is done")),),
            E.TOOL_AFTER: (Besides(("tidy", "."), "Edit"),),
        },
    )
    told = json.loads(files.content(TAPS["claude"], gateway("claude", wanted)))["hooks"]
    assert "SessionEnd" not in told
    assert told["PreToolUse"][0]["hooks"] == command(
        line("tool.before", "claude", "--without", "push,refs")
    )
    assert told["Stop"] == [
        {"hooks": command(line("turn.end", "claude"))},
        {"hooks": command("say 'it is done'")},
    ]
    assert told["PostToolUse"] == [{"matcher": "Edit", "hooks": command("tidy .")}]
    lines = json.loads(files.content(TAPS["copilot"], gateway("copilot", wanted)))["hooks"]
    assert lines["agentStop"][1]["bash"] == "say 'it is done'"
    assert [each["bash"] for each in lines["postToolUse"]] == ["tidy ."]


@pytest.mark.parametrize("name", ["claude", "codex", "copilot", "gemini", "script"])
def test_what_is_wanted_after_a_tool_is_called_by_every_program_that_calls_commands(name):
    taps = presets.runtime(name, {}).taps
    wanted = Wishes(besides={E.TOOL_AFTER: (Besides(("tidy", ".")),)})
    text = files.words if taps.scope is Scope.INLINE else files.content

    told = str(text(taps, gateway(taps.dialect, wanted)))

    assert told.count("tidy .") == 1
    assert "tap tool.after" not in told


@pytest.mark.parametrize("dialect", ["opencode", "pi"])
def test_a_plugin_is_silent_where_that_is_wanted(dialect):
    code = files.content(
        TAPS[dialect], gateway(dialect, Wishes(silent=frozenset({E.PROMPT_SUBMIT})))
    )
    assert '"tool.before": ["tap"' in code
    assert '"prompt.submit": ["tap"' not in code


def test_what_somebody_else_wrote_stays():
    theirs = {
        "theme": "dark",
        "hooks": {
            "BeforeTool": [{"hooks": command("lint")}],
            "Notification": [{"hooks": command("bell")}],
            "PreCompress": [{"hooks": command(line("compact.before", "gemini"))}],
        },
    }
    once = files.merged(theirs, TAPS["gemini"], gateway("gemini"))

    assert once["theme"] == "dark"
    assert once["hooks"]["BeforeTool"] == [
        {"hooks": command("lint")},
        {"matcher": "run_shell_command", "hooks": command(line("tool.before", "gemini"))},
    ]
    assert once["hooks"]["Notification"] == theirs["hooks"]["Notification"]
    assert "PreCompress" not in once["hooks"]  # an older one of ours
    assert files.merged(once, TAPS["gemini"], gateway("gemini")) == once
