"""Momentary notes in JSON: who deletes or spoils one costs time, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

Kind = TypeVar("Kind", dict[str, Any], list[Any])


def read(path: Path, kind: type[Kind]) -> Kind:
    """Return what a note says; an empty *kind* if it is gone, or nobody can read it."""
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return kind()
    return found if isinstance(found, kind) else kind()
