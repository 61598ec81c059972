"""The text by which a program is told which taps to call: each program's own form. Pure."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from gitgt.model.tap_wishes import NONE, Besides, Wishes
from gitgt.model.turns import TapEvent
from gitgt.runtime.presets.form import Taps
from gitgt.values import dataclass

_PLUGINS: Final = Path(__file__).parent / "plugins"
_PATIENCE: Final = 30  # seconds; the gateway itself takes at most 8
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """How a program calls us: the words that start us, and what is wanted of its taps."""

    words: tuple[str, ...]
    dialect: str
    wishes: Wishes = NONE

    def call(self, event: TapEvent) -> tuple[str, ...]:
        """Return the words after those that start us."""
        without = ",".join(self.wishes.without) if event is TapEvent.TOOL_BEFORE else ""
        said = ("tap", str(event), "--dialect", self.dialect)
        return (*said, "--without", without) if without else said

    def line(self, event: TapEvent) -> str:
        """Return the command line that a shell reads."""
        return shlex.join((*self.words, *self.call(event)))


def content(taps: Taps, gateway: Gateway) -> str:
    """Return the text of the file that names the taps of a program."""
    forms: dict[str, Callable[[Taps, Gateway], str]] = {
        "opencode": _plugin, "pi": _plugin, "copilot": _copilot, "cursor": _cursor,
    }  # fmt: skip
    return forms.get(taps.dialect, _claude)(taps, gateway)


def words(taps: Taps, gateway: Gateway) -> tuple[str, ...]:
    """Return the words of a command line that name the taps, where no file does."""
    found: list[str] = []
    for called, entries in _entries(taps, gateway).items():
        found += ["-c", f"hooks.{called}={_toml(entries)}"]
    return tuple(found)


def merged(present: Fields, taps: Taps, gateway: Gateway) -> Fields:
    """Return settings that somebody wrote, with our taps in place of older ones of ours."""
    hooks = dict(present.get("hooks", {}))
    kept = {called: _foreign(entries) for called, entries in hooks.items()}
    for called, entries in _entries(taps, gateway).items():
        kept[called] = [*kept.get(called, []), *entries]
    return {**present, "hooks": {called: each for called, each in kept.items() if each}}


def _foreign(entries: object) -> list[Any]:
    """Return the entries that are not ours."""
    return [each for each in entries if not _is_ours(each)] if isinstance(entries, list) else []


def _is_ours(entry: object) -> bool:
    said = json.dumps(entry)
    return re.search(r" tap [a-z.]+ --dialect ", said) is not None


def _calls(taps: Taps, gateway: Gateway) -> Iterator[tuple[TapEvent, str]]:
    for name, called in taps.events.items():
        if (event := TapEvent(name)) not in gateway.wishes.silent:
            yield event, called


def _started(taps: Taps, gateway: Gateway) -> Iterator[tuple[TapEvent, str]]:
    """Yield the calls that a program makes itself: each starts a process.

    After a tool there is none of ours. That its program is busy was told before it.
    """
    every = _calls(taps, gateway)
    return (each for each in every if each[0] is not TapEvent.TOOL_AFTER)


def _entries(taps: Taps, gateway: Gateway) -> dict[str, list[Fields]]:
    """Return Claude's form, which others took over: commands, with the tools' names."""
    found: dict[str, list[Fields]] = {}
    for event, called in _started(taps, gateway):
        entry: Fields = {"hooks": [{"type": "command", "command": gateway.line(event)}]}
        if event is TapEvent.TOOL_BEFORE and (names := _tools(taps)):
            entry = {"matcher": names, **entry}
        found.setdefault(called, []).append(entry)
    for event, commands in gateway.wishes.besides.items():
        if called := taps.events.get(str(event), ""):
            found.setdefault(called, []).extend(_besides(each) for each in commands)
    return found


def _besides(each: Besides) -> Fields:
    entry: Fields = {"hooks": [{"type": "command", "command": shlex.join(each.command)}]}
    return {"matcher": each.tools, **entry} if each.tools else entry


def _tools(taps: Taps) -> str:
    names = [name for kind in taps.tools.values() for name in kind]
    return "|".join(names)


def _claude(taps: Taps, gateway: Gateway) -> str:
    return _json({"hooks": _entries(taps, gateway)})


def _copilot(taps: Taps, gateway: Gateway) -> str:
    def entry(line: str) -> Fields:
        return {"type": "command", "bash": line, "timeoutSec": _PATIENCE}

    return _json({"version": 1, "hooks": _lines(taps, gateway, entry)})


def _cursor(taps: Taps, gateway: Gateway) -> str:
    return _json({"version": 1, "hooks": _lines(taps, gateway, lambda line: {"command": line})})


def _lines(
    taps: Taps, gateway: Gateway, entry: Callable[[str], Fields]
) -> dict[str, list[Fields]]:
    found: dict[str, list[Fields]] = {}
    for event, called in _started(taps, gateway):
        found.setdefault(called, []).append(entry(gateway.line(event)))
    for event, commands in gateway.wishes.besides.items():
        if called := taps.events.get(str(event), ""):
            lines = (shlex.join(each.command) for each in commands)
            found.setdefault(called, []).extend(entry(line) for line in lines)
    return found


def _plugin(taps: Taps, gateway: Gateway) -> str:
    """Return the code of a plugin; it calls us by itself, so no shell reads anything."""
    parts = (_PLUGINS / f"{name}.js" for name in ("ask", taps.dialect))
    text = "\n".join(each.read_text(encoding="utf-8") for each in parts)
    events = {str(event): gateway.call(event) for event, _ in _started(taps, gateway)}
    return text.replace("__GATEWAY__", json.dumps(gateway.words)).replace(
        "__EVENTS__", json.dumps(events)
    )


def _json(fields: Fields) -> str:
    return json.dumps(fields, indent=2) + "\n"


def _toml(value: object) -> str:
    """Return *value* as TOML writes it on one line."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}={_toml(each)}" for key, each in value.items()) + "}"
    assert isinstance(value, list)
    return "[" + ",".join(_toml(each) for each in value) + "]"
