"""Stage a convoy: look at all of it first, and write only what holds together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.convoy.convoy_stage import VALIDATION, Input, Piece, Staging
from gitgt.model.documents import Bead, Convoy, Dependency, DependencyType
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import ConvoyStatus
from gitgt.model.wording import fit_line
from gitgt.services import beads
from gitgt.services.convoy import convoys, descent
from gitgt.services.convoy.descent import Load
from gitgt.services.town import Town
from gitgt.values import dataclass

STAGED = (ConvoyStatus.STAGED_READY, ConvoyStatus.STAGED_WARNINGS)


@dataclass(frozen=True, slots=True)
class Staged:
    """What a convoy would be like, and the convoy, if it could be staged."""

    staging: Staging
    pieces: dict[str, Piece]
    convoy: Convoy | None = None

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return descent.fields(self.staging, self.pieces, self.convoy)


def stage(
    town: Town, words: Sequence[str], who: Actor, *, title: str = "", validate: bool = True
) -> Staged:
    """Stage what *words* name; with an error in it nothing at all is written.

    What was staged of the same before is staged anew, under the id that it has.

    Raises:
        RefusedError: it is launched already, or *words* name nothing that can be staged.
    """
    wanted = descent.load(town, words)
    old = wanted.convoy or _staged_before(town, wanted)
    if old is not None and old.status not in STAGED:
        raise RefusedError(
            f"{old.id} is {old.status}, and is not staged any more",
            hint=f"git gt convoy show {old.id}",
        )
    found, pieces = descent.analyse(town, replace(wanted, convoy=old))
    if not found.members:
        raise RefusedError(f"{', '.join(words)}: nothing there can be worked on")
    if found.errors:
        return Staged(found, pieces)
    if validate and wanted.epic is not None:
        found, pieces = _with_validation(town, wanted.epic, found, pieces, who)
    return Staged(found, pieces, _write(town, wanted, old, found, title, who))


def _staged_before(town: Town, wanted: Load) -> Convoy | None:
    """Return the convoy that the same was staged as: of this epic, or of just these tasks."""
    return _before(town.ledger.snapshot(), wanted)


def _before(now: Snapshot, wanted: Load) -> Convoy | None:
    for each in now.all(Convoy, status=(*STAGED, ConvoyStatus.OPEN)):
        if wanted.epic is not None and each.epic == wanted.epic.id:
            return each
        is_same = wanted.kind is Input.TASKS and {*each.members} == {*wanted.names}
        if is_same and not each.epic and each.status in STAGED:
            return each
    return None


def _write(
    town: Town, wanted: Load, old: Convoy | None, found: Staging, title: str, who: Actor
) -> Convoy:
    name = old.id if old else convoys.reserve(town)
    tracked = convoys.tracks(BeadId.parse(each) for each in found.members)
    status = ConvoyStatus(found.status)
    at, said = town.now(), fit_line(title)

    def decide(now: Snapshot) -> Change:
        other = None if old else _before(now, wanted)
        if other is not None:
            raise RefusedError(f"it was staged meanwhile as {other.id}", hint="stage it again")
        present = now.find(name)
        made = (
            present
            if isinstance(present, Convoy)
            else Convoy(
                id=name, type="convoy", title=said or _title(town, wanted), status=status,
                created_at=at, created_by=who.address, owner=who.address,
                epic=str(wanted.epic.id) if wanted.epic else "",
            )
        )  # fmt: skip
        if made.status not in STAGED:
            raise RefusedError(f"{name} was launched meanwhile")
        new = made.replace(status=status, title=said or made.title, dependencies=tracked)
        waves = len(found.waves)
        subject = f"stage {name}: {len(found.members)} beads in {waves} waves"
        return Change(subject, (new,), event="convoy.staged")

    return town.ledger.transact(decide, who).convoy(name)


def _title(town: Town, wanted: Load) -> str:
    if wanted.epic is not None:
        return wanted.epic.title
    return convoys.title_for(
        [town.ledger_of(each).snapshot().bead(each) for each in wanted.names]
    )


def _with_validation(
    town: Town, epic: Bead, found: Staging, pieces: dict[str, Piece], who: Actor
) -> tuple[Staging, dict[str, Piece]]:
    """Let a last bead travel along that checks whether the whole of the epic is there."""
    own = [name for name in found.members if _is_validation(town, name)]
    others = [name for name in found.members if name not in own]
    rigs = [pieces[name].rig for name in others]
    home = town.rig(max(sorted(set(rigs)), key=rigs.count))
    edges = _blocks(others)
    if own:
        bead = town.ledger_of(own[0]).snapshot().bead(own[0])
        missing = tuple(sorted({*bead.dependencies, *edges}))
        if missing != bead.dependencies and not bead.is_closed:
            amend = {"dependencies": missing}
            beads.change(town, bead.id, who, "validate more by", amend)
    else:
        beads.create(town, home, who, _validation(epic, edges))
    return descent.analyse(town, descent.load(town, [epic.id]))


def _validation(epic: Bead, edges: tuple[Dependency, ...]) -> dict[str, Any]:
    return {
        "title": fit_line(f"Validate: {epic.title}"),
        "parent": str(epic.id),
        "priority": epic.priority,
        "labels": (VALIDATION,),
        "dependencies": edges,
        "description": (
            f"All other parts of {epic.id} are closed. Check that together they are what it "
            "asks for, and mend what is missing.\n\n"
            f"{epic.acceptance or epic.description}".rstrip()
        ),
    }


def _blocks(names: Iterable[str]) -> tuple[Dependency, ...]:
    found = {Dependency(DependencyType.BLOCKS, BeadId.parse(each)) for each in names}
    return tuple(sorted(found))


def _is_validation(town: Town, name: str) -> bool:
    return VALIDATION in town.ledger_of(name).snapshot().from_index(name).labels
