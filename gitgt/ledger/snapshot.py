"""The ledger as of one commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from gitgt.errors import AmbiguousError, InvalidDocumentError, NotFoundError
from gitgt.git.repository import Repository
from gitgt.ledger import layout
from gitgt.ledger.index import Index, Row
from gitgt.model.ids import BeadId

if TYPE_CHECKING:
    from gitgt.model.documents import Agent, Bead, Convoy, Document, MergeRequest

D = TypeVar("D", bound="Document")


class Snapshot:
    """What the ledger says at *commit*; it does not change under its reader."""

    def __init__(self, repository: Repository, index: Index, commit: str) -> None:
        self.repository = repository
        self.index = index
        self.commit = commit

    def find(self, bead: str) -> Document | None:
        """Return the document called *bead*, None if there is none.

        Raises:
            InvalidDocumentError: what is there cannot be read.
        """
        path = layout.path_of(BeadId.parse(bead))
        content = self.repository.read(self.commit, path)
        return None if content is None else _load(content, path)

    def get(self, bead: str) -> Document:
        """Return the document called *bead*.

        Raises:
            NotFoundError: there is none.
            InvalidDocumentError: what is there cannot be read.
        """
        found = self.find(bead)
        if found is None:
            raise NotFoundError(f"there is no {bead}", hint="git gt bead list")
        return found

    def bead(self, bead: str) -> Bead:
        """Return the piece of work called *bead*."""
        from gitgt.model.documents import Bead

        return self._of(Bead, bead)

    def request(self, request: str) -> MergeRequest:
        """Return the merge request called *request*."""
        from gitgt.model.documents import MergeRequest

        return self._of(MergeRequest, request)

    def convoy(self, convoy: str) -> Convoy:
        """Return the convoy called *convoy*."""
        from gitgt.model.documents import Convoy

        return self._of(Convoy, convoy)

    def _of(self, kind: type[D], bead: str) -> D:
        found = self.get(bead)
        if not isinstance(found, kind):
            raise NotFoundError(f"{bead} is a {found.type}, not a {kind.kind}")
        return found

    def rows(self, **where: str | Iterable[str]) -> list[Row]:
        """Return the listed columns of the documents that match; see ``Index.find``."""
        return self.index.find(self.commit, **where)

    def all(self, kind: type[D], **where: str | Iterable[str]) -> Iterator[D]:
        """Yield the readable documents of one kind that match."""
        for row in self.rows(kind=kind.kind, **where):
            found = self.from_index(row.id)
            if isinstance(found, kind):
                yield found

    def from_index(self, bead: str) -> Document:
        """Return a document without touching git's objects, for reads of every day.

        Raises:
            NotFoundError: there is none.
            InvalidDocumentError: what is there cannot be read.
        """
        found = self.index.content(self.commit, bead)
        if found is None:
            raise NotFoundError(f"there is no {bead}", hint="git gt bead list")
        path, content, error = found
        if error:
            raise InvalidDocumentError(error, hint="mend the file on a desk and commit it")
        return _load(content, path)

    def complete(self, text: str) -> BeadId:
        """Return the one id that is, or starts with, *text*.

        Raises:
            NotFoundError: none does.
            AmbiguousError: several do.
        """
        found = self.index.starting_with(self.commit, text)
        if text in found:
            return BeadId.parse(text)
        if len(found) == 1:
            return BeadId.parse(found[0])
        if not found:
            raise NotFoundError(f"there is no {text}", hint="git gt bead list")
        raise ambiguous(text, found)

    def agent_at(self, address: str) -> Agent | None:
        """Return the agent with *address*, None if it never was."""
        from gitgt.model.documents import Agent

        for agent in self.all(Agent, title=address):
            return agent
        return None


def ambiguous(text: str, found: Sequence[str]) -> AmbiguousError:
    """Return the error of somebody who meant one thing by *text*."""
    return AmbiguousError(
        f"{text} could be {', '.join(found)}", hint=f"say more of it, such as {found[0]}"
    )


@lru_cache(maxsize=4096)  # the roles ask again and again for what hardly ever changes
def _load(content: bytes, path: str) -> Document:
    from gitgt.ledger.documents import load  # a list needs rows alone

    return load(content, path)
