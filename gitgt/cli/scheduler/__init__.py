"""``git gt scheduler``: how many polecats work at once, and what waits for a place."""

from __future__ import annotations

from gitgt.cli.noun import Noun

command = Noun(
    "See what waits for a place, and why.",
    {
        "status": "gitgt.cli.scheduler.look:status",
        "list": "gitgt.cli.scheduler.look:show_all",
        "run": "gitgt.cli.scheduler.steer:run",
        "pause": "gitgt.cli.scheduler.steer:pause",
        "resume": "gitgt.cli.scheduler.steer:resume",
        "clear": "gitgt.cli.scheduler.steer:clear",
        "limit": "gitgt.cli.scheduler.limit:limit",
    },
    usual="status",
)
