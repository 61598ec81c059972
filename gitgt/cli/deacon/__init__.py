"""``git gt deacon``: who looks after agents that nobody else looks after any more."""

from gitgt.cli.noun import Noun

command = Noun(
    "See the deacon's patrols, stop and start them.",
    {
        "status": "gitgt.cli.deacon.look:status",
        "heartbeat": "gitgt.cli.deacon.look:heartbeat",
        "pause": "gitgt.cli.deacon.rest:pause",
        "resume": "gitgt.cli.deacon.rest:resume",
        "health-check": "gitgt.cli.deacon.health:check",
        "health-state": "gitgt.cli.deacon.health:state",
        "redispatch": "gitgt.cli.deacon.work:redispatch",
        "redispatch-state": "gitgt.cli.deacon.work:state",
        "feed-stranded": "gitgt.cli.deacon.work:feed_stranded",
        "stale-hooks": "gitgt.cli.deacon.work:stale_hooks",
        "zombie-scan": "gitgt.cli.deacon.health:zombies",
        "start": "gitgt.cli.deacon.sitting:start",
        "stop": "gitgt.cli.deacon.sitting:stop",
        "restart": "gitgt.cli.deacon.sitting:restart",
        "attach": "gitgt.cli.deacon.sitting:attach",
        "at": "gitgt.cli.deacon.sitting:attach",
    },
    usual="status",
)
