"""From one version of the format to the next, one version at a time.

A step is a pure function from the fields of a document, whatever its type, to its fields in the
next version. Each version is one commit. What cannot be read stays as it is: nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gitgt.errors import InvalidDocumentError, RefusedError
from gitgt.git import standing as checkouts
from gitgt.git.transaction import RefMove
from gitgt.git.turn import turn
from gitgt.ledger import codec, genesis, handwritten, layout
from gitgt.ledger.transact import Ledger
from gitgt.model.actor import Actor
from gitgt.model.event import Event
from gitgt.model.field_order import FIELD_ORDER

Fields = Mapping[str, Any]
Step = Callable[[Fields], Fields]
# By the version that each starts from. A version, once released, is never changed.
STEPS: Final[Mapping[int, Step]] = {}


def migrated(
    fields: Fields, old: int, new: int = genesis.FORMAT, steps: Mapping[int, Step] = STEPS
) -> Fields:
    """Return *fields*, written in version *old*, as version *new* has them.

    Raises:
        RefusedError: no way leads from one to the other.
    """
    for version in range(old, new):
        if version not in steps:
            raise RefusedError(f"no migration leads from format {version} to {version + 1}")
        fields = steps[version](fields)
    return fields


def migrate(
    ledger: Ledger, who: Actor, *, new: int = genesis.FORMAT, steps: Mapping[int, Step] = STEPS
) -> list[str]:
    """Bring *ledger* to version *new*, and return the commits: one for each version."""
    found: list[str] = []
    with turn(ledger.repository, "ledger"):
        while (old := format_of(ledger)) < new:
            found.append(_one_version(ledger, who, old, steps))
    return found


def format_of(ledger: Ledger) -> int:
    """Return the version in which *ledger* is written."""
    content = ledger.repository.read(ledger.head(), genesis.SETTINGS) or b""
    found = handwritten.read(content, genesis.SETTINGS).value.get("format", 0)
    return found if isinstance(found, int) else 0


def _one_version(ledger: Ledger, who: Actor, old: int, steps: Mapping[int, Step]) -> str:
    repository, head = ledger.repository, ledger.head()
    blobs: dict[str, str | None] = {}
    for path, blob in repository.files(head).items():
        if path == genesis.SETTINGS or layout.id_of(path) is not None:
            before = _read(repository.blob(blob), path)
            if path == genesis.SETTINGS:
                after: Fields = {**before, "format": old + 1}
            else:
                after = migrated(before, old, old + 1, steps) if before else before
            if after != before:
                content = codec.emit(
                    after, tuple(after) if path == genesis.SETTINGS else FIELD_ORDER
                )
                blobs[path] = repository.write_blob(content)
    event = Event(f"bring the ledger to format {old + 1}", name="ledger.migrated")
    new = ledger.commit_tree(repository.write_tree(head, blobs), (head,), event, who)
    checkouts.move(repository, [RefMove(ledger.ref, head, new)], why=event.subject)
    return new


def _read(content: bytes, path: str) -> Fields:
    try:
        return handwritten.read(content, path).value
    except InvalidDocumentError:
        return {}  # whatever it is, it stays
