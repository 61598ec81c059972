"""``git gt crew``: people's own worktrees, and the agents that sit in them."""

from __future__ import annotations

from gitgt.cli.noun import Noun

command = Noun(
    "Give people worktrees of their own.",
    {
        "add": "gitgt.cli.crew.place:add",
        "list": "gitgt.cli.crew.place:show_all",
        "status": "gitgt.cli.crew.place:status",
        "start": "gitgt.cli.crew.sitting:start",
        "stop": "gitgt.cli.crew.sitting:stop",
        "restart": "gitgt.cli.crew.sitting:restart",
        "refresh": "gitgt.cli.crew.sitting:refresh",
        "at": "gitgt.cli.crew.sitting:attach",
        "attach": "gitgt.cli.crew.sitting:attach",
        "next": "gitgt.cli.crew.sitting:following",
        "prev": "gitgt.cli.crew.sitting:previous",
        "pristine": "gitgt.cli.crew.care:pristine",
        "rename": "gitgt.cli.crew.care:rename",
        "remove": "gitgt.cli.crew.care:remove",
    },
    usual="list",
)
