"""Settings: YAML files in the town's repository, each change of which is a commit.

They are read from the working tree where that only costs a wrong answer, and from the
town's HEAD where they decide what may land: there, only what was committed counts.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from gitgt.errors import InvalidDocumentError, SettingsError
from gitgt.git.repository import Repository
from gitgt.ledger import codec
from gitgt.ledger.fields import load_fields


def read(path: Path, schema: str) -> dict[str, Any]:
    """Return the settings in the file at *path*; a missing file says nothing.

    Raises:
        SettingsError: the file breaks its schema.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    return _read(content, schema, str(path))


def read_committed(root: Path, name: str, schema: str) -> dict[str, Any]:
    """Return the settings that the HEAD of the town at *root* has under *name*."""
    repository = Repository.at(root)
    head = repository.ref("HEAD")
    content = None if head is None else repository.read(head, name)
    return {} if content is None else _read(content, schema, f"HEAD:{name}")


def _read(content: bytes, schema: str, source: str) -> dict[str, Any]:
    try:
        return parse(content, schema, source)
    except SettingsError as error:
        way_out = error.hint or "mend it, or take an older one: git log -p"
        raise SettingsError(error.message, hint=way_out) from error


def parse(content: bytes, schema: str, source: str) -> dict[str, Any]:
    """Return what *content* says, checked."""
    return copy.deepcopy(_parsed(content, schema, source))


@lru_cache(maxsize=64)  # the watcher asks again and again for what hardly ever changes
def _parsed(content: bytes, schema: str, source: str) -> dict[str, Any]:
    if not content.strip():
        return {}
    try:
        return dict(load_fields(content, schema, source))
    except InvalidDocumentError as error:
        raise SettingsError(error.message, hint=error.hint) from error


def emit(fields: Mapping[str, Any]) -> bytes:
    """Return the canonical text of settings."""
    return codec.emit(fields, order=tuple(fields))
