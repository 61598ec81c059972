"""``git gt warrant``: sessions that are to end, if they do not answer."""

from __future__ import annotations

from gitgt.cli.noun import Noun

command = Noun(
    "Ask agents whether they live, or end them.",
    {
        "list": "gitgt.cli.warrant.look:every",
        "show": "gitgt.cli.warrant.look:show",
        "file": "gitgt.cli.warrant.decide:file",
        "execute": "gitgt.cli.warrant.decide:execute",
        "pardon": "gitgt.cli.warrant.decide:pardon",
    },
    usual="list",
)
