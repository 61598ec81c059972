"""One small file of JSON in a ref of its own, with a commit for each change.

For what a town has to remember about this machine: durable, signed, and never pushed. Nobody
pays for what was never written: then there is no such ref.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from gitgt.git import side_ref
from gitgt.git.repository import Repository, Signature
from gitgt.model.actor import Actor
from gitgt.model.event import Event
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """What history says of a change: a sentence, what kind it is of, by whom and when."""

    why: str
    event: str
    who: Actor
    at: float


@dataclass(frozen=True, slots=True)
class SideFile:
    """The file called *name* at *ref*; *what* it holds, in words."""

    repository: Repository
    ref: str
    name: str
    what: str

    def read(self) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Return what it holds; None if it was never written, or nobody can read it."""
        head = self.repository.ref(self.ref)
        return None if head is None else _kept(self.repository.common, head, self.name)

    def change(self, decide: Callable[[Any], Any], said: Said) -> bool:
        """Let *decide* say what it is to hold, given what it does; say if that is news.

        Raises:
            LedgerConflictError: others were faster again and again.
        """
        repository = self.repository
        changed = False

        def written(head: str | None) -> str | None:
            nonlocal changed
            old = None if head is None else _read(repository, head, self.name)
            new = decide(old)
            changed = new != old
            if not changed:
                return None
            text = f"{json.dumps(new, indent=1, ensure_ascii=False)}\n".encode()
            tree = repository.write_tree(None, {self.name: repository.write_blob(text)})
            signed = Signature(said.who.address, said.who.email, int(said.at))
            message = Event(said.why, said.event).message()
            return repository.write_commit(tree, [head] if head else [], message, signed)

        side_ref.move(repository, self.ref, written, why=said.why, what=self.what)
        return changed


@lru_cache(maxsize=16)  # what a commit holds never changes; nobody changes what they are handed
def _kept(common: Path, head: str, name: str) -> Any:  # noqa: ANN401
    return _read(Repository(common), head, name)


def _read(repository: Repository, head: str, name: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(repository.read(head, name) or b"null")
    except ValueError:
        return None
