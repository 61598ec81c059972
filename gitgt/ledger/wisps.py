"""Wisps in git: ``refs/gt/wisps``, a commit without parents that each change writes anew.

So no history grows: what is swept is reachable from nothing, and git's own collection takes it.
The ref is moved by compare-and-swap, leaves no reflog, and is never pushed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from gitgt.errors import (
    AmbiguousError,
    InvalidDocumentError,
    LedgerConflictError,
    NotFoundError,
)
from gitgt.git.repository import Repository, Signature
from gitgt.ledger import documents, layout
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead

REF: Final = "refs/gt/wisps"
_ATTEMPTS: Final = 200
# What becomes of wisps: by id, None for one that is to go. None at all: nothing changes.
Decide = Callable[[Mapping[str, Bead]], "Mapping[str, Bead | None] | None"]


class Wisps:
    """The wisps of one repository."""

    def __init__(self, repository: Repository, clock: Callable[[], float]) -> None:
        self._repository = repository
        self._clock = clock

    def all(self) -> dict[str, Bead]:
        """Return the readable wisps by id, in the order of their making."""
        return self._read(self._repository.ref(REF))

    def get(self, text: str) -> Bead:
        """Return the wisp whose id is, or begins with, *text*.

        Raises:
            NotFoundError: there is none, or no longer.
            AmbiguousError: there are several.
        """
        found = self.all()
        if text in found:
            return found[text]
        names = [name for name in found if name.startswith(text)]
        if len(names) > 1:
            raise AmbiguousError(f"{text} could be {', '.join(names)}")
        if not names:
            raise NotFoundError(f"there is no wisp {text}", hint="git gt wisp list")
        return found[names[0]]

    def transact(self, decide: Decide, who: Actor) -> dict[str, Bead]:
        """Write what *decide* makes of the wisps as they are; return them as they then are.

        Raises:
            LedgerConflictError: others were faster again and again.
        """
        from gitgt.git.transaction import RefMove, move_refs
        from gitgt.git.turn import turn

        with turn(self._repository, "wisps"):
            for _ in range(_ATTEMPTS):
                head = self._repository.ref(REF)
                before = self._read(head)
                changes = decide(before)
                if not changes:
                    return before
                new = self._written(head, changes, who)
                try:
                    move_refs(
                        self._repository, [RefMove(REF, head, new)], why="wisps", logged=False
                    )
                except LedgerConflictError:
                    continue
                return self._read(new)
        raise LedgerConflictError("the wisps moved on again and again", hint="try again")

    def _read(self, head: str | None) -> dict[str, Bead]:
        files = {} if head is None else self._repository.files(head)
        found: list[Bead] = []
        contents = dict(self._repository.blobs(set(files.values())))
        for path, blob in files.items():
            try:
                wisp = documents.load(contents[blob], path)
            except InvalidDocumentError:
                continue  # what nobody can read is gone: nothing permanent is lost with it
            if isinstance(wisp, Bead):
                found.append(wisp)
        found.sort(key=lambda each: (each.created_at, each.id))
        return {str(each.id): each for each in found}

    def _written(self, head: str | None, changes: Mapping[str, Bead | None], who: Actor) -> str:
        repository = self._repository
        files = {
            layout.path_of(name): None
            if wisp is None
            else repository.write_blob(documents.dump(wisp))
            for name, wisp in changes.items()
        }
        tree = repository.write_tree(head, files)
        signature = Signature(who.address, who.email, int(self._clock()))
        return repository.write_commit(tree, [], "wisps: not kept\n", signature)
