"""Whose state stands when two clones moved one document apart.

A tombstone beats all: a person wanted it gone. Closed beats live, a reopening begins a new
life, what was taken off a hook stays off, and of two claims the first wins: one that the remote
settled comes before one that was made without it, whatever their clocks say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from gitgt.model.change import HELD
from gitgt.model.documents import Bead, Document, MergeRequest
from gitgt.model.lifecycle import MergeStatus
from gitgt.model.stamps import CLAIM, claim_of

_TOMBSTONE: Final = "tombstone"
_MERGE_ENDS: Final = {MergeStatus.WITHDRAWN: 1, MergeStatus.NO_OP: 2, MergeStatus.LANDED: 3}


def is_tombstone(document: Document) -> bool:
    """Tell whether a document only says that there was one."""
    return document.status == _TOMBSTONE


def winner(
    base: Document | None,
    one: Document,
    two: Document,
    *,
    later: Callable[[str], bool],
    settled: tuple[bool, bool],
) -> bool:
    """Tell whether the state of *one* stands, not that of *two*.

    ``later(part)`` tells whether *one* wrote that part later than *two* did; the empty name
    stands for the state as a whole. ``settled`` says whose claim the remote settled.
    """
    weights = [_weight(base, each) for each in (one, two)]
    if weights[0] != weights[1]:
        return weights[0] > weights[1]
    if one.is_closed and two.is_closed:
        return not later("closed_at")
    claims = [claim_of(each) for each in (one, two)]
    if all(claims) and claims[0] != claims[1]:
        return settled[0] if settled[0] != settled[1] else not later(CLAIM)
    return later("")


def _weight(base: Document | None, document: Document) -> tuple[int, ...]:
    """Return how much *document*'s state weighs against another one made from *base*."""
    life = _life(base, document)
    match document:
        case Bead():
            return (life, *_bead_weight(base, document))
        case MergeRequest():
            return (life, _MERGE_ENDS.get(MergeStatus(document.status), 0), document.revision)
        case _:
            known = list(document.machine.statuses)
            return (life, known.index(document.machine.statuses(document.status)))


def _life(base: Document | None, document: Document) -> int:
    """Tell closed now (2) from live (1) from closed as it was (0), which a reopening beats."""
    if not document.is_closed:
        return 1
    as_it_was = base is not None and base.is_closed and base.closed_at == document.closed_at
    return 0 if as_it_was else 2


def _bead_weight(base: Document | None, bead: Bead) -> tuple[int, ...]:
    """Weigh: landed; taken away from who had it; on a hook; different from what it was."""
    held = bead.status in HELD
    was = base if isinstance(base, Bead) else None
    freed = (
        was is not None and was.status in HELD and (not held or bead.assignee != was.assignee)
    )
    moved = was is None or (bead.status, bead.assignee) != (was.status, was.assignee)
    return (int(bool(bead.landed)), int(freed), int(held), int(moved))


def healed(document: Document) -> Document:
    """Return *document* without what no lifecycle allows, however it came to be so."""
    changes = _healed_bead(document) if isinstance(document, Bead) else {}
    if document.closed_at and not document.is_closed:
        changes["closed_at"] = ""
    edges = tuple(each for each in document.dependencies if each.on != document.id)
    if edges != document.dependencies:
        changes["dependencies"] = edges
    return document.replace(**changes) if changes else document


def _healed_bead(bead: Bead) -> dict[str, Any]:
    changes: dict[str, Any] = {"parent": ""} if bead.parent == bead.id else {}
    begun = getattr(bead, "started_at", "")
    if begun and bead.closed_at and begun > bead.closed_at:
        changes["started_at"] = ""
    if bead.is_closed:
        return changes
    left = {name: "" for name in ("closed_by", "outcome", "landed") if getattr(bead, name)}
    return changes | left
