"""Convoys: work that travels together, across rigs. Progress is computed, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.convoy.convoy_feed import Member
from gitgt.model.documents import Bead, Convoy, Dependency, DependencyType
from gitgt.model.ids import TOWN_PREFIX, BeadId
from gitgt.model.lifecycle import ConvoyStatus
from gitgt.model.wording import fit_line
from gitgt.services.convoy import members
from gitgt.services.town import Town
from gitgt.values import dataclass


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
    town: Town, title: str, names: Sequence[str], who: Actor, *, owner: str = "",
    more: Mapping[str, Any] | None = None,
) -> Convoy:  # fmt: skip
    """Make a convoy of the given beads; *more* are fields of its document.

    Raises:
        NotFoundError: one of them does not exist.
    """
    tracked = [_existing(town, name) for name in names]
    owner = owner or who.address
    return _write(town, reserve(town), title, tracked, who, {**(more or {}), "owner": owner})


def make_for(town: Town, convoy: BeadId, slung: Sequence[Bead], who: Actor) -> Convoy:
    """Make the convoy that was reserved for what has been slung; once, however often called."""
    return _write(town, convoy, title_for(slung), [each.id for each in slung], who)


def title_for(beads: Sequence[Bead]) -> str:
    """Return what a convoy of these is called, if nobody calls it anything."""
    if len(beads) == 1:
        return fit_line(f"Work: {beads[0].title}")
    return f"Batch: {len(beads)} beads"


def _existing(town: Town, name: str) -> BeadId:
    snapshot = town.ledger_of(name).snapshot()
    found = snapshot.complete(name)
    snapshot.bead(found)
    return found


def _write(
    town: Town, convoy: BeadId, title: str, names: Iterable[BeadId], who: Actor,
    more: Mapping[str, Any] | None = None,
) -> Convoy:  # fmt: skip
    at = town.now()
    tracked = tracks(names)
    fields = {"owner": who.address, **(more or {})}

    def decide(now: Snapshot) -> Change:
        present = now.find(convoy)
        if isinstance(present, Convoy):
            edges = tuple(sorted({*present.dependencies, *tracked}))
            return Change(
                f"add to {convoy}", (present.replace(dependencies=edges),), event="convoy.grown"
            )
        document = Convoy(
            id=convoy, type="convoy", title=title, status=ConvoyStatus.OPEN, created_at=at,
            created_by=who.address, dependencies=tracked, **fields,
        )  # fmt: skip
        return Change(f"create convoy {convoy}: {title}", (document,), event="convoy.created")

    return town.ledger.transact(decide, who).convoy(convoy)


def tracks(names: Iterable[BeadId]) -> tuple[Dependency, ...]:
    """Return the edges of a convoy to its members."""
    return tuple(sorted({Dependency(DependencyType.TRACKS, each) for each in names}))


def hold(town: Town, bead: str) -> str:
    """Return why what is handed in for *bead* waits on its branch; empty if it does not."""
    for each in town.convoys_of(bead):
        if each.merge == "local" and each.status == ConvoyStatus.OPEN:
            return f"{each.id} keeps it on its branch"
    return ""


def add(town: Town, convoy: str, names: Sequence[str], who: Actor) -> Convoy:
    """Add beads to a convoy; one that was closed is open again."""
    tracked = tracks(_existing(town, name) for name in names)

    def decide(now: Snapshot) -> Change:
        old = now.convoy(now.complete(convoy))
        edges = tuple(sorted({*old.dependencies, *tracked}))
        new = old.replace(dependencies=edges, status=_reopened(old), closed_at="", reason="",
            stalled_at="",
        )  # fmt: skip
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
