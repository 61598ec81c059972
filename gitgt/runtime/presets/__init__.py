"""Runtimes as data: which program an agent is, and how it gets its prompt.

A preset is one YAML file beside this one. A town's settings name its runtimes: each is a
plain command line, or extends a preset and says what is different. No shell is anywhere: a
command is a list of words.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from gitgt.errors import NotFoundError, SettingsError
from gitgt.model.runtime_choice import merged
from gitgt.runtime.presets.form import (
    Config,
    Conversations,
    Dialog,
    Form,
    Prompt,
    Refusal,
    Runtime,
    Scope,
    Screen,
    Sign,
    Taps,
    Transcript,
    Version,
)

__all__ = ["Form", "Prompt", "Runtime", "Scope", "names", "preset", "runtime"]

_FOLDER: Final = Path(__file__).parent
_NOT_RUN: Final = "no"
Fields = Mapping[str, Any]


@cache
def names() -> tuple[str, ...]:
    """Return the presets that are shipped."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def preset(name: str) -> dict[str, Any]:
    """Return the fields of the preset *name*.

    Raises:
        NotFoundError: there is none of that name.
    """
    if name not in names():
        raise NotFoundError(
            f"there is no preset {name!r}", hint=f"there are: {', '.join(names())}"
        )
    return copy.deepcopy(_read(name))


@cache
def _read(name: str) -> dict[str, Any]:
    from ruamel.yaml import YAML

    # Ours, and so read by the parser in C, where there is one: a tap must answer quickly.
    fields: dict[str, Any] = YAML(typ="safe").load(_FOLDER / f"{name}.yaml")
    return fields


def whole(settings: Fields) -> dict[str, Any]:
    """Return what *settings* say, with all that the preset says which they extend.

    Raises:
        NotFoundError: that preset is not there.
    """
    if "preset" not in settings:
        return dict(settings)
    base = preset(settings["preset"])
    del base["name"]
    return {"preset": settings["preset"], **merged(base, settings)}


def runtime(name: str, settings: Fields) -> Runtime:
    """Return the runtime that *settings*, which their schema has accepted, describe.

    ``preset`` names what they extend. Without it a ``command`` is a plain command line, and
    whatever has none extends the preset of its own name.

    Raises:
        NotFoundError: its preset is not there.
        SettingsError: nobody says what to run.
    """
    if "preset" not in settings and "command" in settings:
        return _made(name, "", settings)
    base = settings.get("preset", name)
    if "preset" not in settings and base not in names():
        raise SettingsError(
            f"runtime {name} has no command", hint=f"git gt config agent set {name} 'command'"
        )
    return _made(name, base, whole({**settings, "preset": base}))


def _made(name: str, base: str, fields: Fields) -> Runtime:
    verified = str(fields.get("verified", ""))
    refusal = fields.get("refusal")
    return Runtime(
        name,
        tuple(fields["command"]),
        Prompt(fields.get("prompt", Prompt.NONE)),
        tuple(fields.get("environment", ())),
        preset=base,
        title=fields.get("title", ""),
        verified="" if verified == _NOT_RUN else verified,
        places=tuple(fields.get("places", ())),
        version=Version(**_lists_as_tuples(fields.get("version", {}))),
        model=fields.get("model", ""),
        interactive=_form(fields.get("interactive")),
        headless=_form(fields.get("exec")),
        arguments=_lists_as_tuples(fields.get("arguments", {})),
        conversations=Conversations(fields.get("conversations", Conversations.NONE)),
        in_place=fields.get("in_place", False),
        set=fields.get("set", {}),
        unset=tuple(fields.get("unset", ())),
        config=Config(**_lists_as_tuples(fields.get("config", {}))),
        taps=_taps(fields.get("taps", {})),
        screen=_screen(fields.get("screen", {})),
        quota=tuple(fields.get("quota", ())),
        transcript=Transcript(**fields.get("transcript", {})),
        instructions=fields.get("instructions", ""),
        refusal=None if refusal is None else Refusal(**refusal),
        prices=fields.get("prices", ""),
        extra=tuple(fields.get("extra", ())),
    )


def _form(fields: Fields | None) -> Form | None:
    if fields is None:
        return None
    return Form(tuple(fields.get("words", ())), Prompt(fields.get("prompt", Prompt.ARGUMENT)))


def _taps(fields: Fields) -> Taps:
    return Taps(
        dialect=fields.get("dialect", ""),
        scope=Scope(fields.get("scope", Scope.NONE)),
        path=fields.get("path", ""),
        events=fields.get("events", {}),
        tools=_lists_as_tuples(fields.get("tools", {})),
    )


def _screen(fields: Fields) -> Screen:
    made = _lists_as_tuples(fields)
    for state in ("ready", "idle", "busy"):
        made[state] = Sign(**fields.get(state, {}))
    dialogs = fields.get("dialogs", ())
    made["dialogs"] = tuple(Dialog(each["match"], tuple(each["keys"])) for each in dialogs)
    return Screen(**made)


def _lists_as_tuples(fields: Fields) -> dict[str, Any]:
    return {
        key: tuple(each) if isinstance(each, list) else each for key, each in fields.items()
    }
