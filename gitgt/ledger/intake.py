"""What a tree that a person wrote would do to the ledger.

The same judgement serves the check before a commit, the intake after it and the watcher:
every file that differs from what its writer started from is read, completed, checked
against the lifecycle, and merged by field with what the ledger says by now.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from gitgt.errors import GtError, InvalidDocumentError, RefusedError
from gitgt.git.repository import LINK, SUBMODULE, Difference
from gitgt.ledger import codec, genesis, layout
from gitgt.ledger.documents import load, load_draft
from gitgt.ledger.join import Arm
from gitgt.ledger.placement import Placed, placed, renamed
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.wrong import said
from gitgt.model.actor import Actor
from gitgt.model.change import check_change, complete
from gitgt.model.documents import Convoy, Document, type_of
from gitgt.model.ids import TOWN_PREFIX, BeadId
from gitgt.model.merge import Side, merge
from gitgt.values import dataclass

_THEIRS_WINS: Final = 1 << 62
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NO_FILES: Final = {LINK: "a symbolic link", SUBMODULE: "a submodule"}


@dataclass(frozen=True, slots=True)
class Intake:
    """What is to be written (path to content, None to remove), and what speaks against it."""

    files: dict[str, bytes | None]
    documents: tuple[Document, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote the tree, and when they did."""

    actor: Actor
    at: str


def judge(head: Snapshot, base: str | None, theirs: str, writer: Writer) -> Intake:
    """Return what taking in *theirs*, a commit or tree begun at *base*, would do to *head*.

    Raises:
        NewerDataError: a later gitgt wrote the ledger, so nothing can be judged.
    """
    repository = head.repository
    prefix = str(genesis.settings(repository, head.commit)["prefix"])
    differences = repository.differences(base, theirs)
    taking = _Taking(head, base, prefix, writer, differences)
    for each in placed(repository, base, theirs, differences):
        try:
            taking.take(each)
        except GtError as error:
            taking.problems.append(said(each.path, error))
    return Intake(taking.files, tuple(taking.documents), tuple(taking.problems))


class _Taking:
    """What was found so far, file by file."""

    def __init__(
        self,
        head: Snapshot,
        base: str | None,
        prefix: str,
        writer: Writer,
        differences: Sequence[Difference],
    ) -> None:
        self.files: dict[str, bytes | None] = {}
        self.documents: list[Document] = []
        self.problems: list[str] = []
        self._head = head
        self._base = base
        self._prefix = prefix
        self._writer = writer
        self._differences = differences

    def take(self, one: Placed) -> None:
        """Judge what was done to one file."""
        if one.problem is not None:
            raise one.problem
        difference = one.difference
        check_file(difference, one.path)
        _check_own(difference)
        if layout.named_by(one.path) is None or _is_litter(difference):
            if layout.is_item(difference.path) and difference.new is not None:
                load_draft(self._content(difference), one.path, one.path)  # says what is wrong
            self.files |= _plain_file(self._head, difference)
        elif difference.new is None:
            self._delete(difference)
        elif document := self._merged(one):
            self.documents.append(document)
            self.files[layout.path_of(document.id)] = codec.emit(document.fields())
        if one.strays and self._head.repository.entry(self._head.commit, one.path):
            self.files[one.path] = None

    def _merged(self, one: Placed) -> Document | None:
        difference, path = one.difference, one.path
        content = self._content(difference)
        now = _present(self._head, difference.path)
        old = _base(self._head, difference, now, self._writer)
        fields = load_draft(content, path, difference.path)
        if old is None and now is not None:
            old = now if now.created_at == fields.get("created_at", now.created_at) else None
        if old is None:
            check_home(self._prefix, fields, f"{path}:{line_of(content, 'id')}")
        try:
            return self._judged(old, now, fields, difference.path)
        except RefusedError as error:
            raise type(error)(
                f"{path}:{line_of(content, 'status')}: {error.message}", hint=error.hint
            ) from error

    def _judged(
        self, old: Document | None, now: Document | None, fields: Mapping[str, Any], path: str
    ) -> Document | None:
        """Return what *fields*, written after *old*, make of *now*; None if nothing."""
        at, who = self._writer.at, self._writer.actor
        new = complete(old, fields, now=at, by=who.address)
        check_change(old, new, who.standing)
        if now is None or now == old:
            return new if new != now else None
        theirs = Side(new, _THEIRS_WINS, who.address, at=at)
        both = merge(old, self._side(now, path), theirs)
        check_change(now, both.told, who.standing)
        return both.told if both.told != now else None

    def _side(self, now: Document, path: str) -> Side:
        """Return what the ledger says, and who wrote it since the writer began."""
        arm = self._arm
        if arm is None or path not in arm.written:
            return Side(now, 0, "", at=self._writer.at)
        return arm.side(now, path)

    @cached_property
    def _arm(self) -> Arm | None:
        head = self._head
        return None if self._base is None else Arm(head.repository, head.commit, self._base)

    def _content(self, difference: Difference) -> bytes:
        assert difference.new is not None
        return self._head.repository.blob(difference.new)

    def _delete(self, difference: Difference) -> None:
        """Refuse to delete a document; what nobody could read may go."""
        now = _present(self._head, difference.path)
        old = _base(self._head, difference, now, self._writer)
        if old is None and now is None:
            self.files |= _plain_file(self._head, difference)
        if old is None:
            return
        path = difference.path
        if new := renamed(self._head.repository, difference, self._differences):
            raise RefusedError(
                f"{old.id} is renamed to {layout.named_by(new) or new}; "
                "an id is for ever, since others refer to it",
                hint=f"git mv {new} {path}, and leave its id as it was; "
                "for a second bead, copy the file",
            )
        raise RefusedError(
            f"{old.id} is deleted, and what it says with it",
            hint=f"git checkout HEAD -- {path}; to end it, set status: closed, "
            "to delete it, status: tombstone",
        )


def _is_litter(difference: Difference) -> bool:
    """Tell whether it is a file that went, and was no document where it lay."""
    return difference.new is None and layout.id_of(difference.path) is None


def check_file(difference: Difference, path: str) -> None:
    """Check that what lies at *path* may lie in a ledger at all, whatever it holds."""
    if what := _NO_FILES.get(difference.mode):
        raise RefusedError(f"{what} has no place in a ledger", hint=f"git rm --cached {path}")
    if difference.new is not None:
        _check_name(difference.path)
    if difference.path == layout.ROOT:
        raise RefusedError(
            "this name is the folder's in which documents lie",
            hint=f"git rm --cached {difference.path}",
        )


def _check_own(difference: Difference) -> None:
    own = (genesis.SETTINGS, genesis.RIG)
    if difference.path in own or difference.path.startswith(genesis.SCHEMAS):
        raise RefusedError(
            "what the ledger says about itself is not edited by hand",
            hint=f"git checkout HEAD -- {difference.path}",
        )


def _check_name(path: str) -> None:
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise RefusedError(
            "the name of this file is not UTF-8", hint="git mv it to one that is"
        ) from error
    if _CONTROL.search(path):
        raise RefusedError(
            "the name of this file holds a control character", hint="git mv it to one without"
        )


def _plain_file(head: Snapshot, difference: Difference) -> dict[str, bytes | None]:
    if head.repository.entry(head.commit, difference.path) != difference.old:
        return {}  # somebody changed it meanwhile; theirs stays in the desk's history
    new = difference.new
    return {difference.path: None if new is None else head.repository.blob(new)}


def _base(
    head: Snapshot, difference: Difference, now: Document | None, writer: Writer
) -> Document | None:
    """Return what the writer started from; None if that was no document.

    It may be a draft of their own: the ledger has had it in full since, but their desk could
    not be brought there. What the draft left out is then what the ledger says.
    """
    if difference.old is None:
        return None
    content, path = head.repository.blob(difference.old), difference.path
    try:
        return load(content, path)
    except InvalidDocumentError:
        pass
    try:
        draft = load_draft(content, path, path)
        return complete(now, draft, now=writer.at, by=writer.actor.address)
    except RefusedError:
        return None  # it was broken before: whatever replaces it is judged as new


def check_home(prefix: str, fields: Mapping[str, Any], where: str) -> None:
    """Check that a new document is one of this ledger's: its id says where it is looked for."""
    bead = BeadId(fields["id"])
    if bead.prefix != prefix:
        raise RefusedError(
            f"{where}: id: {bead} is of another ledger", hint=f"ids here begin with {prefix}-"
        )
    if prefix != TOWN_PREFIX and fields.get("type", type_of(bead)) == Convoy.kind:
        raise RefusedError(
            f"{where}: id: {bead} is a convoy, and those are the town's own",
            hint=f"write it on the town's own desk, with an id like {TOWN_PREFIX}-cv-abc12",
        )


def _present(head: Snapshot, path: str) -> Document | None:
    content = head.repository.read(head.commit, path)
    if content is None:
        return None
    try:
        return load(content, path)
    except InvalidDocumentError:
        return None


def line_of(content: bytes, key: str) -> int:
    """Return the line of a top-level *key*, 1 if it is not there."""
    found = re.search(rf"^{key}\s*:".encode(), content, re.MULTILINE)
    return 1 if found is None else content[: found.start()].count(b"\n") + 1
