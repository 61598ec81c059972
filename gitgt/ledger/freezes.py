"""The freezes of a town: one small file below ``refs/gt/freeze``, a commit for each change.

It is about the sessions on this machine, so it is never pushed. A town that was never frozen
has no such ref, so nobody pays for asking.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

from gitgt.git import side_ref
from gitgt.git.repository import Repository, Signature
from gitgt.model import freezes
from gitgt.model.actor import Actor
from gitgt.model.event import Event
from gitgt.model.freezes import Freeze

REF: Final = "refs/gt/freeze"
_FILE: Final = "freezes.json"
_WHAT: Final = "what is frozen"
Decide = Callable[[tuple[Freeze, ...]], tuple[Freeze, ...]]


class Freezes:
    """What is frozen, and was not long ago, in the town with this *repository*."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def all(self) -> tuple[Freeze, ...]:
        """Return them all."""
        head = self._repository.ref(REF)
        return () if head is None else _kept(self._repository.common, head)

    def change(self, decide: Decide, who: Actor, *, why: str, event: str, at: float) -> bool:
        """Let *decide* say how they are to stand, given how they do; say if that is news.

        Raises:
            LedgerConflictError: others were faster again and again.
        """
        repository = self._repository
        changed = False

        def written(head: str | None) -> str | None:
            nonlocal changed
            old = () if head is None else _read(repository, head)
            new = decide(old)
            changed = new != old
            if not changed:
                return None
            tree = repository.write_tree(None, {_FILE: repository.write_blob(_text(new))})
            signed = Signature(who.address, who.email, int(at))
            parents = [head] if head else []
            return repository.write_commit(tree, parents, Event(why, event).message(), signed)

        side_ref.move(repository, REF, written, why=why, what=_WHAT)
        return changed


@lru_cache(maxsize=8)  # of each commit what it holds never changes
def _kept(common: Path, head: str) -> tuple[Freeze, ...]:
    return _read(Repository(common), head)


def _read(repository: Repository, head: str) -> tuple[Freeze, ...]:
    content = repository.read(head, _FILE)
    try:
        return freezes.parse(json.loads(content or b"[]"))
    except ValueError:
        return ()


def _text(those: tuple[Freeze, ...]) -> bytes:
    plain = [each.fields() for each in those]
    return f"{json.dumps(plain, indent=1, ensure_ascii=False)}\n".encode()
