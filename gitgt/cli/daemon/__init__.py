"""``git gt daemon``: the watcher as a process."""

from __future__ import annotations

from gitgt.cli.noun import Noun

command = Noun(
    "Start, stop and see the watcher alone.",
    {
        "start": "gitgt.cli.daemon.running:start",
        "stop": "gitgt.cli.daemon.running:stop",
        "status": "gitgt.cli.daemon.running:status",
        "run": "gitgt.cli.daemon.running:run",
        "logs": "gitgt.cli.daemon.logs:show",
        "rotate-logs": "gitgt.cli.daemon.logs:rotate",
        "clear-backoff": "gitgt.cli.daemon.backoff:command",
        "enable-supervisor": "gitgt.cli.daemon.supervisor:enable",
        "disable-supervisor": "gitgt.cli.daemon.supervisor:disable",
    },
    usual="status",
)
