"""Convoys: work that travels together, across rigs. Progress is computed, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.convoy_feed import Member
from gitgt.model.documents import Bead, Convoy, Dependency, DependencyType
from gitgt.model.ids import TOWN_PREFIX, BeadId
from gitgt.model.lifecycle import ConvoyStatus
from gitgt.services.convoy import members
from gitgt.services.mail import notices
from gitgt.services.town import Town
from gitgt.telemetry.events import Visibility


@dataclass(frozen=True, slots=True)
class Progress:
    """A convoy and how its members stand."""

    convoy: Convoy
    members: tuple[Member, ...]

    @property
    def closed(self) -> int:
        """How many members are closed."""
        return sum(member.is_closed for member in self.members)

    @property
    def is_complete(self) -> bool:
        """Tell whether there are members and all are closed."""
        return bool(self.members) and self.closed == len(self.members)

    def fields(self) -> dict[str, Any]:
        """Return the convoy's fields, and its members as they stand."""
        counts = {"closed": self.closed, "total": len(self.members)}
        members = [each.fields() for each in self.members]
        return {**self.convoy.fields(), **counts, "members": members}


def reserve(town: Town) -> BeadId:
    """Return an id for a convoy to come."""
    return town.new_id(TOWN_PREFIX, "cv")


def create(
    town: Town, title: str, names: Sequence[str], who: Actor, *, owner: str = ""
) -> Convoy:
    """Make a convoy of the given beads.

    Raises:
        NotFoundError: one of them does not exist.
    """
    tracked = [_existing(town, name) for name in names]
    return _write(town, reserve(town), title, tracked, who, owner=owner)


def make_for(town: Town, convoy: BeadId, slung: Sequence[Bead], who: Actor) -> Convoy:
    """Make the convoy that was reserved for what has been slung; once, however often called."""
    first = slung[0]
    title = f"Work: {first.title}" if len(slung) == 1 else f"Batch: {len(slung)} beads"
    return _write(town, convoy, title, [each.id for each in slung], who)


def _existing(town: Town, name: str) -> BeadId:
    snapshot = town.ledger_of(name).snapshot()
    found = snapshot.complete(name)
    snapshot.bead(found)
    return found


def _write(
    town: Town, convoy: BeadId, title: str, members: Iterable[BeadId], who: Actor,
    *, owner: str = "",
) -> Convoy:  # fmt: skip
    at = town.now()
    tracked = _tracks(members)

    def decide(now: Snapshot) -> Change:
        present = now.find(convoy)
        if isinstance(present, Convoy):
            edges = tuple(sorted({*present.dependencies, *tracked}))
            return Change(
                f"add to {convoy}", (present.replace(dependencies=edges),), event="convoy.grown"
            )
        document = Convoy(
            id=convoy, type="convoy", title=title, status=ConvoyStatus.OPEN, created_at=at,
            created_by=who.address, owner=owner or who.address, dependencies=tracked,
        )  # fmt: skip
        return Change(f"create convoy {convoy}: {title}", (document,), event="convoy.created")

    return town.ledger.transact(decide, who).convoy(convoy)


def _tracks(members: Iterable[BeadId]) -> tuple[Dependency, ...]:
    return tuple(sorted({Dependency(DependencyType.TRACKS, each) for each in members}))


def add(town: Town, convoy: str, names: Sequence[str], who: Actor) -> Convoy:
    """Add beads to a convoy; one that was closed is open again."""
    tracked = _tracks(_existing(town, name) for name in names)

    def decide(now: Snapshot) -> Change:
        old = now.convoy(now.complete(convoy))
        edges = tuple(sorted({*old.dependencies, *tracked}))
        new = old.replace(dependencies=edges, status=_reopened(old), closed_at="", reason="")
        if edges == old.dependencies:
            new = old
        return Change(
            f"add {', '.join(each.on for each in tracked)} to {old.id}",
            (new,),
            event="convoy.grown",
        )

    after = town.ledger.transact(decide, who)
    return after.convoy(after.complete(convoy))


def _reopened(convoy: Convoy) -> str:
    return ConvoyStatus.OPEN if convoy.status == ConvoyStatus.CLOSED else convoy.status


def progress(town: Town, found: Iterable[Convoy]) -> list[Progress]:
    """Return how the members of convoys stand, each asked for in its home ledger."""
    wanted = list(found)
    known = members.read(town, (name for each in wanted for name in each.members))
    return [Progress(each, tuple(known[name] for name in each.members)) for each in wanted]


def show(town: Town, name: str) -> Progress:
    """Return the convoy that *name* names and how its members stand."""
    return progress(town, [find(town, name)])[0]


def find(town: Town, name: str) -> Convoy:
    """Return the convoy that *name* is, or begins.

    Raises:
        NotFoundError: there is none.
    """
    snapshot = town.ledger.snapshot()
    whole = name if "-" in name else f"{TOWN_PREFIX}-cv-{name}"
    return snapshot.convoy(snapshot.complete(whole))


def every(town: Town, *, closed: bool) -> list[Progress]:
    """Return all convoys, the closed ones too if asked."""
    live = [status for status in ConvoyStatus if closed or status != ConvoyStatus.CLOSED]
    return progress(town, town.ledger.snapshot().all(Convoy, status=live))


def refresh(town: Town, who: Actor, name: str = "") -> list[Convoy]:
    """Close the open convoys, or the named one, whose last member is closed; return those."""
    views = [show(town, name)] if name else every(town, closed=False)
    done = [
        view for view in views if view.is_complete and view.convoy.status == ConvoyStatus.OPEN
    ]
    return [close(town, view, who) for view in done]


def close(town: Town, view: Progress, who: Actor) -> Convoy:
    """Close a convoy of which every member is closed.

    Raises:
        RefusedError: one is not.
    """
    if not view.is_complete:
        left = [member.id for member in view.members if not member.is_closed]
        raise RefusedError(f"{view.convoy.id} still waits for {', '.join(left)}")
    at = town.now()

    def decide(now: Snapshot) -> Change | None:
        old = now.convoy(view.convoy.id)
        if old.status == ConvoyStatus.CLOSED or old.dependencies != view.convoy.dependencies:
            return None
        new = old.replace(
            status=ConvoyStatus.CLOSED, closed_at=at, reason="all members are closed"
        )
        return Change(
            f"convoy {old.id} landed: {old.title} ({len(view.members)} of {len(view.members)})",
            (new, *notices.convoy_landed(town, now, old, who.address)),
            event="convoy.landed",
        )

    after = town.ledger.transact(decide, who)
    facts = {"convoy": view.convoy.id, "title": view.convoy.title, "members": len(view.members)}
    town.events.append("convoy.landed", who.address, facts, visibility=Visibility.AUDIT)
    return after.convoy(view.convoy.id)
