"""Gas Town's settings in our words: gates, name pool, runtimes; the rest is told by its key."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from gitgt.errors import SettingsError
from gitgt.model.namepool import THEMES
from gitgt.services import settings
from gitgt.values import dataclass

# The commands of the merge queue, in the order in which Gas Town runs them.
_COMMANDS: Final = ("typecheck", "lint", "build", "test")
_SETUP: Final = "setup_command"
_FOR_THE_SHELL: Final = re.compile(r"[^\w@%+=:,./ -]|^\s*\w+=")
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_PROMPTS: Final = {"arg": "argument", "none": "none"}
_NO_NEWS: Final = frozenset({"type", "version"})
# Here without saying so.
_SO_IT_IS: Final = ({"enabled": True}, {"run_tests": True}, {"merge_strategy": "direct"})
_OF_A_FORGE: Final = ("merge_strategy", "vcs_provider", "require_review")


@dataclass(slots=True)
class Fitted:
    """Settings in our words, what to say of each, and the keys that have no place here."""

    fields: dict[str, Any] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, key: str, value: Any, schema: str) -> None:  # noqa: ANN401
        """Take *value* for our *key*, or tell that *name* has no place here."""
        try:
            settings.parse(settings.emit({key: value}), schema, name)
        except SettingsError:
            self.left[name] = "there is no such choice here"
            return
        self.fields[key] = value


def of_rig(said: Mapping[str, Any], runtimes: Collection[str], branch: str) -> Fitted:
    """Return the settings of a rig, of which *said* are Gas Town's."""
    found = Fitted()
    for key, value in said.items():
        if key == "merge_queue" and isinstance(value, Mapping):
            _queue(found, value, branch)
        elif key == "namepool":
            _pool(found, value)
        elif key == "agent" and str(value) not in runtimes:
            found.left[key] = f"git gt config agent set {value} 'command'"
        elif key in ("agent", "max_polecats"):
            found.take(key, key, value, "rig")
        elif key not in _NO_NEWS:
            found.left[key] = "there is no such setting here"
    return found


def _pool(found: Fitted, value: Any) -> None:  # noqa: ANN401 - whatever came in
    more = dict(value) if isinstance(value, Mapping) else {"style": value}
    style = str(more.pop("style", ""))
    if style in THEMES:
        found.fields["namepool"] = style
    elif style:
        found.left["namepool.style"] = f"themes: {', '.join(THEMES)}"
    found.left |= {f"namepool.{key}": "a theme has its own names" for key in more}


def _queue(found: Fitted, said: Mapping[str, Any], branch: str) -> None:
    gates = [*_gates(said)] if said.get("run_tests", True) is not False else []
    taken = {name for name, _ in gates}
    if gates:
        found.take("merge_queue", "gates", [gate for _, gate in gates], "rig")
    if "gates" in found.fields:
        taken |= {_SETUP, "run_tests"}
    taken |= _forge(found, said)
    for key, value in said.items():
        if key == "gates" and isinstance(value, Mapping):
            left = {f"gates.{name}" for name in value} - taken
            found.left |= {f"merge_queue.{name}": "it has no command" for name in left}
        elif key == "target_branch" and value != branch:
            found.left["merge_queue.target_branch"] = f"what is done lands on {branch}"
        elif key in {*taken, "target_branch"} or value in ("", None):
            continue
        elif {key: value} not in _SO_IT_IS:
            found.left[f"merge_queue.{key}"] = "gates alone decide here"


def _forge(found: Fitted, said: Mapping[str, Any]) -> set[str]:
    """Take over that a rig lands by pull requests, and return the keys that say so.

    Gas Town's are at GitHub unless it says another.
    """
    if said.get("merge_strategy") != "pr" or said.get("vcs_provider", "github") != "github":
        return set()
    review = {"approvals": 1} if said.get("require_review") is True else {}
    found.fields["merge_queue"] = {"land": "pull-request"}
    found.fields["forge"] = {"kind": "github", **review}
    return {*_OF_A_FORGE}


def _gates(said: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the key and the gate of each command.

    A gate here gets a clean worktree, so each does what must be done before its own command.
    """
    setup, build = _line(said.get(_SETUP)), _line(said.get("build_command"))
    more = said.get("gates")
    named = dict(more) if isinstance(more, Mapping) else {}
    for name in _COMMANDS:
        if name not in named and (command := _line(said.get(f"{name}_command"))):
            before = [setup, build] if name == "test" else [setup]
            yield f"{name}_command", _gate(name, [*before, command], None)
    for name, each in named.items():
        if isinstance(each, Mapping) and (command := _line(each.get("cmd"))):
            yield f"gates.{name}", _gate(name, [setup, command], each.get("timeout"))


def _gate(name: str, lines: list[str], timeout: Any) -> dict[str, Any]:  # noqa: ANN401
    found: dict[str, Any] = {"name": name, "command": _words([each for each in lines if each])}
    seconds = _seconds(timeout)
    return {**found, "timeout": seconds} if seconds else found


def _words(lines: list[str]) -> list[str]:
    """Return program and arguments; what needs a shell, as in Gas Town all have, gets one."""
    if len(lines) == 1 and not _FOR_THE_SHELL.search(lines[0]):
        return shlex.split(lines[0])
    return [
        "sh",
        "-c",
        lines[0] if len(lines) == 1 else " && ".join(f"({each})" for each in lines),
    ]


def _line(value: Any) -> str:  # noqa: ANN401 - whatever came in
    return value.strip() if isinstance(value, str) else ""


def _seconds(duration: Any) -> float:  # noqa: ANN401 - whatever came in
    """Return the seconds of ``1h30m``; none at all if it says none."""
    parts = _DURATION.findall(duration) if isinstance(duration, str) else []
    found = sum((float(number) * _SECONDS[unit] for number, unit in parts), 0.0)
    return int(found) if found.is_integer() else found


def of_runtimes(said: Mapping[str, Any], known: Collection[str]) -> Fitted:
    """Return the town's runtimes, of which *said* are Gas Town's; *known* are here already."""
    found = Fitted()
    agents = said.get("agents")
    runtimes: dict[str, Any] = {}
    for name, each in agents.items() if isinstance(agents, Mapping) else ():
        if runtime := _runtime(found, name, each):
            found.take(f"agents.{name}", "agents", {name: runtime}, "agents")
            runtimes |= found.fields.pop("agents", {})
    found.fields["agents"] = runtimes
    default = str(said.get("default_agent") or "")
    if default in known or default in runtimes:
        found.fields["default"] = default
    elif default:
        found.left["default_agent"] = f"git gt config agent set {default} 'command'"
    rest = said.keys() - {"agents", "default_agent"} - _NO_NEWS
    found.left |= dict.fromkeys(sorted(rest), "there is no such setting here")
    return found


def _runtime(found: Fitted, name: str, said: Any) -> dict[str, Any]:  # noqa: ANN401
    facts = dict(said) if isinstance(said, Mapping) else {}
    command, args = facts.pop("command", ""), facts.pop("args", [])
    prompt = _PROMPTS.get(str(facts.pop("prompt_mode", "arg")), "argument")
    if not command or not isinstance(args, list):
        found.left[f"agents.{name}"] = f"git gt config agent set {name} 'command'"
        return {}
    found.left |= {
        f"agents.{name}.{key}": "no runtime here has such a setting" for key in facts
    }
    words = [*str(command).split(), *(str(each) for each in args)]
    return {"command": words, "prompt": prompt}
