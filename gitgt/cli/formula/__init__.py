"""``git gt formula``: work that is written down once, and done whenever it is needed."""

from __future__ import annotations

from gitgt.cli.noun import Noun

command = Noun(
    "See, check and run formulas.",
    {
        "list": "gitgt.cli.formula.look:every",
        "show": "gitgt.cli.formula.look:show",
        "lint": "gitgt.cli.formula.lint:command",
        "overlay": "gitgt.cli.formula.overlay:command",
        "run": "gitgt.cli.formula.run:command",
        "create": "gitgt.cli.formula.create:command",
    },
    usual="list",
)
