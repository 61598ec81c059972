"""Which programs agents run on, by name: the settings over the shipped presets."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any, Final

from gitgt.errors import NotFoundError, SettingsError
from gitgt.model import cost_tier, runtime_choice
from gitgt.model.actor import Actor
from gitgt.model.runtime_choice import Choice
from gitgt.runtime import presets
from gitgt.runtime.presets import Runtime
from gitgt.services import commit, settings
from gitgt.services.sessions import runtime_layers
from gitgt.services.town import Rig, Town

NAME: Final = runtime_layers.NAME
Fields = dict[str, Any]


def known(town: Town, rig: Rig | None = None) -> dict[str, Any]:
    """Return what the settings of *rig*, or of the town, say of runtimes, by name."""
    return dict(_read(town, rig).get("agents", {}))


def everything(town: Town, rig: Rig | None = None) -> dict[str, str]:
    """Return the names of all runtimes, and in which place each is set, or that it ships."""
    layers = runtime_layers.layers(town, rig)
    found = {name: layer.place for layer in reversed(layers) for name in layer.agents}
    return {**dict.fromkeys(presets.names(), "preset"), **found}


def default(town: Town, rig: Rig | None = None) -> str:
    """Return the name of the runtime that is taken when none is named, and no role has one."""
    return runtime_choice.choose((), "", runtime_layers.layers(town, rig)).name


def choose(town: Town, rig: Rig | None, *asked: str, role: str = "") -> Choice:
    """Return which runtime an agent gets: the first of *asked* that is not empty, else by rule.

    Raises:
        SettingsError: the settings break their schema.
    """
    return runtime_choice.choose(asked, role, runtime_layers.layers(town, rig))


def chosen(town: Town, rig: Rig | None, *asked: str, role: str = "") -> Runtime:
    """Return the runtime that ``choose`` names.

    Raises:
        SettingsError: the settings break their schema, or what it extends is not there.
        NotFoundError: there is none of that name.
    """
    return named(town, rig, choose(town, rig, *asked, role=role).name)


def named(town: Town, rig: Rig | None, name: str) -> Runtime:
    """Return the runtime that *rig*, or the town, calls *name*; raises as ``chosen`` does."""
    return presets.runtime(name, described(town, rig, name))


def described(town: Town, rig: Rig | None, name: str) -> Fields:
    """Return what is set of the runtime *name*; raises as ``chosen`` does."""
    layers = runtime_layers.layers(town, rig)
    return runtime_choice.described(name, layers, presets.names())


# --- changes


def define(
    town: Town, name: str, command: str, who: Actor, *, prompt: str, rig: Rig | None = None
) -> bool:
    """Set the command line of runtime *name*; say if anything changed.

    Raises:
        SettingsError: the command line cannot be split into words.
    """
    fields = {"command": split(command), "prompt": prompt}
    return put(town, name, fields, who, rig=rig, said=command)


def split(command: str) -> list[str]:
    """Return the words of a command line.

    Raises:
        SettingsError: it has none, or a quote without end.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise SettingsError(f"{command!r} is no command line: {error}") from error
    if not words:
        raise SettingsError(
            "the command is empty", hint="git gt config agent set NAME 'program argument'"
        )
    return words


def put(
    town: Town, name: str, fields: Fields, who: Actor, *, rig: Rig | None = None, said: str = ""
) -> bool:
    """Set what is known of runtime *name*; say if anything changed.

    Raises:
        SettingsError: it breaks the schema.
        NotFoundError: it extends what is not there.
    """

    def amend(present: Fields) -> Fields:
        _check_base(town, rig, name, fields)
        return {**present, "agents": {**present.get("agents", {}), name: fields}}

    told = said or f"extends {fields.get('preset', name)}"
    return _change(town, rig, amend, f"runtime {name}: {told}", who)


def _check_base(town: Town, rig: Rig | None, name: str, fields: Fields) -> None:
    base = fields.get("preset", name)
    if ("preset" in fields or "command" not in fields) and base not in everything(town, rig):
        raise NotFoundError(
            f"there is no preset or runtime {base!r} to extend",
            hint=f"presets: {', '.join(presets.names())}",
        )


def forget(town: Town, name: str, who: Actor, *, rig: Rig | None = None) -> None:
    """Remove a runtime from the settings, wherever these name it.

    Raises:
        NotFoundError: there is none of that name.
    """

    def amend(present: Fields) -> Fields:
        agents = dict(present.get("agents", {}))
        if agents.pop(name, None) is None:
            raise NotFoundError(
                f"there is no runtime {name!r} in the settings", hint="git gt config agent list"
            )
        kept = {key: each for key, each in present.items() if (key, each) != ("default", name)}
        return {**kept, "agents": agents}

    _change(town, rig, amend, f"no runtime {name}", who)


def set_default(town: Town, name: str, who: Actor, *, rig: Rig | None = None) -> bool:
    """Take *name* when no runtime is named; say if anything changed.

    Raises:
        NotFoundError: there is none of that name.
    """

    def amend(present: Fields) -> Fields:
        described(town, rig, name)
        return {"default": name, **{k: v for k, v in present.items() if k != "default"}}

    whose = "agents" if rig is None else f"agents of {rig.name}"
    return _change(town, rig, amend, f"run {whose} on {name}", who)


def set_role(town: Town, role: str, name: str, who: Actor, *, rig: Rig | None = None) -> bool:
    """Run agents in *role* on *name*, or for no name on the default; say if that is new.

    Raises:
        NotFoundError: there is none of that name.
    """

    def amend(present: Fields) -> Fields:
        if name:
            described(town, rig, name)
        roles = {**present.get("roles", {}), role: name}
        if not name:
            roles.pop(role)
        rest = {key: each for key, each in present.items() if key != "roles"}
        return {**rest, "roles": roles} if roles else rest

    whose = role if rig is None else f"{role} of {rig.name}"
    return _change(town, rig, amend, f"run each {whose} on {name or 'the default'}", who)


def tier(town: Town, rig: Rig | None = None) -> str:
    """Return the cost tier that the roles are set to."""
    return cost_tier.tier_of(_read(town, rig))


def set_tier(town: Town, name: str, who: Actor, *, rig: Rig | None = None) -> bool:
    """Let the roles run on the models of a cost tier; say if that is new."""
    whose = "the roles" if rig is None else f"the roles of {rig.name}"
    return _change(
        town, rig, lambda old: cost_tier.with_tier(old, name), f"{whose}: {name}", who
    )


def _change(
    town: Town, rig: Rig | None, amend: Callable[[Fields], Fields], subject: str, who: Actor
) -> bool:
    """Commit what *amend* makes of the runtimes as they stand."""
    path = runtime_layers.name_of(rig)

    def decide() -> commit.Files:
        content = settings.emit(amend(_read(town, rig)))
        settings.parse(content, runtime_layers.SCHEMA, path)
        return {path: content}

    return commit.change(town, decide, subject, who)


def _read(town: Town, rig: Rig | None) -> Fields:
    path = town.root / runtime_layers.name_of(rig)
    return settings.read(path, runtime_layers.SCHEMA)
