"""What a convoy would be like, before anything starts: in which waves, and what is wrong.

An error keeps it from being staged at all; a warning has to be overruled when it is launched.
Everything here is a function of the beads as they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, Final

from gitgt.model.convoy.convoy_feed import is_slung
from gitgt.model.graph import BLOCKING, Graph, Node, Reason, cycles, waves
from gitgt.values import dataclass

# So many workers at once are as many as somebody keeps an eye on.
MANY: Final = 5
VALIDATION: Final = "validation"
_SHOWN: Final = 5


class Input(StrEnum):
    """What a convoy is staged of."""

    EPIC = "epic"
    TASKS = "tasks"
    CONVOY = "convoy"


class Flaw(StrEnum):
    """What may be wrong. The first three are errors."""

    CYCLE = "cycle"
    NO_RIG = "no-rig"
    MISSING = "missing"
    ISOLATED = "isolated"
    OFF = "off"
    CROSS_RIG = "cross-rig"
    MANY = "many"
    NO_BRANCH = "no-branch"
    OUTSIDE = "outside"
    STUCK = "stuck"
    OVERLAP = "overlap"


_ERRORS: Final = frozenset({Flaw.CYCLE, Flaw.NO_RIG, Flaw.MISSING})


@dataclass(frozen=True, slots=True)
class Finding:
    """One flaw: of which beads, in words, and what helps."""

    flaw: Flaw
    beads: tuple[str, ...]
    text: str
    hint: str = ""

    def fields(self) -> dict[str, Any]:
        """Return it as plain values, without an empty hint."""
        found = {"kind": str(self.flaw), "beads": list(self.beads), "text": self.text}
        return {**found, "hint": self.hint} if self.hint else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A bead that is staged: its place among the others, its rig, and what only it says.

    ``rig`` is empty for the town's own. ``integration`` is the branch that its parts land on,
    ``elsewhere`` an open convoy that it travels in already.
    """

    node: Node
    title: str = ""
    rig: str = ""
    integration: str = ""
    elsewhere: str = ""

    @property
    def is_work(self) -> bool:
        """Tell whether it can be put on a hook."""
        return self.node.kind == "bead" and is_slung(self.node.type)


@dataclass(frozen=True, slots=True)
class Staging:
    """What a convoy would be like: its members, the waves of those that are open, and flaws."""

    members: tuple[str, ...]
    waves: tuple[tuple[str, ...], ...]
    findings: tuple[Finding, ...] = ()
    tree: tuple[tuple[int, str], ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps it from being staged."""
        return tuple(each for each in self.findings if each.flaw in _ERRORS)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What has to be overruled."""
        return tuple(each for each in self.findings if each.flaw not in _ERRORS)

    @property
    def status(self) -> str:
        """How a convoy like that is staged; empty if it is not."""
        if self.errors:
            return ""
        return "staged_warnings" if self.warnings else "staged_ready"


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be staged: the pieces in order, and the epic that they are parts of.

    ``off`` are the rigs where nobody is started, with why; ``here`` all that there are;
    ``limit`` is how many agents may work at once, if that is limited.
    """

    kind: Input
    pieces: Mapping[str, Piece]
    root: str = ""
    here: frozenset[str] = frozenset()
    off: Mapping[str, str] = field(default_factory=dict)
    limit: int | None = None


def stage(request: Request, graph: Graph) -> Staging:
    """Return what the convoy would be like."""
    return _Stage(request, graph).staged()


class _Stage:
    def __init__(self, request: Request, graph: Graph) -> None:
        self._asked = request
        self._graph = graph
        self._work = {name: each for name, each in request.pieces.items() if each.is_work}
        self._live = {
            name: each for name, each in self._work.items() if each.node.is_live_work
        }  # fmt: skip
        self._reasons = {
            name: self._all_reasons(each.node) for name, each in self._live.items()
        }
        self._waits = sorted(self._pairs())

    def staged(self) -> Staging:
        errors = [*self._missing(), *self._cycles(), *self._without_rig()]
        found, _ = waves(sorted(self._live), self._waits, ())
        steps = tuple(map(tuple, found))
        warnings = [] if errors else [*self._warnings(steps)]
        tree = tuple(self._tree()) if self._asked.root else ()
        return Staging(tuple(self._work), steps, (*errors, *warnings), tree)

    # --- who waits for whom

    def _all_reasons(self, node: Node) -> list[tuple[Node, Reason]]:
        """Return why a bead waits, and what it is a part of: with the part that says so."""
        found: list[tuple[Node, Reason]] = []
        seen, waiting = {node.id}, [node]
        for each in waiting:
            found += [(each, reason) for reason in self._graph.reasons(each)]
            for name in each.parents:
                above = self._graph.find(name)
                if above is not None and above.is_live_work and name not in seen:
                    seen.add(name)
                    waiting.append(above)
        return found

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for name, reasons in self._reasons.items():
            for _, reason in reasons:
                yield from ((name, other) for other in self._meant(reason) if other != name)

    def _meant(self, reason: Reason) -> set[str]:
        """Return the work that has to be done before what *reason* says is over."""
        return {each for each in self._below(reason.on) if each in self._live}

    def _below(self, name: str) -> Iterator[str]:
        seen, waiting = {name}, [name]
        for each in waiting:
            yield each
            fresh = [part for part in self._graph.children(each) if part not in seen]
            seen.update(fresh)
            waiting += fresh

    # --- errors

    def _missing(self) -> Iterator[Finding]:
        for name, reasons in self._reasons.items():
            for by, reason in reasons:
                if reason.rule in ("missing", "unreadable"):
                    text = f"{by.id} hangs on {reason.on}, which is {_gone(reason.rule)}"
                    hint = f"git gt bead dep remove {by.id} {reason.on}"
                    yield Finding(Flaw.MISSING, (name, reason.on), text, hint)

    def _cycles(self) -> Iterator[Finding]:
        for knot in cycles(self._arrows()):
            way = " -> ".join((*knot, knot[0]))
            hint = f"git gt bead dep remove {knot[0]} {knot[1 % len(knot)]}"
            yield Finding(Flaw.CYCLE, knot, f"they wait for each other: {way}", hint)

    def _arrows(self) -> Iterator[tuple[str, str]]:
        seen, waiting = set(self._live), sorted(self._live)
        for name in waiting:
            node = self._graph.find(name)
            for other in () if node is None else self._graph.arrows(node):
                yield name, other
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)

    def _without_rig(self) -> Iterator[Finding]:
        for name, each in self._live.items():
            if not each.rig:
                text = f"{name} is the town's own and has no code to work on"
                yield Finding(Flaw.NO_RIG, (name,), text, "make it in the ledger of a rig")
            elif each.rig not in self._asked.here:
                text = f"{name} belongs to {each.rig}, which is not here"
                yield Finding(Flaw.NO_RIG, (name,), text, "git gt rig list")

    # --- warnings

    def _warnings(self, steps: tuple[tuple[str, ...], ...]) -> Iterator[Finding]:
        if self._asked.kind is Input.EPIC:
            yield from self._isolated()
            yield from self._without_branch()
        yield from self._rigs_off()
        yield from self._cross_rig()
        yield from self._too_many(steps)
        yield from self._outside()
        yield from self._overlaps()

    def _isolated(self) -> Iterator[Finding]:
        bound = {name for pair in self._waits for name in pair}
        alone = tuple(name for name in sorted(self._live) if name not in bound)
        if alone and len(self._live) > 1:
            text = f"nothing waits for {_some(alone)}, and {_it(alone)} for nothing"
            yield Finding(
                Flaw.ISOLATED, alone, text, "git gt bead dep add, if that is no intent"
            )

    def _without_branch(self) -> Iterator[Finding]:
        for name, each in self._asked.pieces.items():
            below = name != self._asked.root and each.node.type == "epic"
            if below and each.node.is_live_work and not each.integration:
                hint = f"git gt mq integration create {name}"
                yield Finding(
                    Flaw.NO_BRANCH, (name,), f"{name} has no integration branch", hint
                )

    def _rigs_off(self) -> Iterator[Finding]:
        for rig, why in sorted(self._asked.off.items()):
            there = tuple(name for name in sorted(self._live) if self._live[name].rig == rig)
            if there:
                yield Finding(Flaw.OFF, there, f"{rig} is {why}: {_some(there)}")

    def _cross_rig(self) -> Iterator[Finding]:
        rigs = sorted({each.rig for each in self._live.values()})
        if len(rigs) > 1:
            text = f"the work is spread over {len(rigs)} rigs: {', '.join(rigs)}"
            yield Finding(Flaw.CROSS_RIG, tuple(sorted(self._live)), text)

    def _too_many(self, steps: tuple[tuple[str, ...], ...]) -> Iterator[Finding]:
        most = MANY if self._asked.limit is None else self._asked.limit
        for number, wave in enumerate(steps, 1):
            if len(wave) > most:
                text = f"wave {number} needs {len(wave)} workers; {most} may work at once"
                if self._asked.limit is None:
                    text = f"wave {number} needs {len(wave)} workers, more than {most}"
                yield Finding(Flaw.MANY, wave, text)

    def _outside(self) -> Iterator[Finding]:
        for name, reasons in self._reasons.items():
            for by, reason in reasons:
                who = name if by.id == name else f"{name}, as a part of {by.id},"
                if reason.rule == "status":
                    text, hint = (
                        f"{by.id} is blocked",
                        f"git gt bead update {by.id} --status open",
                    )
                    yield Finding(Flaw.STUCK, (name,), text, hint)
                elif reason.final:
                    text = f"{who} waits for {reason.on}, which ended otherwise"
                    hint = f"git gt bead dep remove {by.id} {reason.on}"
                    yield Finding(Flaw.STUCK, (name,), text, hint)
                elif reason.rule in BLOCKING and not self._meant(reason):
                    text = f"{who} waits for {reason.on}, which does not travel along"
                    yield Finding(Flaw.OUTSIDE, (name, reason.on), text)

    def _overlaps(self) -> Iterator[Finding]:
        found: dict[str, list[str]] = {}
        for name, each in self._live.items():
            if each.elsewhere:
                found.setdefault(each.elsewhere, []).append(name)
        for convoy, names in sorted(found.items()):
            text = f"{_some(names)} travel{'s' if len(names) == 1 else ''} in {convoy} already"
            yield Finding(Flaw.OVERLAP, tuple(names), text)

    # --- the tree

    def _tree(self) -> Iterator[tuple[int, str]]:
        stack: list[tuple[int, str]] = [(0, self._asked.root)]
        seen: set[str] = set()
        while stack:
            depth, name = stack.pop()
            if name in seen or name not in self._asked.pieces:
                continue
            seen.add(name)
            yield depth, name
            parts = sorted(self._graph.children(name), reverse=True)
            stack += [(depth + 1, each) for each in parts]


def _gone(rule: str) -> str:
    return "nowhere" if rule == "missing" else "not to be read"


def _it(names: Iterable[str]) -> str:
    return "it waits" if len(tuple(names)) == 1 else "they wait"


def _is_live(piece: Piece) -> bool:
    return piece.node.is_live_work


def _some(names: Iterable[str]) -> str:
    found = list(names)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more
