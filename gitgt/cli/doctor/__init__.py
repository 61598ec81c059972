"""``git gt doctor``: whether what a town relies on really works here."""

from __future__ import annotations

from gitgt.cli.noun import Noun

command = Noun(
    "Look whether what a town relies on works here.",
    {
        "check": "gitgt.cli.doctor.check:command",
        "runtimes": "gitgt.cli.doctor.runtimes:command",
    },
    usual="check",
)
