"""``git gt mq conflict``: what a request and its target disagree about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.errors import NotFoundError
from gitgt.model.documents import MergeRequest

if TYPE_CHECKING:
    from gitgt.services.town import Town


@click.command("conflict")
@click.argument("request", required=False)
@output.json_option
def command(*, request: str | None, as_json: bool) -> None:
    """Show what a request and its target disagree about.

    REQUEST is its id, its bead's, or its branch; without one it is that of this worktree's
    branch.
    """
    from gitgt.services.queue import conflicts

    town = context.town()
    found = _request(town, request)
    now = town.ledger_of(found.id).snapshot()
    dispute = None if found.is_closed else conflicts.of(now, found)
    rig = town.rig_of(found.id)
    waits = conflicts.held(town, [rig]).get(found.id) if rig and dispute is None else None
    if as_json:
        about = {"request": str(found.id), "bead": found.source, "status": str(found.status)}
        rounds = {"conflicts": found.conflicts}
        behind = {"waits_for": waits.on or None, "paths": [*waits.paths]} if waits else None
        told = dispute.fields() if dispute else None
        output.answer_json({**about, **rounds, "conflict": told, "held": behind})
    elif dispute is not None:
        output.answer(f"{found.id}: {dispute.line}")
        output.answer(dispute.text())
    elif waits is not None:
        output.answer(f"{found.id} {conflicts.told(waits)}")
    elif found.is_closed:
        output.answer(f"{found.id} is {found.status}")
    else:
        output.answer(f"{found.id} merges with {found.target}")


def _request(town: Town, name: str | None) -> MergeRequest:
    from gitgt.services.queue import resolve, steering

    if name is None:
        place = resolve.Place.around(town, Path.cwd())
        if place.request is None:
            raise NotFoundError(f"nothing was submitted from {place.branch}", hint="git gt mq")
        return place.request
    wanted = steering.identify(town, name)
    return town.ledger_of(wanted).snapshot().request(wanted)
