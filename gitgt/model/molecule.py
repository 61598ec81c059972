"""Molecules: a cooked formula as beads, and how far they are. Progress is never stored.

A molecule is a root bead and one bead for each step. Steps are numbered in the formula's
order: a root's id is new and random, and all its steps are written at once, so no two clones
can give one number twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from gitgt.model.documents import Bead, Dependency, DependencyType, WorkType
from gitgt.model.formula.cook import Cooked
from gitgt.model.formula.form import FormulaGate, Step
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadStatus
from gitgt.model.wording import fit_line, fit_text
from gitgt.values import dataclass

DONE: Final = frozenset({BeadStatus.CLOSED, BeadStatus.TOMBSTONE})
PARTS: Final = (WorkType.EPIC, WorkType.MOLECULE)  # whatever holds steps
_CHILDREN_OF: Final = "children-of("


@dataclass(frozen=True, slots=True)
class Pouring:
    """Who pours a molecule, when, and what it hangs on."""

    root: BeadId
    at: str
    by: str
    assignee: str = ""
    parent: str = ""
    edges: tuple[Dependency, ...] = ()
    labels: tuple[str, ...] = ()


def poured(cooked: Cooked, pouring: Pouring) -> tuple[Bead, ...]:
    """Return the beads of a new molecule: its root, then its steps with their gates."""
    root = Bead(
        id=pouring.root,
        type=WorkType.MOLECULE,
        title=fit_line(cooked.title),
        status=BeadStatus.OPEN,
        created_at=pouring.at,
        created_by=pouring.by,
        assignee=pouring.assignee,
        parent=pouring.parent,
        labels=tuple(sorted({*pouring.labels})),
        dependencies=tuple(sorted({*pouring.edges})),
        description=fit_text(cooked.description),
        formula=cooked.name,
        ext=_vars(cooked),
    )
    names = dict(_numbered(cooked.steps, pouring.root))
    return (root, *_below(cooked.steps, root.id, names, pouring))


def _vars(cooked: Cooked) -> dict[str, Any]:
    known = {name: value for name, value in cooked.values.items() if value}
    return {"vars": known} if known else {}


def _numbered(steps: Iterable[Step], above: BeadId) -> Iterator[tuple[str, BeadId]]:
    for number, step in enumerate(steps, 1):
        own = BeadId.parse(f"{above}.{number}")
        yield step.id, own
        yield from _numbered(step.children, own)


def _below(
    steps: Iterable[Step], parent: BeadId, names: Mapping[str, BeadId], pouring: Pouring
) -> Iterator[Bead]:
    for step in steps:
        edges = list(_edges(step, names))
        if step.gate is not None:
            gate = _gate(step, step.gate, parent, edges, names, pouring)
            yield gate
            edges.append(Dependency(DependencyType.BLOCKS, gate.id))
        yield _bead(step, parent, edges, names, pouring)
        yield from _below(step.children, names[step.id], names, pouring)


def _edges(step: Step, names: Mapping[str, BeadId]) -> Iterator[Dependency]:
    for need in step.needs:
        yield Dependency(DependencyType.BLOCKS, names[need])
    if not step.waits_for:
        return
    any_child = "any-child" if step.waits_for.startswith("any") else ""
    if step.waits_for.startswith(_CHILDREN_OF):
        spawners = [step.waits_for[len(_CHILDREN_OF) : -1]]
    else:
        spawners = list(step.needs)
    for each in spawners:
        if each in names:
            yield Dependency(DependencyType.WAITS_FOR, names[each], any_child)


def _bead(
    step: Step, parent: BeadId, edges: Iterable[Dependency], names: Mapping[str, BeadId],
    pouring: Pouring,
) -> Bead:  # fmt: skip
    ext: dict[str, Any] = {"interactive": True} if step.interactive else {}
    if step.on_complete is not None:
        ext["on_complete"] = step.on_complete.fields()
    kind = WorkType.EPIC if step.children else WorkType(step.type or WorkType.TASK)
    return Bead(
        id=names[step.id],
        type=kind,
        title=fit_line(step.title or step.id),
        status=BeadStatus.OPEN,
        created_at=pouring.at,
        created_by=pouring.by,
        assignee=step.assignee,
        parent=parent,
        priority=2 if step.priority is None else step.priority,
        labels=tuple(sorted({*step.labels})),
        dependencies=tuple(sorted({*edges})),
        description=fit_text(step.description),
        acceptance=fit_text(step.acceptance),
        notes=fit_text(step.notes),
        step=step.id,
        ext=ext,
    )


def _gate(
    step: Step, gate: FormulaGate, parent: BeadId, edges: Iterable[Dependency],
    names: Mapping[str, BeadId], pouring: Pouring,
) -> Bead:  # fmt: skip
    number = names[step.id].rpartition(".")[2]
    said = {"type": gate.type, "await": gate.awaits, "timeout": gate.timeout}
    what = " ".join(value for value in said.values() if value)
    return Bead(
        id=BeadId.parse(f"{parent}.g{number}"),
        type=WorkType.FORMULA_GATE,
        title=fit_line(f"{what}: before {step.title or step.id}"),
        status=BeadStatus.OPEN,
        created_at=pouring.at,
        created_by=pouring.by,
        parent=parent,
        dependencies=tuple(sorted({*edges})),
        step=step.id,
        ext={"gate": {name: value for name, value in said.items() if value}},
    )


# --- how far it is


class State(StrEnum):
    """How a step stands."""

    DONE = "done"
    HELD = "held"  # on somebody's hook, or begun
    READY = "ready"
    PARKED = "parked"  # a formula gate that nothing but itself holds up
    WAITING = "waiting"
    DROPPED = "dropped"  # ended without being done


@dataclass(frozen=True, slots=True)
class Member:
    """A bead of a molecule, as far as its standing depends on it."""

    id: str
    type: str
    status: str
    assignee: str
    title: str
    waits: tuple[str, ...] = ()  # what holds it up by itself

    @property
    def order(self) -> tuple[tuple[int, bool, str], ...]:
        """Where it stands among the others: by its numbers, a gate before its step."""
        parts = self.id.split(".")[1:]
        return tuple(
            (int(digits) if digits.isdigit() else 10**9, not each.startswith("g"), each)
            for each in parts
            for digits in [each.removeprefix("g")]
        )

    @property
    def is_done(self) -> bool:
        """Tell whether nothing more is to be done."""
        return self.status in DONE

    @property
    def is_step(self) -> bool:
        """Tell whether somebody has to do it: no gate, and nothing that only holds others."""
        return self.type not in (WorkType.FORMULA_GATE, WorkType.EPIC, WorkType.MOLECULE)


@dataclass(frozen=True, slots=True)
class Survey:
    """All members of a molecule and how each stands.

    ``held_up`` is what the root waits for, ``dropped`` what was ended without being done.
    """

    root: str
    members: tuple[Member, ...]
    held_up: tuple[str, ...] = ()
    dropped: frozenset[str] = frozenset()

    @property
    def steps(self) -> list[Member]:
        """The members that somebody has to do."""
        return [each for each in self.members if each.is_step]

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(each.is_done and each.id not in self.dropped for each in self.steps)

    @property
    def is_complete(self) -> bool:
        """Tell whether there are steps and all members are done."""
        return bool(self.members) and all(each.is_done for each in self.members)

    @property
    def leftover(self) -> list[str]:
        """What is open although no step is: parts, the innermost first, then the root."""
        left = [each for each in self.members if not each.is_done]
        if not self.members or any(each.type not in PARTS for each in left):
            return []
        return [*sorted((each.id for each in left), key=len, reverse=True), self.root]

    def states(self) -> dict[str, State]:
        """Return how each member stands."""
        known = {each.id: each for each in self.members}
        return {each.id: self._state(each, known) for each in self.members}

    def _state(self, member: Member, known: Mapping[str, Member]) -> State:
        if member.is_done:
            return State.DROPPED if member.id in self.dropped else State.DONE
        if member.status in (BeadStatus.HOOKED, BeadStatus.IN_PROGRESS):
            return State.HELD
        if member.status != BeadStatus.OPEN or member.waits or self.blockers(member, known):
            return State.WAITING
        gate = member.type == WorkType.FORMULA_GATE
        return State.PARKED if gate else State.READY

    def blockers(self, member: Member, known: Mapping[str, Member] | None = None) -> list[str]:
        """Return what *member* waits for, itself or through what it is a part of."""
        known = {each.id: each for each in self.members} if known is None else known
        parts = parts_above(member.id, self.root)[:-1]
        above = [other for each in parts if each in known for other in known[each].waits]
        return [*member.waits, *above, *self.held_up]


def parts_above(name: str, root: str) -> list[str]:
    """Return what *name* is a part of, the innermost first, *root* last."""
    found = []
    above = name.rpartition(".")[0]
    while len(above) >= len(root):
        found.append(above)
        above = above.rpartition(".")[0]
    return found


def finished(ended: str, root: str, still_open: Iterable[str]) -> list[str]:
    """Return what is complete once *ended* is done too, the innermost first, *root* last.

    *still_open* is what was not done before, below the root.
    """
    left = {*still_open} - {ended}
    found = []
    for above in parts_above(ended, root):
        if any(each.startswith(f"{above}.") for each in left):
            break
        if above in left or above == root:
            found.append(above)
            left.discard(above)
    return found
