"""Runtimes as data."""

import json

import jsonschema
import pytest

from gitgt import resources
from gitgt.errors import NotFoundError, SettingsError
from gitgt.runtime import presets
from gitgt.runtime.presets import Prompt, Runtime


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_keeps_its_schema(name):
    schema = json.loads((resources.schemas() / "runtime.schema.json").read_text())

    jsonschema.Draft202012Validator(schema).validate(presets.preset(name))
    assert presets.preset(name)["name"] == name


def test_settings_say_what_is_different_from_the_preset():
    settings = {"command": ["python3", "agent.py"], "prompt": "stdin", "environment": ["X"]}

    assert presets.runtime("fast", settings) == Runtime(
        "fast", ("python3", "agent.py"), Prompt.STDIN, ("X",)
    )


@pytest.mark.parametrize(
    ("prompt", "argv", "stdin"),
    [
        (Prompt.ARGUMENT, ("run", "-x", "Do it."), None),
        (Prompt.STDIN, ("run", "-x"), b"Do it."),
        (Prompt.NONE, ("run", "-x"), None),
    ],
)
def test_the_prompt_goes_where_the_runtime_takes_it(prompt, argv, stdin):
    runtime = Runtime("r", ("run", "-x"), prompt)

    assert runtime.argv("Do it.") == argv
    assert runtime.stdin("Do it.") == stdin


def test_a_runtime_without_a_command_is_refused():
    with pytest.raises(SettingsError) as told:
        presets.runtime("fast", {"preset": "script"})

    assert told.value.message == "runtime fast has no command"
    assert told.value.hint == "git gt config agent set fast 'command'"


def test_an_unknown_preset_is_refused():
    with pytest.raises(NotFoundError, match="there is no preset 'nope'"):
        presets.runtime("fast", {"preset": "nope", "command": ["x"]})
