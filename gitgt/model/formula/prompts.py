"""What a leg of a convoy is told: its own words, or the formula's prompt with them in it.

Besides variables a prompt may speak of the leg, of where it is to write (``[output]``), and in
``target_description`` of what the whole is run on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from gitgt.errors import RefusedError
from gitgt.model.formula import template
from gitgt.model.formula.form import Finding, Formula, Leg, Severity
from gitgt.model.formula.values import fill, places

_LEG: Final = ("leg.id", "leg.title", "leg.focus", "leg.description")
_NO_WORD: Final = re.compile(r"[^A-Za-z0-9.]+")
_FOLDER: Final = "output.directory"


def prompted(leg: Leg, formula: Formula, prompt: str, values: Mapping[str, str]) -> Leg:
    """Return *leg* with its texts filled in, told as the prompt called so says it."""
    known = {**_known(formula, values), "leg.id": leg.id}
    file = formula.output.get("synthesis" if prompt == "synthesis" else "leg_pattern", "")
    if file:
        folder = known.get(_FOLDER, "")
        known["output_path"] = "/".join(filter(None, (folder, fill(file, known))))
    known["leg.title"], known["leg.focus"] = fill(leg.title, known), fill(leg.focus, known)
    known["leg.description"] = rendered(leg.description, known)
    text = formula.prompts.get(prompt, "").strip()
    told = rendered(text, known) if text else known["leg.description"]
    path = known.get("output_path", "")
    if path and path not in told:
        told = f"{told}\n\nWrite what you find to {path}".strip()
    return Leg(
        leg.id, known["leg.title"], known["leg.focus"], told, leg.agent, leg.needs, leg.where
    )


def rendered(text: str, values: Mapping[str, str]) -> str:
    """Return a prompt with its values; one whose blocks cannot be read keeps them."""
    try:
        return template.rendered(template.parse(text), values)
    except RefusedError:
        return fill(text, values)


def unknown(formula: Formula, values: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what is wrong with a convoy's prompts, and what they speak of that nobody knows."""
    known = {*_known(formula, values), *(var.name for var in formula.vars), *_LEG, "."}
    if formula.output:
        known.add("output_path")
    for where, text in _texts(formula):
        try:
            spoken = dict.fromkeys(template.spoken_of(template.parse(text)))
        except RefusedError as error:
            yield Finding(Severity.WARNING, where, error.message)
            continue
        for each in spoken:
            if each not in known:
                what = f"{{{{{each}}}}} is known to nobody: it stays as it is, and no if holds"
                yield Finding(Severity.WARNING, where, what)


def _texts(formula: Formula) -> Iterator[tuple[str, str]]:
    for name, text in formula.prompts.items():
        yield f"prompts.{name}", text
    for leg in (*formula.legs, *filter(None, [formula.synthesis])):
        yield leg.where, f"{leg.title}\n{leg.focus}\n{leg.description}"


def _known(formula: Formula, values: Mapping[str, str]) -> dict[str, str]:
    """Return what every leg may speak of. Undeclared ids are a word for what it is run on."""
    named = {var.name: values.get(var.name, "") for var in formula.vars}
    target = ", ".join(f"{name} {value}" for name, value in named.items() if value)
    word = _NO_WORD.sub("-", target).strip("-.") or formula.name
    folder = formula.output.get("directory", "")
    ids = {each: word for each in places(folder) if each == "id" or each.endswith("_id")}
    known = {"formula_name": formula.name, "target_description": target, **ids, **values}
    said = {f"output.{name}": fill(text, known) for name, text in formula.output.items()}
    return {**known, **said}
