"""Follow what a session without a terminal prints, until it ends or its person leaves."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Final

from gitgt.runtime import process
from gitgt.runtime.process import Running

_LOOK_EVERY: Final = 0.1


def follow(folder: Path) -> int:
    """Print the output of the run in *folder* as it comes; return 0 when it has ended."""
    position = 0
    while True:
        is_over = not isinstance(process.look(folder), Running)
        position = _print_from(folder / "output", position)
        if is_over:
            return 0
        time.sleep(_LOOK_EVERY)


def _print_from(output: Path, position: int) -> int:
    try:
        with output.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(position if position <= size else 0)
            chunk = file.read()
            reached = file.tell()
    except FileNotFoundError:
        return position
    sys.stdout.write(chunk.decode(errors="replace"))
    sys.stdout.flush()
    return reached
