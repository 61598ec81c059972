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
from gitgt.values import dataclass


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


@dataclass(frozen=True, slots=True)
class Swept:
    """What was swept: the wisps that are gone, and those that became beads, with the reason."""

    gone: tuple[Bead, ...] = ()
    kept: tuple[tuple[Bead, str], ...] = ()
    next_at: float | None = None


def sweep(
    town: Town, rigs: Iterable[Rig | None], who: Actor, *, dry: bool = False
) -> tuple[list[Bead], float | None]:
    """Sweep, as ``compact`` does; return what is over, and when the next one will be."""
    found = compact(town, rigs, who, dry=dry)
    return [*found.gone, *(each for each, _ in found.kept)], found.next_at


def compact(
    town: Town, rigs: Iterable[Rig | None], who: Actor, *, dry: bool = False
) -> Swept:  # fmt: skip
    """Remove the wisps whose time is over, but make beads of those that matter to somebody."""
    gone: list[Bead] = []
    kept: list[tuple[Bead, str]] = []
    soon: list[float] = []
    for rig in rigs:
        where, lives = at(town, rig), lifetimes(town, rig)
        _, over, next_one = rules.swept(where.all().values(), town.clock(), lives)
        soon += [] if next_one is None else [next_one]
        matter = [(each, why) for each in over if (why := rules.kept_for(each))]
        passing = {str(each.id) for each in over} - {str(each.id) for each, _ in matter}
        gone += [each for each in over if str(each.id) in passing]
        kept += matter
        if not dry:
            _sweep(town, where, passing, matter, lives, who)
    return Swept(tuple(gone), tuple(kept), min(soon, default=None))


def lifetimes(town: Town, rig: Rig | None) -> rules.Lifetimes:
    """Return how long wisps of each kind live there; a rig may say otherwise."""
    from gitgt.services import properties

    if rig is None:
        return rules.LIFETIMES
    there = properties.layers(town, rig)
    return {
        kind: properties.span(there, f"wisp_ttl_{kind}", usual)
        for kind, usual in rules.LIFETIMES.items()
    }


def _sweep(
    town: Town, where: Wisps, passing: set[str], matter: Iterable[tuple[Bead, str]],
    lives: rules.Lifetimes, who: Actor,
) -> None:  # fmt: skip
    from gitgt.services.formula import condense

    def decide(present: Mapping[str, Bead]) -> Mapping[str, Bead | None]:
        over = rules.swept(present.values(), town.clock(), lives)[1]
        return {str(each.id): None for each in over if str(each.id) in passing}

    if passing:
        where.transact(decide, who)
    for wisp, why in matter:
        condense.promote(town, str(wisp.id), who, reason=why)


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
