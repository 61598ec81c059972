"""One thing that is not as it should be."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, where (``items/a/b/gt-abc12.yaml:3``, a ref), by which rule; the way out.

    ``mends`` tells whether ``--fix`` makes it good without losing anything.
    """

    rule: str
    where: str
    what: str
    hint: str = ""
    mends: bool = False

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


# Every rule, for the documentation and for whoever reads the JSON.
RULES: dict[str, str] = {
    "ledger": "the branch is no ledger, or began as no ledger begins",
    "object": "git cannot read something that the ledger is made of",
    "unreadable": "a document breaks its schema; it is set aside, and all others are read",
    "misplaced": "a document lies in another folder than its id says, where nobody looks",
    "doubled": "a second file for one id; the one in its place is read",
    "no-bead": "a file below items/ whose name is no id",
    "no-file": "a symbolic link or a submodule",
    "foreign": "an id with another ledger's prefix",
    "invariant": "a document says what cannot be so",
    "form": "a document that is not in the canonical form",
    "schemas": "the published schemas are not those of this gitgt",
    "dangling": "a document names another one that is not there",
    "cycle": "beads that wait for each other",
    "formula-gate": "a formula gate that holds nothing up: no molecule's, made by hand",
    "index": "the index says something else than the ledger",
    "branch": "the ledger's branch is checked out: a commit there could undo others' work",
    "desk": "a desk is ahead of the ledger: what was committed there is not taken in",
    "pin": "a merge request without the ref that keeps its commit, or a ref without a request",
    "worktree": "a worktree whose folder is gone",
    "intent": "a landing that was begun and not ended",
    "git": "git itself finds the repository damaged",
}
