"""Where formulas lie: a rig's own before the town's, before a user's, before the built-in ones.

Gas Town's folders are looked into as well, after ours of the same tier. The same goes for
overlays; a rig's overlay stands in the town's place.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from gitgt import resources
from gitgt.errors import EnvironmentProblemError, InvalidDocumentError, NotFoundError
from gitgt.model.formula import overlay
from gitgt.model.formula import parse as parsing
from gitgt.model.formula.cook import Cooked, cook
from gitgt.model.formula.form import Finding, Formula, Severity
from gitgt.model.formula.inherit import resolved
from gitgt.model.formula.lines import line_of, lines_of
from gitgt.model.formula.overlay import Override
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

ENDINGS: Final = (".formula.toml", ".formula.json")
BUILT_IN: Final = "built-in"


@dataclass(frozen=True, slots=True)
class Place:
    """A file that holds a formula, and which tier it is of."""

    name: str
    tier: str
    path: Path


@dataclass(frozen=True, slots=True)
class Loaded:
    """A formula and what its file gave to say."""

    place: Place
    formula: Formula
    findings: tuple[Finding, ...]
    lines: Mapping[str, int]

    def placed(self, finding: Finding) -> Finding:
        """Return *finding* with its line."""
        return replace(finding, line=line_of(dict(self.lines), finding.where))

    def told(self, finding: Finding) -> str:
        """Return *finding* as one line, with file, line and key."""
        line = self.placed(finding).line
        where = f"{self.place.path}:{line}:" if line else f"{self.place.path}:"
        return f"{where} {finding.where + ': ' if finding.where else ''}{finding.what}"


class Formulas:
    """The formulas that are to be had in a rig, in a town, or outside of both."""

    def __init__(self, town: Town | None, rig: Rig | None = None) -> None:
        self._town = town
        self.rig = rig
        self._loaded: dict[str, Loaded] = {}

    @cached_property
    def tiers(self) -> tuple[tuple[str, Path], ...]:
        """Tiers and folders, the first to be looked into first."""
        home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        found: list[tuple[str, Path]] = []
        if self.rig is not None:
            found += [
                ("rig", self.rig.path / "settings/formulas"),
                ("rig", self.rig.path / ".beads/formulas"),
            ]
        if self._town is not None:
            found += [
                ("town", self._town.root / "formulas"),
                ("town", self._town.root / ".beads/formulas"),
            ]
        found += [
            ("user", home / "gitgt/formulas"),
            ("user", Path.home() / ".beads/formulas"),
            (BUILT_IN, resources.formulas()),
        ]
        return tuple(found)

    def every(self) -> list[Place]:
        """Return the formulas by name; one that another hides is not among them."""
        found: dict[str, Place] = {}
        for tier, folder in self.tiers:
            for place in _in(tier, folder):
                found.setdefault(place.name, place)
        return [found[name] for name in sorted(found)]

    def find(self, name: str) -> Place:
        """Return where the formula called *name*, or ``mol-`` and that, lies.

        Raises:
            NotFoundError: there is none.
        """
        if name.endswith((".toml", ".json")):
            return Place(_stem(name), "file", Path(name))
        known = {place.name: place for place in self.every()}
        found = known.get(name) or known.get(f"mol-{name}")
        if found is None:
            close = get_close_matches(name, known, n=3)
            hint = f"did you mean {' or '.join(close)}?" if close else "git gt formula list"
            raise NotFoundError(f"there is no formula {name!r}", hint=hint)
        return found

    def load(self, name: str) -> Loaded:
        """Return the formula called *name* and all that its file gives to say, errors too."""
        place = self.find(name)
        if str(place.path) not in self._loaded:
            self._loaded[str(place.path)] = load(place)
        return self._loaded[str(place.path)]

    def get(self, name: str) -> Formula:
        """Return the formula called *name*.

        Raises:
            InvalidDocumentError: its file says what no formula can say.
        """
        loaded = self.load(name)
        wrong = [each for each in loaded.findings if each.severity is Severity.ERROR]
        if wrong:
            raise InvalidDocumentError(
                "\n".join(loaded.told(each) for each in wrong), hint=wrong[0].hint
            )
        return loaded.formula

    def cook(self, name: str, given: Mapping[str, str]) -> Cooked:
        """Return the formula called *name* cooked, with what a rig gives and *given*."""
        formula = self.get(name)
        known = {var.name for var in resolved(formula, self.get).vars}
        own = {key: value for key, value in self._of_the_rig().items() if key in known}
        overrides, said = self.overrides(formula.name)
        cooked = cook(formula, self.get, {**own, **given}, overrides)
        return replace(cooked, findings=(*said, *cooked.findings))

    def _of_the_rig(self) -> dict[str, str]:
        if self.rig is None:
            return {}
        return {"rig": self.rig.name, "base_branch": self.rig.branch}

    def overrides(self, name: str) -> tuple[tuple[Override, ...], list[Finding]]:
        """Return what the rig, or else the town, lays over the formula called *name*."""
        for path in self._overlays(name):
            if path.is_file():
                found, findings = overlay.parse(_read(path))
                wrong = [each for each in findings if each.severity is Severity.ERROR]
                if wrong:
                    raise InvalidDocumentError(
                        f"{path}: {wrong[0].where}: {wrong[0].what}", hint=wrong[0].hint
                    )
                return found, findings
        return (), []

    def overlay_of(self, name: str) -> Path | None:
        """Return the file that is laid over the formula called *name*, if there is one."""
        return next((each for each in self._overlays(name) if each.is_file()), None)

    def overlays(self) -> list[Path]:
        """Return the files of all overlays here; one that another hides is not among them."""
        folders = [path.parent for path in self._overlays("any")]
        found: dict[str, Path] = {}
        for path in (each for folder in folders for each in sorted(folder.glob("*.toml"))):
            found.setdefault(path.stem, path)
        return [found[name] for name in sorted(found)]

    def about_overlay(self, name: str) -> list[tuple[str, Finding]]:
        """Return what there is to say of the overlay of the formula called *name*.

        Each is told with file and line.
        """
        formula = self.get(name)
        path = self.overlay_of(formula.name)
        if path is None:
            return []
        overrides, said = self.overrides(formula.name)
        _, more = overlay.laid_over(cook(formula, self.get).steps, overrides)
        lines = lines_of(path.read_text(encoding="utf-8"))
        found = [replace(each, line=line_of(lines, each.where)) for each in (*said, *more)]
        return [(f"{path}:{each.line}: {each.where}: {each.what}", each) for each in found]

    def _overlays(self, name: str) -> Iterator[Path]:
        if self.rig is not None:
            yield self.rig.path / "settings/formula-overlays" / f"{name}.toml"
            yield self.rig.path / "formula-overlays" / f"{name}.toml"
        if self._town is not None:
            yield self._town.root / "formula-overlays" / f"{name}.toml"


def load(place: Place) -> Loaded:
    """Read the file at *place*.

    Raises:
        InvalidDocumentError: it is no TOML.
    """
    try:
        formula, findings = parsing.parse(_read(place.path))
    except RecursionError as error:
        raise InvalidDocumentError(f"{place.path}: it is nested too deeply") from error
    text = place.path.read_text(encoding="utf-8") if place.path.suffix == ".toml" else ""
    return Loaded(place, formula, tuple(findings), lines_of(text))


def _read(path: Path) -> dict[str, Any]:
    import json

    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no file {path}") from error
    except OSError as error:
        raise EnvironmentProblemError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:  # of TOML, of JSON, of UTF-8
        raise InvalidDocumentError(f"{path}: {error}") from error
    except RecursionError as error:
        raise InvalidDocumentError(f"{path}: it is nested too deeply") from error
    if not isinstance(found, dict):
        raise InvalidDocumentError(f"{path}: this is no table")
    return found


def _in(tier: str, folder: Path) -> Iterator[Place]:
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.name.endswith(ENDINGS):
                yield Place(_stem(path.name), tier, path)


def _stem(name: str) -> str:
    stem = Path(name).name.removesuffix(".toml").removesuffix(".json")
    return stem.removesuffix(".formula")
