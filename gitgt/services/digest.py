"""What a rig's clones have in common, in a few letters: equal where everything is.

Only what clones exchange counts, and of what waits in the queue also whether its commits are
here: nobody lands what they have not got.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from gitgt.git import rerere
from gitgt.git.repository import Repository
from gitgt.ledger import session_records, verdicts, work_notes
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import MergeRequest
from gitgt.services import submit, target
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_LETTERS: Final = 16
# Commits beside the ledger: two clones may have come to the same files by other ways.
_BESIDE: Final = {
    "verdicts": verdicts.REF, "sessions": session_records.REF,
    "resolutions": rerere.REF, "notes": work_notes.REF,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Digest:
    """One rig's: the *parts* say in what two clones differ, where their hashes do."""

    name: str
    parts: Mapping[str, str]

    @property
    def hash(self) -> str:
        """Return the few letters."""
        return _hashed(f"{each} {value}" for each, value in sorted(self.parts.items()))

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"name": self.name, "hash": self.hash, "parts": dict(self.parts)}


def of(town: Town, rig: Rig) -> Digest:
    """Return the digest of a rig as it stands here."""
    ledger = town.ledger_at(rig)
    now, repository = ledger.snapshot(), ledger.repository
    parts = {"ledger": now.commit, "queue": _hashed(_queued(now))}
    parts |= {name: _tree(repository, ref) for name, ref in _BESIDE.items()}
    parts["targets"] = _hashed(
        f"{each} {target.tip(repository, each) or '-'}" for each in _targets(rig, now)
    )
    return Digest(rig.name, parts)


def _queued(now: Snapshot) -> Iterator[str]:
    """Yield what waits, request by request, and whether what it asks to land is here."""
    for each in sorted(now.all(MergeRequest, status=submit.LIVE), key=lambda one: one.id):
        here = "here" if now.repository.has(each.head) else "missing"
        yield f"{each.id} {each.status} {each.target} {each.head} {here}"


def _targets(rig: Rig, now: Snapshot) -> list[str]:
    waiting = {each.target for each in now.all(MergeRequest, status=submit.LIVE)}
    return sorted({rig.branch, *waiting})


def _tree(repository: Repository, ref: str) -> str:
    tip = repository.ref(ref)
    return repository.tree_of(tip) if tip else ""


def _hashed(rows: Iterable[str]) -> str:
    text = "".join(f"{row}\n" for row in rows)
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:_LETTERS]
