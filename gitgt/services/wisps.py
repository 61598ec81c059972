"""Wisps: made, touched, swept; promoted to a bead or squashed to a digest where they matter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.ledger.wisps import Wisps
from gitgt.model import wisp as rules
from gitgt.model.actor import Actor
from gitgt.model.change import marked
from gitgt.model.documents import Bead, Outcome, WorkType
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadStatus, BeadVerb
from gitgt.model.wisp import WispKind
from gitgt.model.wording import fit_line
from gitgt.services import beads
from gitgt.services.town import Rig, Town


def at(town: Town, rig: Rig | None) -> Wisps:
    """Return the wisps of *rig*, or for None of the town."""
    return Wisps(town.ledger_at(rig).repository, town.clock)


def of(town: Town, name: str) -> Wisps:
    """Return the wisps among which *name* is to be found."""
    return at(town, town.rig_of(name))


def create(
    town: Town, rig: Rig | None, who: Actor, title: str, kind: WispKind,
    fields: Mapping[str, Any] | None = None,
) -> Bead:  # fmt: skip
    """Make a wisp; *fields* are those of a bead, ``ext`` among them."""
    given = dict(fields or {})
    now = town.now()
    ext = {**given.pop("ext", {}), "wisp": str(kind), "touched": now}
    made: Bead | None = None

    def decide(present: Mapping[str, Bead]) -> Mapping[str, Bead]:
        nonlocal made
        name = town.new_id("hq" if rig is None else rig.prefix, rules.CODE)
        while name in present:
            name = town.new_id("hq" if rig is None else rig.prefix, rules.CODE)
        made = Bead(
            id=name, title=fit_line(title), status=BeadStatus.OPEN, created_at=now,
            created_by=who.address, ext=ext, **{"type": WorkType.TASK, **given},
        )  # fmt: skip
        return {name: made}

    at(town, rig).transact(decide, who)
    assert made is not None
    return made


def change(town: Town, name: str, who: Actor, amend: Mapping[str, Any], **ext: Any) -> Bead:  # noqa: ANN401
    """Change a wisp's fields and what its ``ext`` says; it lives on from now."""
    where = of(town, name)
    wisp = where.get(name)
    now = town.now()

    def decide(present: Mapping[str, Bead]) -> Mapping[str, Bead] | None:
        old = present.get(wisp.id)
        if old is None:
            return None
        return {wisp.id: rules.touched(old.replace(**amend), now, **ext)}

    return where.transact(decide, who)[wisp.id]


def close(town: Town, name: str, who: Actor, *, reason: str = "") -> Bead:
    """End a wisp's work; it stays until its time is over."""
    wisp = of(town, name).get(name)
    new = wisp.after(BeadVerb.CLOSE, outcome=Outcome.SUCCESS, reason=reason)
    new = marked(wisp, new, now=town.now(), by=who.address)
    amend = {
        key: getattr(new, key)
        for key in ("status", "outcome", "reason", "closed_at", "closed_by")
    }
    return change(town, wisp.id, who, amend)


def sweep(
    town: Town, rigs: Iterable[Rig | None], who: Actor, *, dry: bool = False
) -> tuple[list[Bead], float | None]:
    """Remove the wisps whose time is over; return them, and when the next one's will be."""
    gone: list[Bead] = []
    soon: list[float] = []
    for rig in rigs:
        where = at(town, rig)
        _, over, next_one = rules.swept(where.all().values(), town.clock())
        soon += [] if next_one is None else [next_one]
        gone += over
        if over and not dry:
            where.transact(lambda present: _over(present, town.clock()), who)
    return gone, min(soon, default=None)


def _over(present: Mapping[str, Bead], now: float) -> dict[str, Bead | None]:
    return {str(each.id): None for each in rules.swept(present.values(), now)[1]}


def burn(town: Town, name: str, who: Actor) -> Bead:
    """Remove a wisp without a trace."""
    where = of(town, name)
    wisp = where.get(name)
    where.transact(lambda present: {wisp.id: None} if wisp.id in present else None, who)
    return wisp


def promote(
    town: Town, name: str, who: Actor, *, reason: str = "", lines: Iterable[str] = ()
) -> Bead:
    """Make a bead of a wisp, with *lines* for its notes, in its rig's ledger; the wisp goes."""
    wisp = of(town, name).get(name)
    said = f"promote {wisp.id}{': ' + reason if reason else ''}"
    notes = rules.told(wisp.notes, lines)

    def make(own: BeadId) -> tuple[Bead, ...]:
        return (rules.promoted(wisp, own).replace(notes=notes),)

    made = kept(town, wisp, who, make, said, "wisp.promoted")
    burn(town, wisp.id, who)
    return made


def squash(town: Town, name: str, who: Actor, *, summary: str, lines: Iterable[str]) -> Bead:
    """Put a digest into the ledger in the place of a wisp.

    Raises:
        RefusedError: there is nothing to say about it.
    """
    wisp = of(town, name).get(name)
    told = [*lines, *(f"{each.at[:19]}Z {each.by}: {each.text}" for each in wisp.comments)]
    if not (summary or told):
        raise RefusedError(f"what is there to say about {wisp.id}?", hint="--summary '...'")
    at = town.now()

    def make(own: BeadId) -> tuple[Bead, ...]:
        return (rules.digest(own, wisp, told, summary=summary, at=at, by=who.address),)

    made = kept(town, wisp, who, make, f"squash {wisp.id}", "wisp.squashed")
    if not made.is_closed:
        why = f"squashed {wisp.id}"
        made = beads.close(town, made.id, who, outcome=Outcome.SUCCESS, reason=why)
    burn(town, wisp.id, who)
    return made


def _id_for(wisp: Bead) -> BeadId:
    """Return the id that is kept: the wisp's own, less what says that it is one.

    So a second try after a death finds what the first had written.
    """
    return BeadId.parse(f"{wisp.id.prefix}-{wisp.id.root_suffix}")


def kept(
    town: Town, wisp: Bead, who: Actor, make: Callable[[BeadId], tuple[Bead, ...]], said: str,
    event: str,
) -> Bead:  # fmt: skip
    """Write what *make* makes, and return the first of it, which has the id that is given.

    The wisp goes afterwards, so a death keeps both.
    """
    own, free = _id_for(wisp), town.new_id(wisp.id.prefix)

    def decide(now: Snapshot) -> Change | None:
        nonlocal own
        present, made = now.find(own), make(own)
        if isinstance(present, Bead) and present.title == made[0].title:
            return None
        if present is not None:
            own = free
            made = make(own)
        return Change(f"{said}: {made[0].title}", made, event=event)

    return town.ledger_of(wisp.id).transact(decide, who).bead(own)
