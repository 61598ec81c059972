"""The one way to write a ledger.

A decision is judged on the head that it will follow. If another writer was faster, it is
judged again on the new head, guard and all: two claims of one bead never both win. The lock
keeps the race fair; the compare-and-swap keeps it safe, since other programs know no lock
of ours.

What only writing needs is imported when something is written: reading is asked for far more
often, and each time by a new process.
"""

from __future__ import annotations

import contextlib
import re
import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Final

from gitgt.errors import (
    EnvironmentProblemError,
    InvalidDocumentError,
    LedgerConflictError,
    NotFoundError,
)
from gitgt.git.repository import Repository, Signature
from gitgt.ledger import act, layout
from gitgt.ledger.index import Index
from gitgt.ledger.snapshot import Snapshot
from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.git.transaction import RefMove
    from gitgt.ledger.chronicle import Chronicle
    from gitgt.model.actor import Actor
    from gitgt.model.documents import Document
    from gitgt.model.event import Event

LEDGER: Final = "refs/heads/beads"
_ATTEMPTS: Final = 200


@dataclass(frozen=True, slots=True)
class Change:
    """Documents as they should stand, and the line that history will show.

    ``moves`` are other refs of the same repository, moved in the same transaction: this is
    how code lands together with the bead that it closes. ``gone`` are documents that leave the
    ledger: what has passed, which only the history keeps. ``back`` says that a step is taken
    back or taken again.
    """

    subject: str
    documents: tuple[Document, ...] = ()
    event: str = ""
    trailers: Mapping[str, str] = field(default_factory=dict)
    moves: tuple[RefMove, ...] = ()
    gone: tuple[Document, ...] = ()
    back: bool = False


Decide = Callable[[Snapshot], Change | None]
Mover = Callable[[Repository, "tuple[RefMove, ...]", str], object]


def _without_file(
    error: InvalidDocumentError, path: str, name: str
) -> InvalidDocumentError:  # fmt: skip
    """Return what is said to somebody who gave fields of *name*, not a file with lines."""
    told = f"{name}: " if name else ""
    said = re.sub(rf"^{re.escape(path)}:\d+: ", told, error.message, flags=re.MULTILINE)
    said = re.sub(r"\blabels\[\d+\]: ", "labels: ", said)
    return InvalidDocumentError(said, hint=error.hint)


def _of_act(actor: Actor) -> dict[str, str]:
    """Return the trailer that tells which act this is part of; the town's roles have none."""
    from gitgt.model.actor import Standing

    return {} if actor.standing is Standing.TOWN else act.trailers()


def _move(repository: Repository, moves: tuple[RefMove, ...], why: str) -> None:
    from gitgt.git import refs

    if refs.are_stood_on(repository.common, {each.name for each in moves}):
        from gitgt.git.standing import move
    else:
        from gitgt.git.transaction import move_refs as move
    move(repository, moves, why=why)


class Ledger:
    """Beads in the history of one ref."""

    def __init__(
        self,
        repository: Repository,
        *,
        ref: str = LEDGER,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.repository = repository
        self.ref = ref
        self._clock = clock
        self._index = Index(repository)
        self._known: str | None = None

    @property
    def index(self) -> Index:
        """The index of this ledger."""
        return self._index

    def now(self) -> float:
        """Return the clock's time, in seconds since the epoch."""
        return self._clock()

    @property
    def chronicle(self) -> Chronicle:
        """What happened to each document of this ledger."""
        from gitgt.ledger.chronicle import Chronicle

        return Chronicle(self.repository)

    @property
    def exists(self) -> bool:
        """Tell whether there is a ledger."""
        return self.repository.ref(self.ref) is not None

    def head(self) -> str:
        """Return the commit that the ledger stands at.

        Raises:
            NotFoundError: there is no ledger.
        """
        found = self.repository.ref(self.ref)
        if found is None:
            raise NotFoundError(
                f"{self.repository.common} has no ledger ({self.ref})", hint=self._way_back()
            )
        return found

    def _way_back(self) -> str:
        """Return how to get the ledger's branch again: desks stand where it stood."""
        branch = self.ref.removeprefix("refs/heads/")
        for desk in self.repository.refs("refs/heads/desk/"):
            return f"git -C {shlex.quote(str(self.repository.common))} branch {branch} {desk}"
        return "git gt install makes a town's ledger, git gt rig add a rig's"

    def snapshot(self, commit: str | None = None) -> Snapshot:
        """Return the ledger as it stands, or as it stood at *commit*."""
        return Snapshot(self.repository, self._index, commit or self.head())

    def transact(self, decide: Decide, actor: Actor, *, move: Mover = _move) -> Snapshot:
        """Write what *decide* makes of the ledger as it stands; return it as it then stands.

        *decide* may be called several times and must have no effect of its own. If it
        returns None, or what is there already, nothing is written.

        Raises:
            LedgerConflictError: others were faster again and again, or one of the change's
                own refs moved.
            RefusedError: the change breaks the schema or a lifecycle, or *decide* said no.
            NewerDataError: a later gitgt wrote the ledger.
        """
        from gitgt.git.transaction import RefMove
        from gitgt.git.turn import turn

        with turn(self.repository, "ledger"):
            for _ in range(_ATTEMPTS):
                before = self.snapshot()
                self._check_format(before)
                change = decide(before)
                written = None if change is None else self._write(before, change, actor)
                if change is None or written is None:
                    return before
                own = RefMove(self.ref, before.commit, written)
                try:
                    move(self.repository, (*change.moves, own), change.subject)
                except LedgerConflictError:
                    if self.head() == before.commit:
                        raise
                    continue
                self._tell()
                return self.snapshot(written)
        raise LedgerConflictError("the ledger moved on again and again", hint="try again")

    def _tell(self) -> None:
        """Leave a note for who watches; that a full disk takes none undoes nothing."""
        from gitgt.git.spool import Spool

        with contextlib.suppress(EnvironmentProblemError):
            Spool(self.repository.gt / "spool").leave(str(self.repository.common))

    def _check_format(self, now: Snapshot) -> None:
        """Check that we know the ledger's format, once for each version of the file."""
        from gitgt.ledger import genesis

        blob = self.repository.entry(now.commit, genesis.SETTINGS)
        if blob != self._known:
            genesis.settings(self.repository, now.commit)
            self._known = blob

    def _write(self, before: Snapshot, change: Change, actor: Actor) -> str | None:
        from gitgt.ledger import codec
        from gitgt.ledger.documents import load
        from gitgt.model.change import check_change
        from gitgt.model.event import Event

        blobs: dict[str, str | None] = {}
        for document in change.documents:
            path = layout.path_of(document.id)
            old = before.find(document.id)
            if old == document:
                continue
            check_change(old, document, actor.standing, back=change.back)
            content = codec.emit(document.fields())
            try:
                load(content, path)
            except InvalidDocumentError as error:
                raise _without_file(error, path, old.id if old else "") from error
            blobs[path] = self.repository.write_blob(content)
        for document in change.gone:
            check_change(document, None, actor.standing, back=change.back)
            blobs[layout.path_of(document.id)] = None
        if not blobs and not change.moves:
            return None
        return self.commit_tree(
            self.repository.write_tree(before.commit, blobs),
            (before.commit,),
            Event(
                change.subject,
                name=change.event,
                beads=tuple(str(each.id) for each in change.documents),
                trailers={**change.trailers, **_of_act(actor)},
            ),
            actor,
        )

    def commit_tree(
        self, tree: str, parents: tuple[str, ...], event: Event, actor: Actor
    ) -> str:  # fmt: skip
        """Write a ledger commit that no ref points at yet."""
        from gitgt.ledger.clock import clock_of
        from gitgt.model.instant import exact_text_of

        clock = 1 + max((clock_of(self.repository, each) for each in parents), default=0)
        now = self.now()
        said = replace(event, clock=clock, at=exact_text_of(now))
        who = Signature(actor.address, actor.email, int(now))
        return self.repository.write_commit(tree, parents, said.message(), who)
