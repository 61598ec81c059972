"""Steps and legs as plain values, for JSON."""

from __future__ import annotations

from typing import Any, Final

from gitgt.model.formula.form import Leg, Step

_TEXTS: Final = (
    "id", "title", "description", "notes", "acceptance", "type", "waits_for", "assignee",
    "condition", "interactive", "parallel",
)  # fmt: skip


def plain_step(step: Step) -> dict[str, Any]:
    """Return a step as plain values, empty ones left out."""
    found: dict[str, Any] = {name: getattr(step, name) for name in _TEXTS}
    found |= {"labels": list(step.labels), "needs": list(step.needs)}
    found["children"] = [plain_step(each) for each in step.children]
    if step.gate:
        gate = {"type": step.gate.type, "await": step.gate.awaits, "timeout": step.gate.timeout}
        found["gate"] = {name: value for name, value in gate.items() if value}
    if step.on_complete:
        found["on_complete"] = step.on_complete.fields()
    found = {name: value for name, value in found.items() if value}
    return found if step.priority is None else {**found, "priority": step.priority}


def plain_leg(leg: Leg) -> dict[str, Any]:
    """Return a leg as plain values, empty ones left out."""
    found = {
        "id": leg.id, "title": leg.title, "focus": leg.focus, "agent": leg.agent,
        "description": leg.description, "needs": list(leg.needs),
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}
