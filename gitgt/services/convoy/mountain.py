"""Mountains: epics that drive themselves to the end, and leave behind what nobody gets done."""

from __future__ import annotations

from typing import Any

from gitgt.errors import NotFoundError, RefusedError
from gitgt.model.actor import Actor
from gitgt.model.convoy.convoy_report import Account
from gitgt.model.documents import MOUNTAIN, Convoy, Document
from gitgt.model.lifecycle import ConvoyStatus
from gitgt.services import reading
from gitgt.services.convoy import (
    convoys,
    descent,
    feeding,
    launching,
    places,
    staging,
    stalling,
)
from gitgt.services.convoy.convoys import Progress
from gitgt.services.convoy.staging import Staged
from gitgt.services.town import Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Climb:
    """A mountain: how far its convoy is, and what there is to say of it."""

    view: Progress
    report: Account

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        convoy = self.view.convoy
        return {
            **convoy.fields(),
            "closed": self.view.closed,
            "total": len(self.view.members),
            "paused": convoy.is_paused,
            "report": self.report.fields(),
        }


def climb(
    town: Town, epic: str, who: Actor, *, force: bool, validate: bool
) -> tuple[Staged, Convoy | None]:
    """Stage the epic called *epic* and launch it as a mountain.

    With an error in it nothing at all is done, and with a warning it is staged and stays so,
    unless *force* is used: then the convoy is None.

    Raises:
        RefusedError: it is no epic, or a mountain already.
    """
    found = reading.show(town, epic)
    if found.type != "epic" and not isinstance(found, Convoy):
        raise RefusedError(f"{found.id} is no epic", hint="git gt bead list --type epic")
    open_ = _under_way(town, found)
    if open_ is not None:
        return _look(town, open_), _made_of(town, open_, who)
    staged = staging.stage(town, [epic], who, validate=validate)
    if staged.convoy is None or (staged.staging.warnings and not force):
        return staged, None
    made = launching.launch(town, staged.convoy.id, who, force=force, labels=[MOUNTAIN])
    return staged, made


def _under_way(town: Town, found: Document) -> Convoy | None:
    """Return the open convoy of the epic that was *found*; one may have been canceled."""
    every_ = town.ledger.snapshot().all(Convoy, status=ConvoyStatus.OPEN)
    return next((each for each in every_ if found.id in (each.id, each.epic)), None)


def _look(town: Town, convoy: Convoy) -> Staged:
    staged, pieces = descent.analyse(town, descent.load(town, [convoy.id]))
    return Staged(staged, pieces, convoy)


def _made_of(town: Town, convoy: Convoy, who: Actor) -> Convoy:
    """Make a mountain of a convoy that is open."""

    def step(old: Convoy) -> Convoy:
        if old.is_mountain and old.launched_at:
            raise RefusedError(
                f"{old.id} is a mountain already", hint=f"git gt mountain status {old.id}"
            )
        labels = tuple(sorted({*old.labels, MOUNTAIN}))
        return old.replace(labels=labels, launched_at=old.launched_at or town.now())

    return launching.change(town, convoy, who, step, "launch", "convoy.launched")


def find(town: Town, name: str) -> Convoy:
    """Return the convoy that *name* is, or that the epic called so travels in.

    Raises:
        NotFoundError: there is none.
    """
    found = reading.show(town, name)
    if isinstance(found, Convoy):
        return found
    every = [each for each in town.ledger.snapshot().all(Convoy) if each.epic == found.id]
    live = [each for each in every if each.status != ConvoyStatus.CLOSED]
    for each in [*live, *every]:
        return each
    raise NotFoundError(
        f"no convoy was made of {found.id}", hint=f"git gt mountain {found.id} begins one"
    )


def look(town: Town, convoy: Convoy) -> Climb:
    """Return how far a mountain is."""
    (view,) = convoys.progress(town, [convoy])
    stuck = feeding.stuck(town, view, places.places(town))
    return Climb(view, stalling.report_of(town, view, stuck))


def every(town: Town) -> list[Climb]:
    """Return the mountains that are under way."""
    open_ = town.ledger.snapshot().all(Convoy, status=ConvoyStatus.OPEN)
    return [look(town, each) for each in open_ if each.is_mountain]
