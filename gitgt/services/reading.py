"""Find beads and ask after them: the questions of every day, which import little."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final

from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger.abroad import Homes
from gitgt.ledger.index import Row
from gitgt.ledger.ready import in_order, ready_rows, recently
from gitgt.ledger.snapshot import ambiguous
from gitgt.model.graph import PARENT
from gitgt.model.ids import TOWN_PREFIX, meant
from gitgt.services.town import Rig, Town

if TYPE_CHECKING:
    from gitgt.model.documents import Bead, Document
    from gitgt.model.ids import BeadId

_SOME: Final = "abc12"  # of an id, where only its prefix is asked about
_CLOSED: Final = ("closed", "tombstone")
_BEFORE_LANDING: Final = ("blocks", "merge-blocks")


def identify(town: Town, text: str) -> BeadId:
    """Return the id that *text* is, or is the only beginning of; its prefix may be left out.

    Raises:
        NotFoundError: there is no such document, or no ledger with that prefix; or it is a
            wisp.
        AmbiguousError: several begin so.
    """
    whole = text if "-" in text else _with_prefix(town, text)
    try:
        return town.ledger_of(whole).snapshot().complete(whole)
    except NotFoundError as error:
        raise _of_a_wisp(whole, error) from error


def _of_a_wisp(whole: str, error: NotFoundError) -> NotFoundError:
    """Return what is said to somebody who asks for *whole* among beads, if it is a wisp."""
    from gitgt.model.wisp import is_wisp

    if not is_wisp(whole):
        return error
    return NotFoundError(f"{whole} is a wisp, no bead", hint=f"git gt wisp show {whole}")


def _with_prefix(town: Town, text: str) -> str:
    """Return the only id that goes on with *text* behind its prefix, else *text*."""
    begun: list[str] = []
    for rig, ledger in town.ledgers():
        now = ledger.snapshot()
        prefix = TOWN_PREFIX if rig is None else rig.prefix
        begun += now.index.starting_with(now.commit, f"{prefix}-{text}") if text else []
    found = meant(text, begun)
    if len(found) > 1:
        raise ambiguous(text, found)
    return found[0] if found else text


def hung_on(town: Town, bead: BeadId, text: str) -> str:
    """Return what *text* is, or begins, of all that *bead* depends on.

    It need not be anywhere: what dangles must be found as well, to be taken away.

    Raises:
        NotFoundError: *bead* does not depend on it.
        AmbiguousError: several begin so.
    """
    document = town.ledger_of(bead).snapshot().get(bead)
    found = meant(text, (each.on for each in document.dependencies))
    if len(found) > 1:
        raise ambiguous(text, found)
    if found:
        return found[0]
    if above := meant(text, [getattr(document, "parent", "")]):
        raise NotFoundError(
            f"{bead} is a part of {above[0]}: its parent says so",
            hint=f"git gt bead update {bead} --parent ''",
        )
    raise NotFoundError(
        f"{bead} does not depend on {text}", hint=f"git gt bead dep list {bead}"
    )


def show(town: Town, text: str) -> Document:
    """Return the document that *text* names; see ``identify``."""
    name = identify(town, text)
    return town.ledger_of(name).snapshot().from_index(name)


def ready(
    town: Town, rigs: Iterable[Rig | None], wish: Mapping[str, Any] | None = None
) -> list[Row]:
    """Return the open beads that nothing holds up, in the order wished (most urgent first).

    See ``questions.ready`` for what may be wished. A blocker in another ledger is asked for
    there; one that cannot be found holds up too.
    """
    wanted = {"sort": "priority", "limit": 0, **(wish or {})}
    now, recent = town.now(), recently(town.clock())
    found: list[tuple[Any, ...]] = []
    for rig in rigs:
        with opened(town, rig) as (db, homes):
            found += ready_rows(db, homes, wanted, now=now, recent=recent)
    return [Row._make(row) for row in in_order(found, wanted, recent)]


@contextmanager
def opened(town: Town, rig: Rig | None) -> Iterator[tuple[sqlite3.Connection, Homes]]:
    """Open the index of the ledger of *rig*, and whichever others are asked for by prefix."""
    with ExitStack() as stack:

        def home(prefix: str) -> sqlite3.Connection | None:
            try:
                there = town.ledger_of(f"{prefix}-{_SOME}").snapshot()
            except RefusedError:
                return None
            return stack.enter_context(there.index.at(there.commit))

        homes = Homes(home, lambda: prefixes(town))
        here = homes(TOWN_PREFIX if rig is None else rig.prefix)
        assert here is not None
        yield here, homes


def prefixes(town: Town) -> list[str]:
    """Return the prefixes of the ledgers that are here."""
    return [TOWN_PREFIX, *(rig.prefix for rig in town.rigs_here().values())]


def is_closed(town: Town, bead: str) -> bool:
    """Tell whether *bead* is closed in its home ledger; one that is nowhere is not."""
    try:
        found = town.ledger_of(bead).snapshot().rows(id=bead)
    except RefusedError:
        return False
    return any(row.status in _CLOSED for row in found)


def lands_after(town: Town, bead: Bead) -> list[BeadId]:
    """Return what must be over before the work on *bead* may land."""
    before = (each.on for each in bead.dependencies if str(each.type) in _BEFORE_LANDING)
    return [each for each in before if not is_closed(town, each)]


def edges(town: Town, bead: BeadId) -> list[tuple[str, str, str]]:
    """Return what *bead* hangs on and what hangs on it, in any ledger: bead, type, bead."""
    own = town.ledger_of(bead).snapshot().from_index(bead)
    found = [(str(bead), str(each.type), str(each.on)) for each in own.dependencies]
    if parent := getattr(own, "parent", ""):
        found.append((str(bead), PARENT, str(parent)))
    for _, ledger in town.ledgers():
        now = ledger.snapshot()
        found += [(one, kind, bead) for kind, one in now.index.dependents(now.commit, bead)]
        found += [(one, PARENT, bead) for one in now.index.parts(now.commit, bead)]
    return list(dict.fromkeys(found))
