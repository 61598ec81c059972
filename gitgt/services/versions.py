"""How a bead came to be as it is: each commit that changed it, and who set what last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from gitgt.errors import InvalidDocumentError
from gitgt.git.bulk import read_commits
from gitgt.ledger import layout
from gitgt.ledger.chronicle import Chronicle, Step
from gitgt.model import differences
from gitgt.model.event import Event
from gitgt.model.instant import text_of
from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.ledger.transact import Ledger
    from gitgt.model.differences import Difference
    from gitgt.model.ids import BeadId
    from gitgt.services.town import Town

_FIXED: Final = frozenset({"id", "created_at", "created_by"})
_Blobs = Mapping[str, "dict[str, Any] | None"]


@dataclass(frozen=True, slots=True)
class Version:
    """One commit of a bead's life, and what it changed; ``readable`` if that can be said."""

    at: str
    who: str
    event: str
    said: str
    changes: tuple[Difference, ...]
    commit: str
    readable: bool = True

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "at": self.at,
            "who": self.who,
            "event": self.event,
            "said": self.said,
            "changes": [each.fields() for each in self.changes],
            "commit": self.commit,
            "readable": self.readable,
        }


def of(town: Town, bead: BeadId) -> list[Version]:
    """Return the versions of *bead*, the oldest first.

    A merge is told only where it decided something itself.
    """
    ledger = town.ledger_of(bead)
    steps = Chronicle(ledger.repository).steps(ledger.head(), bead)
    blobs = _contents(ledger, bead, steps)
    said = read_commits(ledger.repository.common, (each.commit for each in steps))
    found: list[Version] = []
    for step in steps:
        commit = said[step.commit]
        event = Event.parse(commit.message)
        changes = _changes(step, blobs)
        readable = not step.after or blobs[step.after] is not None
        if changes or not readable:
            found.append(
                Version(
                    event.at or text_of(commit.author.at),
                    commit.author.name,
                    event.name,
                    event.subject,
                    changes,
                    step.commit,
                    readable,
                )
            )
    return found


def _contents(ledger: Ledger, bead: str, steps: Iterable[Step]) -> _Blobs:
    wanted = {blob for each in steps for blob in (*each.before, each.after) if blob}
    path = layout.path_of(bead)
    read = ledger.repository.blobs(sorted(wanted))
    return {blob: fields_of(content, path) for blob, content in read}


def fields_of(content: bytes, path: str) -> dict[str, Any] | None:
    """Return what a document says; None if that cannot be read."""
    from gitgt.ledger.documents import load

    try:
        return load(content, path).fields()
    except InvalidDocumentError:
        return None


def _changes(step: Step, blobs: _Blobs) -> tuple[Difference, ...]:
    new = blobs[step.after] if step.after else {}
    if new is None:
        return ()
    before = [old for each in step.before if (old := blobs[each]) is not None]
    if len(before) == 1 or step.before:
        return differences.from_all(before, new)
    return tuple(each for each in differences.between({}, new) if each.field not in _FIXED)


@dataclass(frozen=True, slots=True)
class Blamed:
    """Who set a field to what it says."""

    field: str
    value: Any
    version: Version

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        by = self.version
        return {
            "field": self.field,
            "value": self.value,
            "at": by.at,
            "who": by.who,
            "said": by.said,
            "commit": by.commit,
        }


def blame(town: Town, bead: BeadId) -> list[Blamed]:
    """Return for each field of *bead* who set it last, when and in which commit."""
    from gitgt.services import reading

    now = reading.show(town, bead).fields()
    last = _last(of(town, bead), now)
    return [Blamed(name, value, last[name]) for name, value in now.items() if name in last]


def _last(versions: Iterable[Version], now: Mapping[str, Any]) -> dict[str, Version]:
    """Return which version made each field what it is *now*.

    Of two that went on beside each other, the one whose word counts may not be the later.
    """
    found: dict[str, Version] = {}
    exact: dict[str, Version] = {}
    for version, change in _each(versions):
        found[change.field] = version
        if change.now == now.get(change.field):
            exact[change.field] = version
    return {**found, **exact}


def _each(versions: Iterable[Version]) -> Iterator[tuple[Version, Difference]]:
    return ((version, change) for version in versions for change in version.changes)
