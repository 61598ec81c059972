"""How molecules end before their last step: squashed to a digest, or burned."""

from __future__ import annotations

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model import wisp as rules
from gitgt.model.actor import Actor
from gitgt.model.change import HELD, marked
from gitgt.model.documents import Bead, Outcome
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadVerb
from gitgt.model.molecule import State, Survey
from gitgt.services.formula import molecules
from gitgt.services.town import Town


def squash(town: Town, root: BeadId, who: Actor, *, summary: str) -> Bead:
    """Close a molecule and what is left of it; its root keeps the digest. Return the root.

    Raises:
        RefusedError: a step is on somebody's hook.
    """
    at = town.now()

    def decide(now: Snapshot) -> Change:
        old, seen = now.bead(root), molecules.survey(town, now, root)
        *left, ended = _closed(
            now, old, seen, who, at, summary.partition("\n")[0] or "squashed"
        )
        text = rules.told(summary, _lines(seen, old))
        ended = ended.replace(notes=rules.told(ended.notes, [text]))
        said = f"squash {root}: {old.title}"
        return Change(said, (*left, ended), event="molecule.squashed")

    return town.ledger_of(root).transact(decide, who).bead(root)


def _lines(seen: Survey, root: Bead) -> list[str]:
    steps, states = seen.steps, seen.states()
    lines = [
        f"- [{'x' if states[each.id] is State.DONE else ' '}] {each.title}" for each in steps
    ]
    return [f"{root.formula}: {seen.done} of {len(steps)} steps done", *lines]


def burn(town: Town, root: BeadId, who: Actor) -> int:
    """Cancel a molecule and what is left of it; return how many beads were still open.

    Raises:
        RefusedError: a step is on somebody's hook.
    """
    at, count = town.now(), 0

    def decide(now: Snapshot) -> Change:
        nonlocal count
        old, seen = now.bead(root), molecules.survey(town, now, root)
        closed = _closed(now, old, seen, who, at, "burned")
        count = len(closed)
        return Change(f"burn {root}: {old.title}", tuple(closed), event="molecule.burned")

    town.ledger_of(root).transact(decide, who)
    return count


def _closed(
    now: Snapshot, root: Bead, seen: Survey, who: Actor, at: str, reason: str
) -> list[Bead]:
    """Return what of a molecule is open, closed; the root is a success if all else was."""
    if root.is_closed:
        raise RefusedError(f"{root.id} is closed already", hint=f"git gt mol show {root.id}")
    held = [each for each in seen.steps if each.status in HELD]
    if held:
        names = ", ".join(f"{each.id} ({each.assignee})" for each in held)
        raise RefusedError(
            f"steps are on a hook: {names}", hint=f"git gt bead release {held[0].id}"
        )
    left = [now.bead(each.id) for each in seen.members if not each.is_done]
    found = []
    for bead in [*left, root]:
        whole = bead.id == root.id and not left
        outcome = Outcome.SUCCESS if whole else Outcome.CANCELLED
        new = bead.after(BeadVerb.CLOSE, outcome=outcome, reason=reason)
        found.append(marked(bead, new, now=at, by=who.address))
    return found
