"""Beads leave the list and come back: close, reopen, defer, pin, delete. Several at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from gitgt.errors import NotAllowedError, RefusedError
from gitgt.ledger.selection import Filter, Found
from gitgt.model.documents import WorkType
from gitgt.model.instant import text_of
from gitgt.model.lifecycle import BeadStatus, BeadVerb
from gitgt.services import beads, graph, reading, select, several
from gitgt.services.several import Told
from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.ledger.index import Row
    from gitgt.ledger.snapshot import Snapshot
    from gitgt.model.actor import Actor
    from gitgt.model.documents import Bead, Outcome
    from gitgt.model.ids import BeadId
    from gitgt.services.several import Changed
    from gitgt.services.town import Town

# An edge of these says that one is of no use without the other.
_LEANING: Final = ("blocks", "conditional-blocks", "waits-for", "merge-blocks", "parent-child")


@dataclass(frozen=True, slots=True)
class Ended:
    """What was closed, and what is ready now that was not before."""

    beads: tuple[Bead, ...]
    unblocked: tuple[Row, ...]


def close(
    town: Town, names: Sequence[BeadId], who: Actor, *, outcome: Outcome, reason: str = "",
    force: bool = False,
) -> Ended:  # fmt: skip
    """End beads without landing anything.

    Raises:
        RefusedError: one has parts that are not closed, or as a step of a molecule waits for
            something, and it is not forced; past a step's turn, or a molecule with open steps,
            only people may force it.
    """
    if not force:
        for each in names:
            graph.check_parts_ended(town, each, beside=names)

    def step(old: Bead, now: Snapshot) -> Bead:
        marks = {"closed_at": text_of(town.clock()), "closed_by": who.address}
        new = old.after(BeadVerb.CLOSE, outcome=outcome, reason=reason, **marks)
        if old.step:
            from gitgt.services.formula.guard import check_turn

            check_turn(town, now, old, who, beside=names, force=force)
        elif force and old.type is WorkType.MOLECULE:
            from gitgt.services.formula.guard import check_whole

            check_whole(town, old, who, beside=names)
        return new

    waiting = graph.hanging_on(town, names)
    waiting -= {row.id for row in graph.ready_among(town, waiting)}
    done = several.change(town, names, who, step, Told("close", "bead.closed", reason))
    after = graph.ready_among(town, waiting)
    return Ended(tuple(each.bead for each in done), tuple(after))


def next_after(town: Town, ended: Ended, who: Actor) -> tuple[Row | None, bool]:
    """Return what to go on with, and whether it is now on the hook of *who*.

    The parts of the same whole come first, then what was unblocked.
    """
    chosen = _next(town, ended)
    if chosen is None:
        return None, False
    claim = beads.Update({}, claimed_by=who.address)
    try:
        beads.update(town, reading.identify(town, chosen.id), who, claim)
    except NotAllowedError:  # an agent gets its work from others
        return chosen, False
    return chosen, True


def _next(town: Town, ended: Ended) -> Row | None:
    ready = reading.ready(town, [None, *town.rigs_here().values()])
    together: list[Found] = []
    for each in ended.beads:
        if each.parent:
            places = [None, *town.rigs_here().values()]
            together += select.beads(town, places, Filter(parent=each.parent))
    siblings = {row.id for row in together}
    unblocked = {row.id for row in ended.unblocked}
    for wanted in (siblings & unblocked, siblings, unblocked):
        for row in ready:
            if row.id in wanted:
                return row
    return None


def reopen(town: Town, names: Sequence[BeadId], who: Actor, *, reason: str) -> list[Changed]:
    """Take closed beads up again."""

    def step(old: Bead, _: Snapshot) -> Bead:
        gone = {"closed_at": "", "closed_by": "", "merge_request": ""}
        return old.after(BeadVerb.REOPEN, reason=reason, **gone)

    return several.change(town, names, who, step, Told("reopen", "bead.reopened", reason))


def defer(
    town: Town, names: Sequence[BeadId], who: Actor, *, until: str = "", reason: str = ""
) -> list[Changed]:  # fmt: skip
    """Put beads off, until a time or until somebody takes them back."""

    def step(old: Bead, _: Snapshot) -> Bead:
        marks = {"defer_until": until, "reason": reason or old.reason}
        if old.status == BeadStatus.DEFERRED:
            return old.replace(**marks)
        return old.after(BeadVerb.DEFER, **marks)

    return several.change(town, names, who, step, Told("defer", "bead.deferred", reason))


def undefer(town: Town, names: Sequence[BeadId], who: Actor) -> list[Changed]:
    """Take back what was put off."""

    def step(old: Bead, _: Snapshot) -> Bead:
        if old.status != BeadStatus.DEFERRED and old.defer_until:
            return old.replace(defer_until="")
        return old.after(BeadVerb.UNDEFER, defer_until="")

    return several.change(town, names, who, step, Told("undefer", "bead.undeferred"))


def step_all(
    town: Town, names: Sequence[BeadId], who: Actor, verb: BeadVerb
) -> list[Changed]:  # fmt: skip
    """Take one step of the lifecycle that needs nothing else with each bead."""

    def step(old: Bead, _: Snapshot) -> Bead:
        return old.after(verb)

    event = f"bead.{beads.past(verb)}"
    return several.change(town, names, who, step, Told(verb, event))


def delete(
    town: Town, names: Sequence[BeadId], who: Actor, *, reason: str = "", force: bool = False
) -> list[Changed]:  # fmt: skip
    """Delete beads: title and end stay, so that what names them names something.

    Raises:
        RefusedError: live beads lean on one of them, and it is not forced.
    """
    if not force:
        for each in names:
            _refuse_leaning(town, each, beside=names)

    def step(old: Bead, _: Snapshot) -> Bead:
        return old.after(BeadVerb.DELETE, reason=reason or old.reason)

    return several.change(town, names, who, step, Told("delete", "bead.deleted", reason))


def _refuse_leaning(town: Town, bead: BeadId, *, beside: Collection[str]) -> None:
    edges = reading.edges(town, bead)
    leaning = {one for one, kind, on in edges if on == bead and kind in _LEANING}
    live = _live(town, leaning - {*beside}) | {*graph.open_parts(town, bead)} - {*beside}
    if live:
        raise RefusedError(
            f"{bead} is needed by {graph.some(sorted(live))}",
            hint=f"take those off it, or: git gt bead delete {bead} --force",
        )


def _live(town: Town, names: Iterable[str]) -> set[str]:
    return {name for name in names if not reading.is_closed(town, name)}
