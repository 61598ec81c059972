"""What a town wants of its agents' taps: less than all guards, fewer events, commands besides.

Wishes are layered: the base, then the role's, then the rig's own for that role. What a later
layer says of one thing stands for what the earlier ones said of it, and an empty list takes
all of it away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from gitgt.model.guard import Rule
from gitgt.model.turns import TapEvent
from gitgt.values import dataclass

_OFF: Final = "off"


@dataclass(frozen=True, slots=True)
class Besides:
    """A command that a program runs besides ours; ``tools`` names for which tools."""

    command: tuple[str, ...]
    tools: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted for one role.

    ``without`` are rules of the guards that do not count, ``silent`` events that are not told.
    """

    without: tuple[Rule, ...] = ()
    silent: frozenset[TapEvent] = frozenset()
    besides: Mapping[TapEvent, tuple[Besides, ...]] = field(default_factory=dict)


NONE: Final = Wishes()


def wishes(settings: Mapping[str, Any], *, role: str, rig: str = "") -> Wishes:
    """Return what *settings*, which their schema has accepted, want for *role* in *rig*."""
    layers = list(_layers(settings, role, rig))
    guards = _joined(layers, "guards")
    events = _joined(layers, "events")
    besides = _joined(layers, "besides")
    return Wishes(
        without=tuple(sorted(Rule(name) for name, said in guards.items() if said == _OFF)),
        silent=frozenset(TapEvent(name) for name, said in events.items() if said == _OFF),
        besides={TapEvent(name): _commands(each) for name, each in besides.items() if each},
    )


def _layers(settings: Mapping[str, Any], role: str, rig: str) -> Iterator[Mapping[str, Any]]:
    yield settings.get("base", {})
    yield settings.get("roles", {}).get(role, {})
    yield settings.get("rigs", {}).get(rig, {}).get(role, {})


def _joined(layers: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    return {key: each for layer in layers for key, each in layer.get(name, {}).items()}


def _commands(entries: Sequence[Mapping[str, Any]]) -> tuple[Besides, ...]:
    return tuple(Besides(tuple(each["command"]), each.get("tools", "")) for each in entries)
