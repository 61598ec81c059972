"""Where an agent stands in a molecule: its hook's, else one that was given to it."""

from __future__ import annotations

from gitgt.model.documents import Bead
from gitgt.model.ids import BeadId
from gitgt.model.prime.facts import Steps, Who
from gitgt.services.formula import molecules
from gitgt.services.town import Rig, Town


def of_hook(town: Town, who: Who, root: str) -> Steps:
    """Return where *who* stands in the molecule that the bead on their hook is of.

    Raises:
        GtError: it cannot be read.
    """
    return _steps(town, molecules.view(town, BeadId(root)), who)


def given(town: Town, rig: Rig | None, who: Who) -> Steps | None:
    """Return where *who* stands in a molecule that was given to them, None if none was."""
    for seen in molecules.mine(town, [rig], who.address):
        if who.address in (seen.root.assignee, *(each.assignee for each in seen.survey.steps)):
            return _steps(town, seen, who)
    return None


def _steps(town: Town, seen: molecules.View, who: Who) -> Steps:
    now = town.ledger_of(seen.root.id).snapshot()
    found = (now.from_index(each.id) for each in seen.ready(who.address)[:5])
    return Steps(
        seen.root, seen.survey, tuple(each for each in found if isinstance(each, Bead))
    )
