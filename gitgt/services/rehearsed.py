"""What a transaction that was only rehearsed would have changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitgt.git.rehearsal import Transaction
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove
from gitgt.ledger import layout
from gitgt.model import differences
from gitgt.model.differences import Difference
from gitgt.services.versions import fields_of
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Changed:
    """A document or file that would be ``created``, ``changed`` or ``gone``.

    A document is named by its id, and ``changes`` are its fields that would change.
    """

    id: str
    how: str
    changes: tuple[Difference, ...]

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "id": self.id,
            "how": self.how,
            "changes": [each.fields() for each in self.changes],
        }


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """The refs of a repository that would move together, and the documents that change."""

    repository: str
    why: str
    moves: tuple[RefMove, ...]
    documents: tuple[Changed, ...]

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        moves = [{"ref": each.name, "old": each.old, "new": each.new} for each in self.moves]
        documents = [each.fields() for each in self.documents]
        return {
            "repository": self.repository, "why": self.why,
            "moves": moves, "documents": documents,
        }  # fmt: skip


def of(transaction: Transaction) -> Rehearsed:
    """Return what *transaction* would have changed."""
    repository = Repository(transaction.common)
    documents = [each for move in transaction.moves for each in _changed(repository, move)]
    return Rehearsed(
        str(transaction.common), transaction.why, transaction.moves, tuple(documents)
    )


def _changed(repository: Repository, move: RefMove) -> Iterator[Changed]:
    """Yield what *move* changes of documents, or of a town's settings."""
    if move.new is None or not move.name.startswith("refs/heads/"):
        return
    for each in repository.differences(move.old, move.new):
        how = "created" if not each.old else "changed" if each.new else "gone"
        bead = layout.id_of(each.path)
        if bead is None:
            yield Changed(each.path, how, ())
            continue
        was, now = (
            fields_of(repository.blob(oid), each.path) if oid else {}
            for oid in (each.old, each.new)
        )
        yield Changed(bead, how, differences.between(was or {}, now or {}))
