"""A bead in an editor: its YAML goes out, and what comes back is judged like a desk's commit.

What was typed is kept in a file until it is in the ledger: nobody's words are lost because a
field was misspelled or somebody else was faster.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gitgt.errors import GtError, RefusedError
from gitgt.ledger import codec, layout
from gitgt.ledger.documents import load, load_draft
from gitgt.ledger.transact import Change
from gitgt.model import differences
from gitgt.model.change import complete
from gitgt.model.documents import document_from
from gitgt.services import by_hand, graph

if TYPE_CHECKING:
    from gitgt.ledger.snapshot import Snapshot
    from gitgt.model.actor import Actor
    from gitgt.model.documents import Document
    from gitgt.model.ids import BeadId
    from gitgt.services.town import Town

# What starts so is ours, not the bead's: its own comment lines start with '# '.
_MARK: Final = "#:"
_HELP: Final = (
    "Save and leave the editor, and it is checked and committed. Lines like this one are",
    "left out. Leave it as it is, or empty, and nothing happens.",
)
_AGAIN: Final = "This is what you had written, and it was not taken yet."
Edit = Callable[[Path], None]


class Edited:
    """One bead on its way through an editor."""

    def __init__(self, town: Town, bead: BeadId, who: Actor) -> None:
        self._town = town
        self._bead = bead
        self._who = who
        self._ledger = town.ledger_of(bead)
        folder = self._ledger.repository.gt / "edit"
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{bead}.yaml"
        self._began = folder / f"{bead}.base"

    def run(self, edit: Edit, tell: Callable[[str], None]) -> Document | None:
        """Let *edit* change the file until it is taken; return the bead, None if unchanged.

        Raises:
            RefusedError: it was given up; the file stays, and is where the next edit begins.
        """
        text, base = self._beginning()
        problem = _AGAIN if self._kept() else ""
        while True:
            self._began.write_bytes(codec.emit(base.fields()))
            self.path.write_text(_dressed(text, problem), encoding="utf-8")
            self._let(edit, text)
            said = self._said()
            if not said.strip() or said == codec.emit(base.fields()).decode():
                self._forget()
                return None
            if problem and problem != _AGAIN and said == text:
                raise RefusedError(
                    f"{self._bead} was not changed: {problem.partition(chr(10))[0]}",
                    hint=f"your text is kept: git gt bead edit {self._bead} goes on with it",
                )
            text = said
            try:
                found = self._take(base, text)
            except GtError as error:
                problem = "\n".join(part for part in (error.message, error.hint) if part)
                tell(problem)
                continue
            self._forget()
            return found

    def _let(self, edit: Edit, text: str) -> None:
        try:
            edit(self.path)
        except GtError:
            if self._said() == text:
                self._forget()
            raise

    def _said(self) -> str:
        return bare(self.path.read_text(encoding="utf-8", errors="replace"))

    def _kept(self) -> bool:
        return self.path.exists() and self._began.exists()

    def _beginning(self) -> tuple[str, Document]:
        """Return the text to begin with, and the bead as it was when that text began."""
        path = layout.path_of(self._bead)
        if self._kept():
            return self._said(), load(self._began.read_bytes(), path)
        now = self._ledger.snapshot().get(self._bead)
        return codec.emit(now.fields()).decode(), now

    def _take(self, base: Document, text: str) -> Document:
        fields = load_draft(text.encode(), f"{self._bead}.yaml", layout.path_of(self._bead))
        wanted = complete(base, fields, now=self._town.now(), by=self._who.address)

        def decide(now: Snapshot) -> Change:
            old = now.get(self._bead)
            new = _onto(old, base, wanted)
            for each in by_hand.fresh_edges(old, new):
                graph.check_edge(self._town, self._bead, each.on, each.type)
            return Change(f"edit {self._bead}", (new,), event="bead.edited")

        return self._ledger.transact(decide, self._who).get(self._bead)

    def _forget(self) -> None:
        self.path.unlink(missing_ok=True)
        self._began.unlink(missing_ok=True)


def _onto(now: Document, base: Document, wanted: Document) -> Document:
    """Return *now* with what *wanted* changed of *base*.

    Raises:
        RefusedError: somebody else changed the same field meanwhile.
    """
    if now == base:
        return wanted
    fields: dict[str, Any] = now.fields()
    for each in differences.between(base.fields(), wanted.fields()):
        there = fields.get(each.field)
        if there not in (each.was, each.now):
            raise RefusedError(
                f"{now.id}: {each.field} was changed meanwhile, to {there!r}",
                hint=f"write it so as well, or git gt bead show {now.id}, and edit it anew",
            )
        fields = {**fields, each.field: each.now}
    return document_from({name: value for name, value in fields.items() if value is not None})


def bare(text: str) -> str:
    """Return a text without our own lines."""
    return "".join(row for row in text.splitlines(keepends=True) if not row.startswith(_MARK))


def _dressed(text: str, problem: str) -> str:
    """Return *text* below our own lines; a problem's line numbers are those of the file."""
    rows = [*problem.splitlines(), *_HELP]
    told = (_moved(row, by=len(rows)) for row in rows)
    return "".join(f"{_MARK} {row}\n" for row in told) + text


def _moved(row: str, *, by: int) -> str:
    return re.sub(r"(?<=\.yaml:)\d+(?=:)", lambda found: str(int(found[0]) + by), row)
