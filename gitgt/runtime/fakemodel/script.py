"""What the model that is none answers: the next command of a script, or that all is done.

It is a function of what it was asked and keeps nothing in mind: a request holds the whole
conversation, so a resumed or forked one goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from itertools import accumulate
from typing import Any, Final

from gitgt.values import dataclass

# What each answer is said to have cost; ``fresh`` is what no cache held.
FRESH: Final = 100
CACHED: Final = 40
WRITTEN: Final = 20  # into the cache; only Anthropic tells
OUT: Final = 7

DONE: Final = "gitgt-fake-model: turn {} is done"
_SMALL_TALK: Final = "gitgt-fake-model"
# How the CLIs call the tool that runs a shell command, the likelier first.
_SHELLS: Final = (
    "Bash",
    "bash",
    "run_shell_command",
    "exec_command",
    "shell_command",
    "shell",
    "local_shell",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to a model: what it may use, and what was said and done so far.

    ``tools`` are the schemas of their arguments by name. ``told`` is all text that is not the
    model's own; ``results`` is what the tools answered by the calls' ids, ``said`` what the
    model said. ``wants`` is the schema of an answer that has to be JSON.
    """

    model: str = ""
    tools: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    told: str = ""
    results: Mapping[str, str] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    streams: bool = False
    wants: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """The model wants a tool used."""

    id: str
    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Say:
    """The model says something, and its turn is over."""

    text: str


Reply = Call | Say
Script = Sequence[Sequence[str]]


def reply(script: Script, asked: Asked) -> Reply:
    """Return the answer to *asked*: *script* is turns, each a list of shell commands.

    Who offers no shell is a side request, such as for a title, and gets small talk.
    """
    tool = next((name for name in _SHELLS if name in asked.tools), None)
    if tool is None:
        return Say(_SMALL_TALK if asked.wants is None else json.dumps(filled(asked.wants)))
    turn = sum(said.startswith(DONE.split("{", 1)[0]) for said in asked.said)
    begun = (0, *accumulate(map(len, script)))
    number = len(asked.results)
    if turn < len(script) and number < begun[turn + 1]:
        command = script[turn][max(number, begun[turn]) - begun[turn]]
        return Call(f"call_{number}", tool, arguments(asked.tools[tool], command))
    return Say(DONE.format(turn + 1))


def arguments(schema: Mapping[str, Any], command: str) -> dict[str, Any]:
    """Return what a shell tool with that *schema* is called with to run *command*."""
    properties: Mapping[str, Any] = schema.get("properties", {})
    name = next((each for each in ("command", "cmd") if each in properties), "command")
    is_words = _type(properties.get(name, {})) == "array"
    return {**filled(schema), name: ["bash", "-lc", command] if is_words else command}


def filled(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object with whatever *schema* requires."""
    properties: Mapping[str, Any] = schema.get("properties", {})
    return {each: _filler(properties.get(each, {})) for each in schema.get("required", ())}


def _filler(schema: Mapping[str, Any]) -> object:
    """Return some value that fits a *schema*."""
    if schema.get("enum"):
        return schema["enum"][0]
    kinds = {"boolean": False, "integer": 30, "number": 30, "array": [], "object": {}}
    return kinds.get(_type(schema), "as the script says")


def _type(schema: Mapping[str, Any]) -> str:
    """Return the type that a schema names; Google shouts it."""
    return str(schema.get("type", "")).lower()
