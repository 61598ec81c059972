"""Overlays: what a rig or a town changes about the steps of a formula that it did not write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gitgt.model.formula.form import Finding, Severity, Step, walk
from gitgt.model.formula.rewire import mapped, without
from gitgt.model.formula.table import Table
from gitgt.values import dataclass

MODES: Final = ("replace", "append", "skip")


@dataclass(frozen=True, slots=True)
class Override:
    """What becomes of one step's description: another, more, or no step at all."""

    step: str
    mode: str
    description: str
    where: str


def parse(data: Mapping[str, Any]) -> tuple[tuple[Override, ...], list[Finding]]:
    """Return the overrides of an overlay's file, and what is wrong with it."""
    findings: list[Finding] = []
    top = Table(data, "", findings)
    found = tuple(_override(each) for each in top.tables("step-overrides"))
    top.finish()
    return found, findings


def _override(table: Table) -> Override:
    found = Override(
        table.text("step_id"), table.text("mode") or "replace", table.text("description"),
        table.where,
    )  # fmt: skip
    if not found.step:
        table.complain("step_id", "which step?", 'step_id = "implement"')
    if found.mode not in MODES:
        table.complain("mode", f"{found.mode!r} is no mode", " | ".join(MODES))
    table.finish()
    return found


def laid_over(
    steps: tuple[Step, ...], overrides: tuple[Override, ...]
) -> tuple[tuple[Step, ...], list[Finding]]:
    """Return *steps* as *overrides* have them; a step that is not there is a warning."""
    findings = []
    for each in overrides:
        if each.step not in {step.id for step in walk(steps)}:
            what = f"there is no step {each.step!r}; the override does nothing"
            findings.append(Finding(Severity.WARNING, each.where, what))
        elif each.mode == "skip":
            steps = without(steps, [each.step])
        else:
            steps = mapped(steps, _change(each))
    return steps, findings


def _change(said: Override) -> Callable[[Step], tuple[Step, ...]]:
    def change(step: Step) -> tuple[Step, ...]:
        if step.id != said.step:
            return (step,)
        above = f"{step.description}\n\n" if said.mode == "append" else ""
        return (step.replace(description=f"{above}{said.description}".strip()),)

    return change
