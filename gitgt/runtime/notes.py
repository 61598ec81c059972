"""Momentary notes in JSON: who deletes or spoils one costs time, and nothing else."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, TypeVar

from gitgt.git import durable, faults

Kind = TypeVar("Kind", dict[str, Any], list[Any])


def read(path: Path, kind: type[Kind]) -> Kind:
    """Return what a note says; an empty *kind* if it is gone, or nobody can read it."""
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return kind()
    return found if isinstance(found, kind) else kind()


def write_whole(path: Path, text: str, *, synced: bool = True) -> None:
    """Write *path* so that whoever reads it, even after a crash, reads all or nothing.

    That is nobody but ourselves: an environment may have a key for a model in it. What is not
    *synced* costs no wait for the disk, and may be gone when the machine itself goes down.
    """
    faults.act("write", path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(temporary, "w", opener=_private) as file:
            file.write(text)
            if synced and durable.is_wanted():
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
