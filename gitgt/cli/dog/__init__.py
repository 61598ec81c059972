"""``git gt dog``: who does the town's small jobs."""

from __future__ import annotations

from gitgt.cli.noun import Noun

command = Noun(
    "See and send dogs, who do the town's small jobs.",
    {
        "list": "gitgt.cli.dog.look:every",
        "status": "gitgt.cli.dog.look:status",
        "health-check": "gitgt.cli.dog.look:health_check",
        "call": "gitgt.cli.dog.act:call",
        "dispatch": "gitgt.cli.dog.act:dispatch",
        "done": "gitgt.cli.dog.act:done",
        "clear": "gitgt.cli.dog.act:clear",
        "chores": "gitgt.cli.dog.chores:every",
        "chore": "gitgt.cli.dog.chores:do",
        "add": "gitgt.cli.dog.act:add",
        "remove": "gitgt.cli.dog.act:remove",
    },
    usual="list",
)
