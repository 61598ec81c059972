"""Formulas as tests write them: TOML in the test, by name."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gitgt.errors import NotFoundError
from gitgt.model.formula.cook import Cooked, cook
from gitgt.model.formula.form import Finding, Formula, walk
from gitgt.model.formula.lint import lint
from gitgt.model.formula.parse import parse
from gitgt.services.town import Town

PIZZA: Final = """\
formula = "pizza"
description = "A pizza."

[vars.topping]
description = "What is on it."
required = true

[[steps]]
id = "dough"
title = "Make the dough"

[[steps]]
id = "sauce"
title = "Make the sauce"

[[steps]]
id = "bake"
title = "Bake it with {{topping}}"
needs = ["dough", "sauce"]
"""

OF_ANOTHER_TOWN: Final = '''\
description = """
Look at {{.subject}}
from two sides."""
formula = "two-sides"
version = 2

[squash]
trigger = "on_complete"

[inputs.subject]
required = true
[inputs.context]
description = "More to know."
required = false

[prompts]
base = """{{.leg.title}} of {{.subject}}\\
{{if .context}}, knowing {{.context}}{{end}}: {{.leg.focus}}"""

[output]
directory = ".sides/{{.id}}"

[[legs]]
id = "front"
title = "The front"
focus = "what is seen"
review_only = true

[[legs]]
id = "back"
title = "The back"
focus = "what is not"

[synthesis]
description = "Both sides of {{.subject}}."
depends_on = ["front", "back"]
'''


class Kitchen:
    """Formulas that know each other."""

    def __init__(self, *texts: str) -> None:
        found = [parse(tomllib.loads(text)) for text in texts]
        self._formulas = {formula.name: formula for formula, _ in found}
        self.findings = [each for _, findings in found for each in findings]

    def get(self, name: str) -> Formula:
        """Return a formula."""
        if name not in self._formulas:
            raise NotFoundError(f"there is no formula {name!r}")
        return self._formulas[name]

    def cook(self, name: str, given: Mapping[str, str] | None = None) -> Cooked:
        """Return a formula cooked."""
        return cook(self.get(name), self.get, given)

    def lint(self, name: str) -> list[Finding]:
        """Return what the linter finds."""
        return lint(self.get(name), self.get)


def plan(cooked: Cooked) -> dict[str, list[str]]:
    """Return what each step needs."""
    return {step.id: list(step.needs) for step in walk(cooked.steps)}


def write(town: Town, text: str) -> Path:
    """Put a formula among a town's own."""
    name = tomllib.loads(text)["formula"]
    path = town.root / "formulas" / f"{name}.formula.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path
