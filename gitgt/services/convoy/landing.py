"""Land an owned convoy: its owner says when it is over, and where its work was done goes."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from gitgt.errors import GtError, RefusedError
from gitgt.model.actor import Actor
from gitgt.model.documents import Convoy
from gitgt.model.lifecycle import ConvoyStatus
from gitgt.services import identity
from gitgt.services.agents import dismantle, polecats, sandbox
from gitgt.services.convoy import convoys, ending
from gitgt.services.convoy.convoys import Progress
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

LANDED = "landed by its owner"


@dataclass(frozen=True, slots=True)
class Landing:
    """What landing a convoy does, or would: whose worktrees go, and which stay, with why."""

    convoy: Convoy
    gone: tuple[str, ...] = ()
    kept: dict[str, str] = field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        kept = [{"address": name, "why": why} for name, why in self.kept.items()]
        return {**self.convoy.fields(), "gone": list(self.gone), "kept": kept}


def land(
    town: Town, name: str, who: Actor, *, force: bool, keep: bool, dry_run: bool
) -> Landing:
    """Land the owned convoy called *name*; *keep* leaves the worktrees where they are.

    A worktree in which work is at hand stays, whatever was said; nothing in one is lost.

    Raises:
        RefusedError: it is not owned, or not all of it is closed and no force is used.
    """
    view = convoys.show(town, name)
    _check(view, force=force)
    if view.convoy.status == ConvoyStatus.CLOSED:
        return Landing(view.convoy)
    wanted = [] if keep else list(_sandboxes(town, view))
    for _, address in wanted:
        identity.check_leads(who, address)
    gone, kept = _cleared(town, wanted, who, dry_run=dry_run)
    if dry_run:
        return Landing(view.convoy, gone, kept)
    return Landing(ending.close(town, view, who, reason=LANDED, force=force), gone, kept)


def _check(view: Progress, *, force: bool) -> None:
    name = view.convoy.id
    if not view.convoy.is_owned:
        raise RefusedError(
            f"{name} is not owned: it closes by itself when all of it is closed",
            hint=f"git gt convoy close {name}",
        )
    left = [each.id for each in view.members if not each.is_closed]
    if left and not force:
        raise RefusedError(
            f"{name} still waits for {', '.join(left)}",
            hint=f"git gt convoy land {name} --force lands it without",
        )


def _sandboxes(town: Town, view: Progress) -> list[tuple[Rig, str]]:
    """Return the polecats that worked on its members and have a worktree."""
    found = {
        each.assignee: town.rig(each.rig)
        for each in view.members
        if "/polecats/" in each.assignee and each.rig in town.rigs_here()
    }
    return [
        (rig, address)
        for address, rig in sorted(found.items())
        if sandbox.path_of(rig, address).is_dir()
    ]


def _cleared(
    town: Town, wanted: list[tuple[Rig, str]], who: Actor, *, dry_run: bool
) -> tuple[tuple[str, ...], dict[str, str]]:
    gone: list[str] = []
    kept: dict[str, str] = {}
    for rig, address in wanted:
        at_hand = dismantle.at_hand(town, rig, address)
        if at_hand:
            kept[address] = "; ".join(at_hand)
            continue
        try:
            if not dry_run:
                polecats.nuke(town, rig, address, who, force=False)
        except GtError as error:
            kept[address] = error.message
        else:
            gone.append(address)
    return tuple(gone), kept
