"""Properties of a rig, in layers: what this machine says, the rig, its settings, the town.

The first layer that says something about a key decides; what is *blocked* says that no layer
below is asked. Whole numbers that stack are summed over all layers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from gitgt.errors import NotFoundError, RefusedError
from gitgt.model import when
from gitgt.model.wisp import LIFETIMES
from gitgt.values import dataclass

Value = int | str | bool
# What a layer holds under a key that it hides from the layers below.
BLOCKED: Final = None
DEFAULT: Final = "default"
_DAY: Final = 24 * 60
_WINDOW: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Key:
    """A property: how its value is read, what it is for, and whether layers are summed."""

    name: str
    parse: Callable[[str], Value]
    what: str
    default: Value = ""
    stacks: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """Where something is said, and what: values by key, None for what is blocked."""

    name: str
    values: Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class Found:
    """The value of a key, and from which layers it comes; a default comes from none."""

    key: str
    value: Value
    layers: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"key": self.key, "value": self.value, "layers": list(self.layers)}


def _number(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,6}", text, re.ASCII):
        raise RefusedError(f"{text!r} is no whole number")
    return int(text)


def _places(text: str) -> int:
    found = _number(text)
    if not 1 <= found <= 1000:
        raise RefusedError(f"{text!r} is no number of sessions", hint="1 to 1000")
    return found


def _span(text: str) -> str:
    if not when.span(text):
        raise RefusedError(f"{text!r} is no span of time", hint="such as 90m, 12h or 7d")
    return text


def _window(text: str) -> str:
    if not _WINDOW.fullmatch(text):
        raise RefusedError(f"{text!r} is no time of day", hint="such as 22:00-06:00")
    return text


KEYS: Final[Mapping[str, Key]] = {
    each.name: each
    for each in (
        Key("max_polecats", _places, "how many sessions may live at once", 30),
        Key("priority_adjustment", _number, "added to its work's priority", 0, stacks=True),
        Key("maintenance_window", _window, "when heavy chores may begin, in local time"),
        *(
            Key(f"wisp_ttl_{kind}", _span, f"how long a wisp of this kind lives ({kind})",
                f"{round(seconds / 3600)}h")
            for kind, seconds in LIFETIMES.items()
        ),
    )
}  # fmt: skip


def known(name: str) -> Key:
    """Return the key called *name*.

    Raises:
        NotFoundError: there is none.
    """
    if name in KEYS:
        return KEYS[name]
    if name == "status":
        raise NotFoundError(
            "a rig's status has verbs of its own", hint="git gt rig park, unpark, dock, undock"
        )
    raise NotFoundError(f"there is no property {name!r}", hint=f"known: {', '.join(KEYS)}")


def effective(name: str, layers: Sequence[Layer]) -> Found:
    """Return what holds for the key *name*; the first of *layers* has the first word."""
    key = known(name)
    said = [(layer.name, layer.values[name]) for layer in layers if name in layer.values]
    heard: list[tuple[str, Value]] = []
    for layer, value in said:
        if value is BLOCKED:
            break
        heard.append((layer, value))
        if not key.stacks:
            break
    if not heard:
        return Found(name, key.default)
    if key.stacks:
        total = sum(int(value) for _, value in heard)
        return Found(name, total, tuple(layer for layer, _ in heard))
    return Found(name, heard[0][1], (heard[0][0],))


def from_labels(labels: Sequence[str]) -> dict[str, Value | None]:
    """Return the properties that labels say, as ``max_polecats:5``; others are none."""
    found: dict[str, Value | None] = {}
    for label in labels:
        name, colon, text = label.partition(":")
        if colon and name in KEYS:
            try:
                found[name] = KEYS[name].parse(text)
            except RefusedError:
                continue  # written by hand, and means nothing
    return found


def opens_in(window: str, minute: int) -> int:
    """Return in how many minutes a window of the day opens, at *minute* of it; 0: it is open.

    One that is empty always is.
    """
    if not window:
        return 0
    first, last = (60 * int(each[:2]) + int(each[3:]) for each in window.split("-"))
    length = (last - first) % _DAY or _DAY
    passed = (minute - first) % _DAY
    return 0 if passed < length else _DAY - passed
