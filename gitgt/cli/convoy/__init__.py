"""``git gt convoy``: work that travels together."""

from __future__ import annotations

from gitgt.cli.noun import Noun

command = Noun(
    "Make convoys, launch them, see how they are.",
    {
        "create": "gitgt.cli.convoy.make:create",
        "list": "gitgt.cli.convoy.look:show_all",
        "show": "gitgt.cli.convoy.look:show",
        "status": "gitgt.cli.convoy.look:status",
        "add": "gitgt.cli.convoy.make:add",
        "stage": "gitgt.cli.convoy.stage:stage",
        "launch": "gitgt.cli.convoy.stage:launch",
        "stranded": "gitgt.cli.convoy.look:stranded",
        "refresh": "gitgt.cli.convoy.end:refresh",
        "check": "gitgt.cli.convoy.end:refresh",
        "close": "gitgt.cli.convoy.end:close",
        "land": "gitgt.cli.convoy.end:land",
        "watch": "gitgt.cli.convoy.watch:watch",
        "unwatch": "gitgt.cli.convoy.watch:unwatch",
    },
    usual="list",
)
