"""What an exit code means: the whole table, for the shell, the man page and the docs.

An error knows its own code (``GtError.exit_code``); this table explains it.
"""

from __future__ import annotations

import os
import sys
from typing import Final

USAGE: Final = 2
COULD_NOT_RUN: Final = 75
BUG: Final = 3
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141

EXIT_CODES: Final[dict[int, str]] = {
    0: "done",
    1: "refused or failed",
    USAGE: "wrong usage",
    BUG: "a bug in gitgt",
    4: "busy, the same may work in a moment",
    COULD_NOT_RUN: "a gate could not run, or a push not be judged: nobody's fault",
    78: "the data is newer than this gitgt",
    INTERRUPTED: "interrupted",
    BROKEN_PIPE: "nobody reads the output any more",
}


def mute() -> None:
    """Send what is still to be written nowhere, so that the interpreter's end is quiet."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
