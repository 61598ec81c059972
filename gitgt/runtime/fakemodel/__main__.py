"""Serve a model that is none: ``python -m gitgt.runtime.fakemodel SCRIPT RECORD``.

SCRIPT is a JSON file: a list of turns, each a list of shell commands. Its address is printed,
and what it is asked is written to RECORD.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from gitgt.runtime.fakemodel.server import serving


def main(script: Path, record: Path) -> None:
    """Serve until interrupted."""
    with serving(json.loads(script.read_text()), record=record) as model:
        sys.stdout.write(f"{model.url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
