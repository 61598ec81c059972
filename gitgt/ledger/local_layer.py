"""What this clone alone says of its rig: ``refs/gt/local``, a file that is never pushed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from gitgt.git import side_ref
from gitgt.git.repository import Repository, Signature
from gitgt.model.actor import Actor

REF: Final = "refs/gt/local"
_FILE: Final = "properties.json"
Values = dict[str, Any]


def read(repository: Repository) -> Values:
    """Return the values by key; what nobody can read says nothing."""
    head = repository.ref(REF)
    content = None if head is None else repository.read(head, _FILE)
    try:
        found = {} if content is None else json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def change(
    repository: Repository,
    amend: Callable[[Values], Values],
    who: Actor,
    *,
    why: str,
    now: float,
) -> bool:
    """Write what *amend* makes of the values; tell whether anything changed.

    Raises:
        LedgerConflictError: others were faster again and again.
    """
    wrote = False

    def decide(head: str | None) -> str | None:
        nonlocal wrote
        before = read(repository)
        after = amend(dict(before))
        wrote = after != before
        if not wrote:
            return None
        text = json.dumps(after, indent=1, sort_keys=True) + "\n"
        tree = repository.write_tree(head, {_FILE: repository.write_blob(text.encode())})
        signature = Signature(who.address, who.email, int(now))
        return repository.write_commit(tree, [head] if head else [], f"{why}\n", signature)

    side_ref.move(repository, REF, decide, why=why, what="the properties")
    return wrote
