"""``git gt polecat``: the agents that work by themselves."""

from __future__ import annotations

from gitgt.cli.noun import Noun

command = Noun(
    "See polecats, and clear up after them.",
    {
        "list": "gitgt.cli.polecat.look:show_all",
        "show": "gitgt.cli.polecat.look:show",
        "status": "gitgt.cli.polecat.look:show",
        "check-recovery": "gitgt.cli.polecat.look:check_recovery",
        "stale": "gitgt.cli.polecat.clear:stale",
        "nuke": "gitgt.cli.polecat.clear:nuke",
        "remove": "gitgt.cli.polecat.clear:remove",
        "gc": "gitgt.cli.polecat.clear:collect",
        "identity": "gitgt.cli.polecat.identity:command",
    },
    usual="list",
)
