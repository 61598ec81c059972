"""Runtimes as data."""

import re

import pytest

from gitgt.errors import NotFoundError, SettingsError
from gitgt.ledger.fields import load_fields
from gitgt.runtime import presets
from gitgt.runtime.presets import Prompt, Runtime
from gitgt.runtime.presets.form import Scope
from tests.support.world import ROOT

FOLDER = ROOT / "gitgt/runtime/presets"


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_keeps_its_schema(name):
    content = (FOLDER / f"{name}.yaml").read_bytes()

    fields = load_fields(content, "runtime", f"{name}.yaml")

    # Read strictly, as what people write, and by the quick parser it is the same.
    assert {**fields, "header": None} == {**presets.preset(name), "header": None}
    assert fields["name"] == name


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_makes_a_runtime_whose_patterns_can_be_read(name):
    made = presets.runtime(name, {})

    signs = (made.screen.ready, made.screen.idle, made.screen.busy)
    patterns = [
        made.version.pattern,
        *made.quota,
        *(each.match for each in made.screen.dialogs),
        *(text for sign in signs for text in (sign.title, sign.text)),
    ]
    assert all(re.compile(each) for each in patterns)
    assert made.preset == name
    assert {"autonomous", "sandboxed", "ask"} <= made.arguments.keys()
    assert made.taps.are_there == bool(made.taps.dialect)
    assert made.taps.scope is not Scope.EXTERNAL or made.taps.path


def test_a_command_without_a_preset_is_a_plain_command_line():
    settings = {"command": ["python3", "agent.py"], "prompt": "stdin", "environment": ["X"]}

    made = presets.runtime("fast", settings)

    assert made == Runtime("fast", ("python3", "agent.py"), Prompt.STDIN, ("X",))
    assert made.is_plain


def test_what_has_no_command_extends_the_preset_of_its_own_name():
    made = presets.runtime("claude", {"model": "opus", "environment": ["MY_KEY"]})

    assert made.command == ("claude",)
    assert made.model == "opus"
    assert made.environment == ("MY_KEY",)
    assert made.preset == "claude"


def test_settings_say_what_is_different_from_the_preset_and_leave_the_rest():
    settings = {
        "preset": "claude",
        "command": ["/opt/claude"],
        "arguments": {"sandboxed": ["--permission-mode", "plan"]},
        "screen": {"busy": {"text": "thinking"}},
    }
    made, plain = presets.runtime("careful", settings), presets.runtime("claude", {})

    assert made.name == "careful"
    assert made.command == ("/opt/claude",)
    assert made.arguments["sandboxed"] == ("--permission-mode", "plan")
    assert made.arguments["autonomous"] == plain.arguments["autonomous"]
    assert made.screen.busy.text == "thinking"
    assert made.screen.busy.title == plain.screen.busy.title
    assert made.taps == plain.taps


def test_a_runtime_that_is_changed_changes_no_preset():
    presets.preset("claude")["arguments"]["model"] = ["--other"]

    assert presets.preset("claude")["arguments"]["model"] == ["--model", "{model}"]


def test_a_runtime_without_a_command_is_refused():
    with pytest.raises(SettingsError) as told:
        presets.runtime("fast", {"model": "opus"})

    assert told.value.message == "runtime fast has no command"
    assert told.value.hint == "git gt config agent set fast 'command'"


def test_an_unknown_preset_is_refused():
    with pytest.raises(NotFoundError, match="there is no preset 'nope'"):
        presets.runtime("fast", {"preset": "nope", "command": ["x"]})
