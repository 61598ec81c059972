"""``git gt hook``: what hangs on whose hook."""

from __future__ import annotations

from gitgt.cli.noun import Noun

command = Noun(
    "Show what is on your hook, or put a bead there.",
    {
        "on": "gitgt.cli.hook.look:on",
        "show": "gitgt.cli.hook.look:show",
        "status": "gitgt.cli.hook.look:status",
        "attach": "gitgt.cli.hook.move:attach",
        "detach": "gitgt.cli.hook.move:detach",
        "clear": "gitgt.cli.hook.move:detach",
    },
    usual="on",
    otherwise="on",
)
