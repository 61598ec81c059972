"""A piece of work as another tracker has it, in our words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from gitgt.model.documents import Bead, Convoy
from gitgt.values import dataclass

Work = Bead | Convoy  # what comes over, and goes out
Names = Mapping[str, str]  # what another tracker calls a thing -> our id


@dataclass(frozen=True, slots=True)
class Edge:
    """A dependency on what the other tracker calls *name*."""

    type: str
    name: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Foreign:
    """What one record of *source* says; *where* it stood, for messages.

    ``fields`` are plain values for a bead, but for its id, parent and edges. ``export`` makes
    the record again from the bead, as far as the bead can tell; what it cannot is kept. Without
    it, ``kept`` is what a bead has no field for.
    """

    source: str
    name: str
    where: str
    record: Mapping[str, Any]
    fields: Mapping[str, Any]
    parent: str = ""
    edges: tuple[Edge, ...] = ()
    export: Callable[[Work, Names], dict[str, Any]] | None = field(default=None, compare=False)
    kept: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_convoy(self) -> bool:
        """Tell whether it is a convoy."""
        return str(self.fields["type"]) == Convoy.kind

    @property
    def digest(self) -> str:
        """What tells this version of the record from another one."""
        text = json.dumps(self.record, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be brought over: where it stands (``issues.jsonl:12``), and why."""

    where: str
    what: str

    @property
    def place(self) -> tuple[str, int]:
        """File and line, to sort by."""
        file, _, line = self.where.rpartition(":")
        return file, int(line)

    def __str__(self) -> str:
        """Return the line that says it."""
        return f"{self.where}: {self.what}"
