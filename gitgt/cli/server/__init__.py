"""``git gt server``: bare repositories that others push to."""

from gitgt.cli.noun import Noun

command = Noun(
    "Let a bare repository judge pushes to it.",
    {
        "install": "gitgt.cli.server.furnish:install",
        "uninstall": "gitgt.cli.server.furnish:uninstall",
        "status": "gitgt.cli.server.furnish:status",
    },
    usual="status",
)
