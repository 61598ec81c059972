"""Runtimes as data: which program an agent is, and how it gets its prompt.

A town's settings name its runtimes; each is made from a preset, one YAML file beside this
one, and says what is different. No shell is anywhere: a command is a list of words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from gitgt.errors import NotFoundError, SettingsError

_FOLDER: Final = Path(__file__).parent
_DEFAULT: Final = "script"


class Prompt(StrEnum):
    """How a program gets its prompt."""

    ARGUMENT = "argument"
    STDIN = "stdin"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Runtime:
    """A program that agents run on.

    ``environment`` names variables of ours that it may see beyond the allow-list.
    """

    name: str
    command: tuple[str, ...]
    prompt: Prompt = Prompt.NONE
    environment: tuple[str, ...] = ()

    def argv(self, prompt: str) -> tuple[str, ...]:
        """Return the words of the command line that runs it on *prompt*."""
        return (*self.command, prompt) if self.prompt is Prompt.ARGUMENT else self.command

    def stdin(self, prompt: str) -> bytes | None:
        """Return what it is to read from its standard input."""
        return prompt.encode() if self.prompt is Prompt.STDIN else None


def names() -> list[str]:
    """Return the presets that are shipped."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


def preset(name: str) -> dict[str, Any]:
    """Return the fields of the preset *name*.

    Raises:
        NotFoundError: there is none of that name.
    """
    from ruamel.yaml import YAML

    if name not in names():
        raise NotFoundError(
            f"there is no preset {name!r}", hint=f"there are: {', '.join(names())}"
        )
    fields: dict[str, Any] = YAML(typ="safe", pure=True).load(_FOLDER / f"{name}.yaml")
    return fields


def runtime(name: str, settings: Mapping[str, Any]) -> Runtime:
    """Return the runtime that *settings*, which its schema has accepted, describe.

    Raises:
        NotFoundError: its preset is not there.
        SettingsError: nobody says what to run.
    """
    fields = {**preset(settings.get("preset", _DEFAULT)), **settings}
    if not fields.get("command"):
        raise SettingsError(
            f"runtime {name} has no command", hint=f"git gt config agent set {name} 'command'"
        )
    return Runtime(
        name,
        tuple(fields["command"]),
        Prompt(fields.get("prompt", Prompt.NONE)),
        tuple(fields.get("environment", ())),
    )
