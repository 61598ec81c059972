"""What an agent is told. Text that others wrote reaches it fenced and attributed."""

from __future__ import annotations

import secrets
from typing import Final

from gitgt.git.markers import Assignment
from gitgt.model import fence
from gitgt.model.documents import Bead, MergeRequest
from gitgt.model.lifecycle import MergeStatus

_LONGEST: Final = 30_000


def compose(bead: Bead, assignment: Assignment, base: str, back: MergeRequest | None) -> str:
    """Return the prompt for working on *bead*; *back* is the request that was sent back."""
    parts = [
        f"You are {assignment.agent}. Your assignment is {bead.id}.",
        f"You stand in your worktree, on the branch {assignment.branch}. It lands on {base}.",
    ]
    whole = f"git gt bead show {bead.id}"
    for name, text in (
        ("title", bead.title),
        ("description", bead.description),
        ("design", bead.design),
        ("acceptance criteria", bead.acceptance),
        ("notes", bead.notes),
    ):
        if text:
            parts.append(_fenced(f"{name} of {bead.id}", bead.created_by, text, whole))
    if back is not None:
        parts.append(_sent_back(back, base))
    parts.append(
        "When it is done, commit with this line at the end of the message:\n\n"
        f"    Closes: {bead.id}\n\n"
        "or run: git gt done. You need not push. If nothing needs changing:\n\n"
        f"    git gt bead close {bead.id} --outcome no-changes --reason '...'\n\n"
        "If you need a person's judgement, commit with the line: Escalate: HIGH why"
    )
    return "\n\n".join(parts) + "\n"


def _sent_back(back: MergeRequest, base: str) -> str:
    what = f"Your earlier submission {back.head[:12]} was sent back ({back.status})."
    first = (
        f"Type: git gt resolve. It merges {base} into your branch; settle what conflicts"
        if back.status == MergeStatus.CONFLICT
        else f"Merge {base} into your branch, mend it"
    )
    how = f"{first}, and commit with Closes: {back.source} again."
    found = f"{back.reason}\n\n{back.findings}"
    whole = f"git gt bead show {back.id}"
    return "\n\n".join([what, how, _fenced("why", "refinery", found, whole)])


def _fenced(what: str, by: str, text: str, whole: str) -> str:
    return fence.fenced(what, by, text, secrets.token_hex(4), _LONGEST, whole=whole)
