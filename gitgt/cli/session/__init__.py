"""``git gt session``: what agents' programs run in."""

from __future__ import annotations

from gitgt.cli.noun import Noun

command = Noun(
    "See agents' sessions, begin and end them.",
    {
        "list": "gitgt.cli.session.look:show_all",
        "status": "gitgt.cli.session.look:status",
        "capture": "gitgt.cli.session.look:capture",
        "check": "gitgt.cli.session.checks:check",
        "start": "gitgt.cli.session.control:start",
        "stop": "gitgt.cli.session.control:stop",
        "restart": "gitgt.cli.session.control:restart",
        "inject": "gitgt.cli.session.typed:inject",
        "attach": "gitgt.cli.session.typed:attach",
        "at": "gitgt.cli.session.typed:attach",
        "ready": "gitgt.cli.session.typed:ready",
    },
    usual="list",
)
