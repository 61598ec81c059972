"""A town of Gas Town's as it lies there: what is read of it, and what nobody has read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from gitgt.values import dataclass

_REGISTRY: Final = "mayor/rigs.json"
# Folders that are looked into, of the town or of a rig; any other is told as a whole.
_DEEP: Final = ("settings", "config", "hooks", "directives", "formulas", "formula-overlays")
_OPEN: Final = frozenset({"", "mayor", ".beads", ".beads/formulas", "crew", "polecats"})
_CLONE: Final = "mayor/rig"
# Why there is no place for something; the first that fits says it. None: not worth telling.
_WHY: Final[tuple[tuple[str, str | None], ...]] = (
    (".git", None),
    (".gitignore", None),
    ("mayor/town.json", "the town here has its own name: town.yaml"),
    ("mayor/overseer.json", "people are whom git names: git config user.name"),
    ("mayor/daemon.json", "the watcher's own settings say when it acts"),
    ("mayor/accounts.json", "accounts are the runtimes' own"),
    ("mayor/quota.json", "quotas are the runtimes' own"),
    ("mayor/wasteland.json", "towns are not federated"),
    ("mayor/config.json", "what agents run on is set with: git gt config"),
    ("settings/escalation.json", "escalations are routed by severity"),
    ("settings/messaging.json", "there are no lists and queues"),
    ("config/messaging.json", "there are no lists and queues"),
    ("*/settings/agents.json", "git gt config agent set NAME COMMAND"),
    ("settings/themes/*", "polecats are named from the themes that come with gitgt"),
    ("hooks/*", "each runtime's taps come with it"),
    ("plugins", "there are no plugins"),
    ("*/plugins", "there are no plugins"),
    ("deacon", "dogs are part of the watcher"),
    (".beads/*", "bd's own; beads come from issues.jsonl"),
    ("*/.beads/*", "bd's own; beads come from issues.jsonl"),
    ("*/.repo.git", "the project is fetched anew; push what is only there"),
    ("*/mayor/rig", "the project is fetched anew; push what is only there"),
    ("*/refinery", "the project is fetched anew; push what is only there"),
    ("*/polecats/*", "agents are made when they are needed"),
    ("*.jsonl", "what happened there stays there"),
    ("daemon", "what ran there stays there"),
    ("logs", "what ran there stays there"),
    ("events", "what ran there stays there"),
    (".runtime", "what ran there stays there"),
    ("*/.runtime", "what ran there stays there"),
    ("witness", "what ran there stays there"),
    ("*/witness", "what ran there stays there"),
)
_NO_REASON: Final = "nothing here reads it"


@dataclass(slots=True)
class Told:
    """What was done, what could not be, and what has no place here."""

    done: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@dataclass(slots=True)
class OldTown:
    """A town of Gas Town's: whoever reads one of its files says so to it."""

    root: Path
    told: Told
    rigs: frozenset[str] = frozenset()
    used: set[str] = field(default_factory=set)

    def settings(self, name: str) -> Mapping[str, Any]:
        """Return what the JSON file *name* says; nothing if there is none."""
        content = self.content(name)
        try:
            found = {} if content is None else json.loads(content)
        except ValueError as error:
            self._tell(f"{self.root / name}: {error}")
            return {}
        return found if isinstance(found, dict) else {}

    def registry(self) -> Mapping[str, Any]:
        """Return what is written down of the rigs, by name."""
        found = self.settings(_REGISTRY).get("rigs")
        return found if isinstance(found, dict) else {}

    def content(self, name: str) -> bytes | None:
        """Return the content of a file, which then counts as read; None if there is none."""
        try:
            found = (self.root / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._tell(f"{self.root / name}: {error.strerror}")
            return None
        finally:
            self.used.add(name)
        return found

    def _tell(self, problem: str) -> None:
        if problem not in self.told.problems:  # some files are read twice
            self.told.problems.append(problem)

    def files(self, folder: str, pattern: str) -> list[str]:
        """Return the files in *folder* whose names fit *pattern*."""
        found = sorted((self.root / folder).glob(pattern))
        return [str(path.relative_to(self.root)) for path in found if path.is_file()]

    def left(self) -> Iterator[str]:
        """Yield what nobody has read, and why."""
        for name in self._unread(""):
            why = _why(name)
            if why is not None:
                yield f"{name}: {why}"

    def _unread(self, folder: str) -> Iterator[str]:
        try:
            paths = sorted((self.root / folder).iterdir())
        except OSError as error:
            self._tell(f"{self.root / folder}: {error.strerror}")
            return
        for path in paths:
            name = str(path.relative_to(self.root))
            if path.is_dir() and not path.is_symlink() and self._is_open(name, path):
                yield from self._unread(name)
            elif name not in self.used:
                yield name

    def _is_open(self, name: str, path: Path) -> bool:
        """Tell whether to look into a folder; a repository stays closed."""
        first, _, rest = name.partition("/")
        if first in self.rigs:
            name = rest
        elif name in ("crew", "polecats"):
            return False
        is_deep = name.partition("/")[0] in _DEEP or name.startswith("mayor/")
        return (name in _OPEN or is_deep) and name != _CLONE and not (path / ".git").exists()


def _why(name: str) -> str | None:
    words = name.split("/")
    if len(words) == 3 and words[1] == "crew":
        return f"git gt crew add {words[2]} --rig {words[0]}"
    for pattern, why in _WHY:
        if fnmatchcase(name, pattern) and pattern.count("/") <= name.count("/"):
            return why
    return _NO_REASON
