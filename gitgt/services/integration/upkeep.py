"""What the refinery does about integration branches by itself, as far as the settings let it.

It hands in what is complete, brings in what moved on the base, and removes what has landed.
"""

from __future__ import annotations

import logging

from gitgt.errors import GtError
from gitgt.git import worktree
from gitgt.git.transaction import RefMove, move_refs
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead
from gitgt.services import target
from gitgt.services.integration import branches, landing, refreshing, standing
from gitgt.services.integration.rules import Rules, rules
from gitgt.services.integration.standing import View
from gitgt.services.queue import landed
from gitgt.services.town import Rig, Town

_LOG = logging.getLogger(__name__)
_HEADS = "refs/heads/"
# Branches that are none of these: most rigs have no other, and then nothing is to be done.
_OTHERS = ("crew/", "desk/", "polecat/", "revert/")


def see_to(town: Town, rig: Rig, who: Actor) -> None:
    """Do what is due; what is refused is left to people, who see why in the status."""
    now = town.ledger_at(rig).snapshot()
    heads = (each.removeprefix(_HEADS) for each in now.repository.refs(_HEADS))
    plain = (rig.branch, rig.ledger_branch)
    if all(each in plain or each.startswith(_OTHERS) for each in heads):
        return
    wanted = rules(town, rig)
    if not (wanted.auto_land or wanted.auto_refresh or wanted.remove):
        return
    for epic in branches.epics(now, closed=wanted.remove):
        try:
            if epic.is_closed:
                _remove(rig, now, epic)
            else:
                _see_to(town, standing.look(town, rig, epic), wanted, who)
        except GtError as error:  # it is tried again, and stops nothing else
            _LOG.info("not done", extra={"epic": epic.id, "why": error.message})


def _see_to(town: Town, view: View, wanted: Rules, who: Actor) -> None:
    if view.is_landing:
        return
    if wanted.auto_land and view.standing.is_ready and not _came_back(view):
        landing.hand_in(town, view, who)
    elif wanted.auto_refresh and _is_behind(view):
        refreshing.bring_in(town, view, who)


def _came_back(view: View) -> bool:
    """Tell whether the very same commit was sent back before: it waits for a person."""
    return view.request is not None and view.request.head == view.standing.tip


def _is_behind(view: View) -> bool:
    seen = view.standing
    return bool(seen.tip and seen.base_tip and seen.behind and not seen.conflicts)


def _remove(rig: Rig, now: Snapshot, epic: Bead) -> None:
    """Remove the branch of an epic that landed: all of it is on the base, or it stays."""
    repository = now.repository
    ref = f"{_HEADS}{epic.integration}"
    tip, base = repository.ref(ref), target.of(rig, epic)
    if tip is None or not epic.landed or not landed.is_landed(now, tip, base):
        return
    if any(each.branch == ref for each in worktree.worktrees(repository)):
        return
    move_refs(repository, [RefMove(ref, tip, None)], why=f"{epic.id} has landed")
