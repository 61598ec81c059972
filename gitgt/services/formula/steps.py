"""The end of a step: exactly once, and told to whoever comes second."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from gitgt.errors import BusyError, RefusedError
from gitgt.ledger import members
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.change import HELD, marked
from gitgt.model.documents import Bead, Dependency, DependencyType, Outcome, WorkType
from gitgt.model.formula.output import items_of, spoken
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadStatus, BeadVerb
from gitgt.model.molecule import PARTS, Pouring, finished, poured
from gitgt.services.formula import gates, molecules
from gitgt.services.formula.library import Formulas
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

EVENT: Final = "step.done"


@dataclass(frozen=True, slots=True)
class Done:
    """A step that is done.

    ``fresh`` is false when the same actor had done it before; ``ended`` is what was complete
    with it, ``poured`` what its end set going.
    """

    step: Bead
    fresh: bool
    ended: tuple[str, ...] = ()
    poured: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """How a step ended: with what outcome, why, and what it put out (JSON)."""

    outcome: Outcome = Outcome.SUCCESS
    reason: str = ""
    output: Any = None


def done(town: Town, step: BeadId, who: Actor, ending: Ending) -> Done:
    """End *step*, and whatever is complete with it, in one commit.

    Whoever calls again for the same step and actor gets the same answer; another actor is told
    who was first.

    Raises:
        RefusedError: it is no step, is not ready, or somebody else did it.
        BusyError: it is on somebody else's hook.
    """
    root = molecules.root_of(town, step)
    gates.sweep(town, [town.rig_of(step)], root=root)
    said = Done(town.ledger_of(step).snapshot().bead(step), fresh=False)

    def decide(now: Snapshot) -> Change | None:
        nonlocal said
        old = now.bead(step)
        if old.is_closed:
            said = _again(old, who)
            return None
        _check_doable(town, now, old, root, who)
        said, change = _ended(town, now, old, root, who, ending)
        return change

    after = town.ledger_of(step).transact(decide, who)
    return Done(after.bead(step), said.fresh, said.ended, said.poured)


def _again(step: Bead, who: Actor) -> Done:
    if step.closed_by != who.address:
        raise RefusedError(
            f"{step.id} was done by {step.closed_by} at {step.closed_at}",
            hint="git gt mol current shows what is left",
        )
    return Done(step, fresh=False)


def _check_doable(town: Town, now: Snapshot, step: Bead, root: BeadId, who: Actor) -> None:
    if step.id == root or step.type in (
        WorkType.FORMULA_GATE,
        WorkType.EPIC,
        WorkType.MOLECULE,
    ):
        raise RefusedError(
            f"{step.id} is no step that somebody does", hint="git gt mol current"
        )
    if step.status in HELD and step.assignee != who.address:
        raise BusyError(
            f"{step.id} is on the hook of {step.assignee}", hint="git gt mol current"
        )
    waits = molecules.waits_of(town, now, step.id)
    if waits:
        raise RefusedError(
            f"{step.id} waits for {', '.join(waits)}",
            hint="git gt mol current shows what can be done",
        )


def _ended(
    town: Town, now: Snapshot, old: Bead, root: BeadId, who: Actor, ending: Ending
) -> tuple[Done, Change]:
    at = town.now()
    ext = dict(old.ext) if ending.output is None else {**old.ext, "output": ending.output}
    new = old.after(BeadVerb.CLOSE, outcome=ending.outcome, reason=ending.reason, ext=ext)
    new = marked(old, new, now=at, by=who.address)
    arms = tuple(_arms(town, new, who, at))
    ended = [] if arms else finished(old.id, root, members.still_open(now, root))
    closed = [
        _closed(bead, who, at) for each in ended if not (bead := now.bead(each)).is_closed
    ]
    roots = tuple(str(each.id) for each in arms if each.type is WorkType.MOLECULE)
    change = Change(
        f"step {old.step or old.id} of {root} is done: {old.title}",
        (new, *closed, *arms),
        event=EVENT,
        trailers={"Gt-Step": str(old.id)},
    )
    return Done(new, fresh=True, ended=tuple(ended), poured=roots), change


def _closed(bead: Bead, who: Actor, at: str) -> Bead:
    new = bead.after(BeadVerb.CLOSE, outcome=Outcome.SUCCESS, reason="all its steps are done")
    return marked(bead, new, now=at, by=who.address)


def finish(town: Town, rigs: Iterable[Rig | None], who: Actor) -> list[BeadId]:
    """Close the molecules all of whose steps were closed by other ways than ``done``."""
    found = []
    for rig in rigs:
        ledger = town.ledger_at(rig)
        now = ledger.snapshot()
        for row in now.rows(type=WorkType.MOLECULE, status=BeadStatus.OPEN):
            if "." not in row.id and not row.error and _leftover(now, row.id) is not None:
                root = BeadId(row.id)
                ledger.transact(partial(_finish, town, root, who), who)
                found.append(root)
    return found


def _leftover(now: Snapshot, root: str) -> list[str] | None:
    """Return the parts that are open although nothing below them is; None if a step is left."""
    left = sorted(members.still_open(now, root), key=len, reverse=True)
    if left and not all(row.type in PARTS for row in now.rows(id=left)):
        return None
    return left if members.any_below(now, root) else None


def _finish(town: Town, root: BeadId, who: Actor, now: Snapshot) -> Change | None:
    left = _leftover(now, root)
    if left is None:
        return None
    closed = [_closed(now.bead(each), who, town.now()) for each in (*left, root)]
    return Change(f"{root} is complete", tuple(closed), event="molecule.completed")


# --- what a step's end sets going


def _arms(town: Town, step: Bead, who: Actor, at: str) -> Iterator[Bead]:
    """Yield the molecules that ``on_complete`` asks for, as children of the step."""
    rule = step.ext.get("on_complete")
    if not isinstance(rule, Mapping) or step.outcome is not Outcome.SUCCESS:
        return
    formulas = Formulas(town, town.rig_of(step.id))
    before: tuple[Dependency, ...] = ()
    for number, item in enumerate(items_of(rule.get("for_each", ""), step.ext.get("output"))):
        given = {
            name: spoken(text, item, number) for name, text in rule.get("vars", {}).items()
        }
        cooked = formulas.cook(rule["bond"], given)
        molecules.check_pourable(cooked)
        root = BeadId.parse(f"{step.id}.{number + 1}")
        yield from poured(
            cooked,
            Pouring(root, at, who.address, step.assignee, parent=step.id, edges=before),
        )
        if rule.get("sequential"):
            before = (Dependency(DependencyType.BLOCKS, root),)


def parsed_output(text: str) -> Any:  # noqa: ANN401 - any JSON
    """Return what a step put out.

    Raises:
        RefusedError: it is no JSON.
    """
    try:
        return json.loads(text)
    except ValueError as error:
        raise RefusedError(
            f"the output is no JSON: {error}", hint="--output '{\"items\": []}'"
        ) from error
