"""``git gt rig``: the projects that the town works on."""

from gitgt.cli.noun import Noun

command = Noun(
    "Add projects to the town, and see how they stand.",
    {
        "add": "gitgt.cli.rig.place:add",
        "list": "gitgt.cli.rig.look:show_all",
        "status": "gitgt.cli.rig.look:status",
        "share": "gitgt.cli.rig.place:share",
        "takeover": "gitgt.cli.rig.takeover:command",
        "remove": "gitgt.cli.rig.place:remove",
        "start": "gitgt.cli.rig.state:start",
        "stop": "gitgt.cli.rig.state:stop",
        "restart": "gitgt.cli.rig.state:restart",
        "park": "gitgt.cli.rig.state:park",
        "unpark": "gitgt.cli.rig.state:unpark",
        "config": "gitgt.cli.rig.config:command",
        "dock": "gitgt.cli.rig.state:dock",
        "undock": "gitgt.cli.rig.state:undock",
    },
    usual="list",
)
