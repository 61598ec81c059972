"""Which programs agents run on, by name: the town's settings over the shipped presets."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any, Final

from gitgt.errors import NotFoundError, SettingsError
from gitgt.model.actor import Actor
from gitgt.runtime import presets
from gitgt.runtime.presets import Runtime
from gitgt.services import commit, settings
from gitgt.services.town import Rig, Town

NAME: Final = "settings/agents.yaml"
_SCHEMA: Final = "agents"
Fields = dict[str, Any]


def known(town: Town) -> dict[str, Any]:
    """Return the settings of every runtime by name."""
    return dict(settings.read(town.root / NAME, _SCHEMA).get("agents", {}))


def default(town: Town) -> str:
    """Return the name of the runtime that is taken when none is named; empty if none is."""
    return str(settings.read(town.root / NAME, _SCHEMA).get("default", ""))


def choose(town: Town, rig: Rig | None, *asked: str) -> str:
    """Return the first of *asked* that is not empty, else the rig's, else the town's default.

    Raises:
        SettingsError: nobody says which one.
    """
    own = {} if rig is None else settings.read(rig.path / "settings/config.yaml", "rig")
    for name in (*asked, str(own.get("agent", "")), default(town)):
        if name:
            return name
    raise SettingsError(
        "no runtime is set",
        hint="git gt config agent set NAME 'command', then git gt config default-agent NAME",
    )


def chosen(town: Town, rig: Rig | None, *asked: str) -> Runtime:
    """Return the runtime that ``choose`` names.

    Raises:
        SettingsError: nobody says which one.
        NotFoundError: there is none of that name.
    """
    name, defined = choose(town, rig, *asked), known(town)
    if name not in defined:
        raise NotFoundError(
            f"there is no runtime {name!r}", hint=f"git gt config agent set {name} 'command'"
        )
    return presets.runtime(name, defined[name])


def define(town: Town, name: str, command: str, who: Actor, *, prompt: str) -> bool:
    """Set the command line of runtime *name*; say if anything changed.

    Raises:
        SettingsError: the command line cannot be split into words.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise SettingsError(f"{command!r} is no command line: {error}") from error
    if not words:
        raise SettingsError(
            "the command is empty", hint="git gt config agent set NAME 'program argument'"
        )
    fields = {"command": words, "prompt": prompt}

    def amend(present: Fields) -> Fields:
        return {**present, "agents": {**present.get("agents", {}), name: fields}}

    return _change(town, amend, f"runtime {name}: {command}", who)


def forget(town: Town, name: str, who: Actor) -> None:
    """Remove a runtime.

    Raises:
        NotFoundError: there is none of that name.
    """

    def amend(present: Fields) -> Fields:
        agents = dict(present.get("agents", {}))
        if agents.pop(name, None) is None:
            raise NotFoundError(
                f"there is no runtime {name!r}", hint="git gt config agent list"
            )
        kept = {key: each for key, each in present.items() if (key, each) != ("default", name)}
        return {**kept, "agents": agents}

    _change(town, amend, f"no runtime {name}", who)


def set_default(town: Town, name: str, who: Actor) -> bool:
    """Take *name* when no runtime is named; say if anything changed.

    Raises:
        NotFoundError: there is none of that name.
    """

    def amend(present: Fields) -> Fields:
        if name not in present.get("agents", {}):
            raise NotFoundError(
                f"there is no runtime {name!r}",
                hint=f"git gt config agent set {name} 'command'",
            )
        return {"default": name, **{k: v for k, v in present.items() if k != "default"}}

    return _change(town, amend, f"run agents on {name}", who)


def _change(town: Town, amend: Callable[[Fields], Fields], subject: str, who: Actor) -> bool:
    """Commit what *amend* makes of the runtimes as they stand."""

    def decide() -> commit.Files:
        content = settings.emit(amend(settings.read(town.root / NAME, _SCHEMA)))
        settings.parse(content, _SCHEMA, NAME)
        return {NAME: content}

    return commit.change(town, decide, subject, who)
