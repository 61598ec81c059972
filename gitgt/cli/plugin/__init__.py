"""``git gt plugin``: what is done now and then."""

from __future__ import annotations

from gitgt.cli.noun import Noun

command = Noun(
    "See what is done now and then, and run it.",
    {
        "list": "gitgt.cli.plugin.look:every",
        "show": "gitgt.cli.plugin.look:show",
        "history": "gitgt.cli.plugin.look:history",
        "run": "gitgt.cli.plugin.act:run",
        "sync": "gitgt.cli.plugin.act:sync",
    },
    usual="list",
)
