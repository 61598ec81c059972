"""What a formula file says, as frozen values. ``parse`` makes them out of TOML."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from gitgt.values import dataclass


class FormulaType(StrEnum):
    """What a formula describes."""

    WORKFLOW = "workflow"  # steps
    CONVOY = "convoy"  # legs that run side by side, and their synthesis
    EXPANSION = "expansion"  # a template that takes a step's place
    ASPECT = "aspect"  # advice that is woven around steps


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a formula: where (``steps[2].needs``), what, and the way out."""

    severity: Severity
    where: str
    what: str
    hint: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Var:
    """A variable; ``default`` is None where there is none.

    ``unless`` are others of which one that has a value excuses it.
    """

    name: str
    description: str = ""
    default: str | None = None
    required: bool = False
    enum: tuple[str, ...] = ()
    pattern: str = ""
    type: str = "string"
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormulaGate:
    """What a step waits for besides other steps; ``awaits`` is the run, request, ... meant."""

    type: str
    awaits: str = ""
    timeout: str = ""


@dataclass(frozen=True, slots=True)
class Loop:
    """Steps that are repeated: *count* times, over a range, or until something is so."""

    body: tuple[Step, ...]
    count: str = ""
    range: str = ""
    until: str = ""
    max: str = ""
    var: str = ""


@dataclass(frozen=True, slots=True)
class OnComplete:
    """What is poured when a step is done: *bond*, once for each item of its output."""

    bond: str
    for_each: str = ""
    vars: Mapping[str, str] = field(default_factory=dict, hash=False)
    sequential: bool = False

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        found = dataclasses.asdict(self)
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. ``where`` is its place in the file, for whoever has to mend it."""

    id: str
    title: str = ""
    description: str = ""
    notes: str = ""
    acceptance: str = ""
    type: str = ""
    priority: int | None = None
    labels: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    waits_for: str = ""
    assignee: str = ""
    condition: str = ""
    expand: str = ""
    expand_vars: Mapping[str, str] = field(default_factory=dict, hash=False)
    children: tuple[Step, ...] = ()
    gate: FormulaGate | None = None
    loop: Loop | None = None
    on_complete: OnComplete | None = None
    interactive: bool = False
    parallel: bool = False
    where: str = ""

    def replace(self, **changes: Any) -> Step:  # noqa: ANN401 - any field
        """Return this step with *changes*."""
        return dataclasses.replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Leg:
    """One of a convoy's ways of looking at a thing."""

    id: str
    title: str = ""
    focus: str = ""
    description: str = ""
    agent: str = ""
    needs: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Replace:
    """Put the expansion *by* in the place of the steps that *target* (a glob) means."""

    target: str
    by: str
    vars: Mapping[str, str] = field(default_factory=dict, hash=False)
    where: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """After *start*, *steps* go side by side, and *join* waits for all of them."""

    start: str
    steps: tuple[str, ...]
    join: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Guard:
    """The step *before* waits until *condition* is so."""

    before: str
    condition: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Attach:
    """If a step fits *trigger* (``label:x``, ``type:x``), the formula *attach* is added."""

    trigger: str
    attach: str
    at: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class BondPoint:
    """A place at which other formulas may be attached."""

    id: str
    after: str = ""
    before: str = ""
    parallel: bool = False
    where: str = ""


@dataclass(frozen=True, slots=True)
class Compose:
    """How a formula is put together with others."""

    expand: tuple[Replace, ...] = ()
    branches: tuple[Branch, ...] = ()
    guards: tuple[Guard, ...] = ()
    hooks: tuple[Attach, ...] = ()
    bond_points: tuple[BondPoint, ...] = ()
    aspects: tuple[str, ...] = ()

    def __add__(self, other: Compose) -> Compose:
        """Return both, this one's rules first."""
        names = [each.name for each in dataclasses.fields(self)]
        return Compose(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True)
class Advice:
    """Steps that go before and after each step that *target* (a glob) means."""

    target: str
    before: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Pointcut:
    """Which steps an aspect is about; what is empty excludes none."""

    glob: str = ""
    type: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A formula as its file says it, before anything is resolved."""

    name: str
    type: FormulaType
    description: str = ""
    version: int = 1
    title: str = ""
    pour: bool = False
    phase: str = ""
    agent: str = ""
    extends: tuple[str, ...] = ()
    vars: tuple[Var, ...] = ()
    steps: tuple[Step, ...] = ()
    template: tuple[Step, ...] = ()
    legs: tuple[Leg, ...] = ()
    synthesis: Leg | None = None
    presets: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    prompts: Mapping[str, str] = field(default_factory=dict, hash=False)
    output: Mapping[str, str] = field(default_factory=dict, hash=False)
    aspects: tuple[Leg, ...] = ()
    compose: Compose = Compose()
    advice: tuple[Advice, ...] = ()
    pointcuts: tuple[Pointcut, ...] = ()

    def replace(self, **changes: Any) -> Formula:  # noqa: ANN401 - any field
        """Return this formula with *changes*."""
        return dataclasses.replace(self, **changes)


def walk(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Yield steps and what is below them, children after their parent."""
    for step in steps:
        yield step
        yield from walk(step.children)


def bodies(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Yield steps, their children and what their loops repeat: all that a file says."""
    for step in walk(steps):
        yield step
        if step.loop is not None:
            yield from bodies(step.loop.body)
