"""Which runtime an agent gets, and what that is: the rig's settings over the town's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from gitgt.errors import NotFoundError, SettingsError
from gitgt.values import dataclass

LAST: Final = "claude"  # what is taken where nobody says anything, as in Gas Town
ROLES: Final = ("mayor", "deacon", "witness", "refinery", "polecat", "crew", "dog")
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Layer:
    """What the settings of one place, a rig or the town, say of runtimes."""

    place: str
    default: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    agents: Mapping[str, Fields] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """The name of a runtime, and who said so."""

    name: str
    why: str


def choose(asked: Sequence[str], role: str, layers: Sequence[Layer]) -> Choice:
    """Return which runtime an agent in *role* gets; *layers* has the nearest place first.

    What was *asked* for comes first, then its role in the rig and in the town, then what the
    rig and the town take for anybody.
    """
    said = [Choice(name, "asked for") for name in asked]
    said += [Choice(each.roles.get(role, ""), f"{role} of {each.place}") for each in layers]
    said += [Choice(each.default, f"default of {each.place}") for each in layers]
    return next((each for each in said if each.name), Choice(LAST, "nobody says"))


def described(name: str, layers: Sequence[Layer], shipped: Collection[str]) -> dict[str, Any]:
    """Return what the settings say of runtime *name*, with what it extends in them.

    ``preset`` is then one of those that are *shipped*, or is not there: it is a plain command
    line. A place may define anew what a farther one, or a preset, already has.

    Raises:
        NotFoundError: there is none of that name.
        SettingsError: it extends what is not there, or itself, or has nothing to run.
    """
    return _described(name, layers, shipped, 0, ())


def _described(
    name: str, layers: Sequence[Layer], shipped: Collection[str], begin: int,
    through: tuple[tuple[int, str], ...],
) -> dict[str, Any]:  # fmt: skip
    found = next((at for at in range(begin, len(layers)) if name in layers[at].agents), None)
    if found is None:
        return _shipped(name, shipped, through)
    if (found, name) in through:
        path = ", ".join([*(each for _, each in through), name])
        raise SettingsError(f"runtime {name} extends itself: {path}")
    own = layers[found].agents[name]
    if "preset" not in own and "command" in own:
        return dict(own)
    base = own.get("preset", name)
    # Of its own name there is another one only farther away.
    onward = found + 1 if base == name else 0
    below = _described(base, layers, shipped, onward, (*through, (found, name)))
    return merged(below, {key: each for key, each in own.items() if key != "preset"})


def _shipped(
    name: str, shipped: Collection[str], through: Sequence[tuple[int, str]]
) -> dict[str, Any]:
    if name in shipped:
        return {"preset": name}
    first = through[0][1] if through else name
    if not through:
        hint = f"git gt config agent set {name} 'command'"
        raise NotFoundError(f"there is no runtime {name!r}", hint=hint)
    if name == through[-1][1]:
        raise SettingsError(
            f"runtime {name} has no command", hint=f"git gt config agent set {name} 'command'"
        )
    raise SettingsError(
        f"runtime {first} extends {name!r}, and there is none of that name",
        hint=f"presets: {', '.join(sorted(shipped))}",
    )


def merged(base: Fields, over: Fields) -> dict[str, Any]:
    """Return *base* with what *over* says: maps key by key, anything else as a whole."""
    both = {key: _merged(base[key], over[key]) for key in base.keys() & over.keys()}
    return {**base, **over, **both}


def _merged(old: object, new: object) -> object:
    return merged(old, new) if isinstance(old, Mapping) and isinstance(new, Mapping) else new


# --- the seed's settings of a rig


def from_seed(fields: Fields, shipped: Collection[str]) -> Layer:
    """Return what a rig's ``settings/config.json`` says of its runtime, in Gas Town's form.

    A provider that is no preset, such as ``generic``, makes a plain command line. Its
    arguments stand behind ours: those that give leave to work alone are with the preset.
    """
    command, provider = str(fields.get("command", "")), str(fields.get("provider", ""))
    program = command.rpartition("/")[2]
    name = provider or (program if program in shipped else "") or program or LAST
    words, typed = list(fields.get("args", ())), fields.get("prompt_mode") == "none"
    if name in shipped:
        entry: dict[str, Any] = {"preset": name}
        if command:
            entry["command"] = [command]
        if words:
            entry["extra"] = words
        if typed:
            entry["interactive"] = {"prompt": "paste"}
    else:
        prompt = "none" if typed else "argument"
        entry = {"command": [command or name, *words], "prompt": prompt}
    return Layer("", default=name, agents={name: entry})
