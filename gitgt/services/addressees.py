"""Whom a document that a person wrote names: an agent that can be, a ledger that is there.

The commands ask this before they write. What a person commits by hand is asked here, before the
commit is made: with an address that nobody has, a bead is on a hook that nobody looks at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitgt.errors import InvalidDocumentError, RefusedError
from gitgt.ledger import intake, layout
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import Bead, Convoy, Document
from gitgt.model.lifecycle import AgentStatus
from gitgt.services import target
from gitgt.services.town import Rig, Town


def check(
    town: Town, rig: Rig | None, now: Snapshot, tree: str, documents: Sequence[Document]
) -> None:
    """Check the names that *documents*, written in *tree*, would bring to a rig's ledger.

    Raises:
        RefusedError: some cannot be; the message lists each with its file and line.
    """
    told = []
    for each in documents:
        for key, problem in _problems(town, rig, now, each):
            path = layout.path_of(each.id)
            line = intake.line_of(now.repository.read(tree, path) or b"", key)
            told.append(f"{path}:{line}: {key}: {problem.message}\n  hint: {problem.hint}")
    if told:
        raise RefusedError("\n".join(told))


def _problems(
    town: Town, rig: Rig | None, now: Snapshot, document: Document
) -> Iterator[tuple[str, RefusedError]]:
    old = _before(now, document)
    if isinstance(document, Bead) and not document.is_closed:
        was = old.assignee if isinstance(old, Bead) else ""
        yield from _problems_of_work(town, rig, now, document, was)
    try:
        if isinstance(document, Convoy):
            before = old.dependencies if isinstance(old, Convoy) else ()
            for edge in document.dependencies:
                if edge not in before:
                    town.rig_of(edge.on)
    except RefusedError as problem:
        yield "dependencies", problem


def _problems_of_work(
    town: Town, rig: Rig | None, now: Snapshot, bead: Bead, was: str
) -> Iterator[tuple[str, RefusedError]]:
    try:
        _check_assignee(town, rig, now, bead.assignee, was)
    except RefusedError as problem:
        yield "assignee", problem
    try:
        if rig is not None:
            target.check_kind(rig, target.of(rig, bead))
    except RefusedError as problem:
        yield "target", problem


def _before(now: Snapshot, document: Document) -> Document | None:
    try:
        return now.find(document.id)
    except InvalidDocumentError:
        return None  # which is being mended


def _check_assignee(
    town: Town, rig: Rig | None, now: Snapshot, to: str, was: str
) -> None:  # fmt: skip
    """Check an agent's address; people are called by name, and have no slash in it."""
    if to == was or "/" not in to:
        return
    from gitgt.services import sling  # which knows half of the house

    where = sling.address(rig or town.rig(to.partition("/")[0]), to)
    if where != to:
        raise RefusedError(f"{to!r} is no address", hint=f"it is {where} in full")
    if "/crew/" in where and rig is not None:
        found = now.agent_at(where)
        if found is None or found.status is not AgentStatus.ACTIVE:
            name = where.rpartition("/")[2]
            raise RefusedError(
                f"there is no {where}", hint=f"git gt crew add {name} --rig {rig.name}"
            )
