"""``git gt mol``: formulas at work."""

from __future__ import annotations

from gitgt.cli.noun import Noun

command = Noun(
    "Make molecules of formulas, and do them step by step.",
    {
        "pour": "gitgt.cli.mol.make:pour",
        "wisp": "gitgt.cli.mol.make:wisp",
        "list": "gitgt.cli.mol.look:every",
        "show": "gitgt.cli.mol.look:show",
        "current": "gitgt.cli.mol.look:current",
        "progress": "gitgt.cli.mol.look:progress",
        "step": "gitgt.cli.mol.step:command",
        "gate": "gitgt.cli.mol.gate:command",
        "bond": "gitgt.cli.mol.make:bond",
        "squash": "gitgt.cli.mol.end:squash",
        "burn": "gitgt.cli.mol.end:burn",
    },
    usual="list",
)
