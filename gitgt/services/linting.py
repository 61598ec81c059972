"""Beads that do not say what one of their type should."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from gitgt.errors import InvalidDocumentError
from gitgt.ledger.selection import Filter
from gitgt.model import lint
from gitgt.model.documents import Bead
from gitgt.services import reading, select

if TYPE_CHECKING:
    from gitgt.services.town import Rig, Town


def lacking(
    town: Town, names: Sequence[str], rigs: Iterable[Rig | None]
) -> list[tuple[Bead, tuple[str, ...]]]:  # fmt: skip
    """Return the named beads, or all live ones, that lack sections, and which."""
    chosen = names or [row.id for row in select.beads(town, rigs, Filter()) if not row.error]
    return [(bead, left) for bead in _beads(town, chosen) if (left := lint.missing(bead))]


def _beads(town: Town, names: Iterable[str]) -> Iterator[Bead]:
    for name in names:
        try:
            found = reading.show(town, name)
        except InvalidDocumentError:
            continue  # git gt fsck tells
        if isinstance(found, Bead):
            yield found
