"""The ledger at two moments: which beads are new, changed, closed or gone between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from gitgt.errors import InvalidDocumentError, NotFoundError, RefusedError
from gitgt.git.command import attempt, git, line
from gitgt.ledger import layout
from gitgt.model import differences, when
from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.ledger.transact import Ledger
    from gitgt.model.differences import Difference
    from gitgt.model.documents import Bead
    from gitgt.services.town import Rig, Town

_EMPTY_TREE: Final = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_DIFF: Final = ("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev")


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one bead: ``added``, ``changed``, ``closed``, ``reopened`` or ``gone``."""

    id: str
    title: str
    how: str
    changes: tuple[Difference, ...]

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        told = [each.fields() for each in self.changes]
        return {"id": self.id, "title": self.title, "how": self.how, "changes": told}


def diff(town: Town, rigs: Iterable[Rig | None], old: str, new: str) -> list[Moved]:
    """Return what became of the beads of the given ledgers from *old* to *new*.

    A moment is a time (``2d`` ago, a date), or a commit or ref, which need be known to one of
    the ledgers only. An empty *new* is now.

    Raises:
        NotFoundError: no ledger knows one of the moments.
    """
    found: list[Moved] = []
    ledgers = [town.ledger_at(rig) for rig in rigs]
    ends = [(each, _at(each, old, town), _at(each, new, town)) for each in ledgers]
    for number, text in ((1, old), (2, new)):
        if all(each[number] is None for each in ends):
            raise NotFoundError(
                f"{text!r} is no moment of this ledger",
                hint="a time like 2d or 2026-11-22, a commit, or a ref: git gt bead diff 2d",
            )
    for ledger, before, after in ends:
        if before is not None and after is not None:
            found += _between(ledger, before, after)
    return found


def at_time(ledger: Ledger, at: float) -> str:
    """Return the commit at which a ledger stood then; before its beginning, the empty tree."""
    how = ("-1", "--first-parent", f"--before=@{int(at)}")
    return line("rev-list", *how, ledger.head(), cwd=ledger.repository.common) or _EMPTY_TREE


def _at(ledger: Ledger, text: str, town: Town) -> str | None:
    if not text:
        return ledger.head()
    try:
        return at_time(ledger, when.ago(text, town.clock()))
    except RefusedError:
        pass
    said = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}")
    found = attempt(*said, cwd=ledger.repository.common)
    commit = found.stdout.decode().strip() if found.ok else ""
    return commit if commit and is_of(ledger, commit) else None


def is_of(ledger: Ledger, commit: str) -> bool:
    """Tell whether a commit has beads: a branch of the project's code is another history."""
    where = f"{commit}:{layout.LEDGER_FILE}"
    return attempt("cat-file", "-e", where, cwd=ledger.repository.common).ok


def _between(ledger: Ledger, old: str, new: str) -> Iterator[Moved]:
    common = ledger.repository.common
    parts = git(*_DIFF, old, new, "--", layout.ROOT, cwd=common).decode(errors="replace")
    tokens = iter(parts.split("\0"))
    changed = [(next(tokens), *token.split(" ")[2:4]) for token in tokens if token]
    wanted = {blob for _, *blobs in changed for blob in blobs if blob.strip("0")}
    contents = dict(ledger.repository.blobs(sorted(wanted)))
    for path, before, after in changed:
        yield from _moved(path, contents.get(before), contents.get(after))


def _moved(path: str, before: bytes | None, after: bytes | None) -> Iterator[Moved]:
    old, new = _bead(before, path), _bead(after, path)
    now = new or old
    if now is None:
        return
    changes = differences.between(old.fields(), new.fields()) if old and new else ()
    yield Moved(str(now.id), now.title, _how(old, new), changes)


def _how(old: Bead | None, new: Bead | None) -> str:
    if old is None or new is None:
        return "gone" if new is None else "added"
    if old.is_closed != new.is_closed:
        return "closed" if new.is_closed else "reopened"
    return "changed"


def _bead(content: bytes | None, path: str) -> Bead | None:
    from gitgt.ledger.documents import load
    from gitgt.model.documents import Bead

    try:
        found = None if content is None else load(content, path)
    except InvalidDocumentError:
        return None
    return found if isinstance(found, Bead) else None
