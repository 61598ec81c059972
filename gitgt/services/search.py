"""Full text: title, texts and comments of all beads, looked through each time.

A scan, not an index of words: over 10,000 beads it takes less than starting Python does, it is
always right, and there is nothing to keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from gitgt.errors import RefusedError
from gitgt.ledger import skim
from gitgt.ledger.selection import Filter, Found, select
from gitgt.services import select as selecting
from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.ledger.snapshot import Snapshot
    from gitgt.services.town import Rig, Town

# Where is looked, and what a hit there is worth.
WORTH: Final = {
    "id": 12, "title": 8, "external": 6, "labels": 5, "description": 2, "design": 2,
    "acceptance": 2, "notes": 2, "comments": 1,
}  # fmt: skip
_MOST: Final = 3  # hits in one text count no more
_AROUND: Final = 30


@dataclass(frozen=True, slots=True)
class Hit:
    """A bead that was found: how well it fits, where, and a few words around."""

    bead: Found
    score: int
    where: tuple[str, ...]
    around: str


def search(
    town: Town, rigs: Iterable[Rig | None], words: Sequence[str], wanted: Filter
) -> list[Hit]:  # fmt: skip
    """Return the beads that hold all *words* somewhere, the best first.

    Raises:
        RefusedError: there is no word to look for.
    """
    terms = [" ".join(each.casefold().split()) for each in words]
    if not any(terms):
        raise RefusedError("nothing to look for", hint="git gt bead search WORD...")
    found = [hit for rig in rigs for hit in _of_ledger(town, rig, terms, wanted)]
    return sorted(found, key=lambda hit: (-hit.score, hit.bead.priority, hit.bead.id))


def _of_ledger(
    town: Town, rig: Rig | None, terms: Sequence[str], wanted: Filter
) -> Iterator[Hit]:  # fmt: skip
    ledger = town.ledger_at(rig)
    now = ledger.snapshot()
    rows = {row.id: row for row in select(now, wanted, touched=selecting.touched(ledger))}
    for bead, text in _holding(now, terms):
        if bead in rows and (hit := judged(skim.sections(text), terms)):
            yield Hit(rows[bead], *hit)


def _holding(now: Snapshot, terms: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the files in which every term may be: each begins somewhere in it."""
    # A file writes a quote as \" where it must, so what holds one is looked for later.
    rough = [term.split()[0] for term in terms if term and not {'"', "\\"} & {*term}]
    with now.index.at(now.commit) as db:
        for bead, content in db.execute("select id, content from body"):
            text = content.decode(errors="replace")
            folded = text.casefold()
            if all(each in folded for each in rough):
                yield bead, text


def judged(
    sections: Mapping[str, str], terms: Sequence[str]
) -> tuple[int, tuple[str, ...], str] | None:
    """Return score, fields and the words around a hit; None if a term is nowhere."""
    folded = {name: sections[name].casefold() for name in WORTH if name in sections}
    score, where = 0, dict[str, str]()
    for term in terms:
        hits = {name: text.count(term) for name, text in folded.items() if term in text}
        if not hits:
            return None
        score += sum(WORTH[name] * min(count, _MOST) for name, count in hits.items())
        where |= {name: where.get(name, term) for name in hits}
    places = tuple(name for name in WORTH if name in where)
    told = beside_the_title(places)
    around = _around(sections[told], folded[told].find(where[told])) if told else ""
    return score, places, around


def beside_the_title(where: Sequence[str]) -> str:
    """Return the first field of those that a list does not show anyway; '' if none."""
    return next((name for name in where if name not in ("id", "title")), "")


def _around(text: str, at: int) -> str:
    start, end = max(0, at - _AROUND), at + 2 * _AROUND
    before, after = "..." if start else "", "..." if end < len(text) else ""
    return f"{before}{text[start:end].strip()}{after}"


def fields(hit: Hit, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a hit as plain values; *row* is what lists say of the bead."""
    return {**row, "score": hit.score, "where": list(hit.where), "around": hit.around}
