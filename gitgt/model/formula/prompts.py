"""What a leg of a convoy is told: its own words, or the formula's prompt with them in it.

Prompts are Go templates in Gas Town. Of these ``{{.name}}`` and ``{{if .name}} ... {{else}} ...
{{end}}`` are understood; anything else stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gitgt.model.formula.form import Formula, Leg
from gitgt.model.formula.values import fill

_IF: Final = re.compile(
    r"\{\{-?\s*if\s+\.(?P<name>[\w.-]+)\s*-?\}\}(?P<then>(?:(?!\{\{-?\s*if\b).)*?)"
    r"(?:\{\{-?\s*else\s*-?\}\}(?P<other>(?:(?!\{\{-?\s*if\b).)*?))?\{\{-?\s*end\s*-?\}\}",
    re.DOTALL,
)
_DEEPEST: Final = 8


def prompted(leg: Leg, formula: Formula, prompt: str, values: Mapping[str, str]) -> Leg:
    """Return *leg* with its texts filled in, told as the prompt called so says it."""
    own = {
        "formula_name": formula.name,
        "leg.id": leg.id,
        "leg.title": fill(leg.title, values),
        "leg.focus": fill(leg.focus, values),
        "leg.description": fill(leg.description, values),
    }
    text = formula.prompts.get(prompt, "").strip()
    told = rendered(text, {**values, **own}) if text else own["leg.description"]
    return Leg(
        leg.id, own["leg.title"], own["leg.focus"], told, leg.agent, leg.needs, leg.where
    )  # fmt: skip


def rendered(text: str, values: Mapping[str, str]) -> str:
    """Return a prompt with its values, and with those parts left out whose value is empty."""
    for _ in range(_DEEPEST):
        chosen = _IF.sub(lambda found: _choice(found, values), text)
        if chosen == text:
            break
        text = chosen
    return fill(text, values)


def _choice(found: re.Match[str], values: Mapping[str, str]) -> str:
    so = values.get(found["name"], "")
    return found["then"] if so else found["other"] or ""
