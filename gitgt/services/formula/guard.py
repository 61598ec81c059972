"""A step's turn: however it is to be ended, what it waits for comes first."""

from __future__ import annotations

from collections.abc import Collection

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead
from gitgt.services import graph
from gitgt.services.formula import molecules
from gitgt.services.town import Town


def check_turn(
    town: Town, now: Snapshot, step: Bead, who: Actor, *, beside: Collection[str] = (),
    force: bool = False,
) -> None:  # fmt: skip
    """Check that *who* may close a step of a molecule, and in one go those *beside* it.

    Raises:
        RefusedError: it waits for something, and it is no person who forces it.
    """
    agent = who.standing.is_agent
    if force and not agent:
        return
    waits = [each for each in molecules.waits_of(town, now, step.id) if each not in beside]
    if waits:
        way = f"do those first, or: git gt bead close {step.id} --force"
        raise RefusedError(
            f"{step.id} waits for {', '.join(waits)}",
            hint="git gt mol current shows what can be done" if agent else way,
        )


def check_whole(town: Town, root: Bead, who: Actor, *, beside: Collection[str]) -> None:
    """Check that *who* may close a molecule, and in one go what is *beside* it.

    Raises:
        RefusedError: an agent would, and steps are open: formula gates may be before them.
    """
    left = [each for each in graph.open_parts(town, root.id) if each not in beside]
    if left and who.standing.is_agent:
        raise RefusedError(
            f"{root.id} is not done: {graph.some(left)}",
            hint="git gt mol current shows what can be done",
        )
