"""All that the planner knows, and what gates and waivers say of a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gitgt.model.gate import FIRST_PHASE, Evidence, Verdict
from gitgt.model.merge_acts import Run
from gitgt.model.merge_chain import Base, Link
from gitgt.model.merge_odds import Finding, rate_of
from gitgt.model.queue_order import Request

_NOTHING: Final = Evidence()
# No chain is longer, however good the odds.
LIMIT: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """All that the planner knows.

    ``evidence`` is keyed by gate and what it sees of a tree: ``scopes`` says for tree and gate
    what that is, if it is not all of it; two trees of one scope are one to the gate, and what
    it has said of one it has said of the other. ``gates`` are in the order of their
    ``phases``; those in ``alone`` run beside no other run. ``waived`` names trees that a
    recorded waiver covers; ``waiver`` covers all, in a rig without gates. ``held`` is why a
    person wants nothing to move. With ``retry`` a gate that could not run is tried again.
    ``rate`` is how often a request was red lately, ``findings`` is what gates said of sets of
    heads on an older target too: guesses, which decide what is tested first. ``frugal`` does
    not test what another run will probably tell.
    """

    base: Base
    requests: tuple[Request, ...] = ()
    gates: tuple[str, ...] = ()
    evidence: Mapping[tuple[str, str], Evidence] = field(default_factory=dict)
    scopes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    phases: Mapping[str, int] = field(default_factory=dict)
    alone: frozenset[str] = frozenset()
    running: tuple[Run, ...] = ()
    waived: frozenset[str] = frozenset()
    waiver: bool = False
    held: str = ""
    retry: bool = False
    slots: int = 1
    limit: int = LIMIT
    confirm: int = 1
    rate: float = rate_of(0, 0)
    findings: tuple[Finding, ...] = ()
    frugal: bool = False


class Known:
    """What gates and waivers say of trees."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.base = queue.base

    def key(self, tree: str, gate: str) -> tuple[str, str]:
        """Return what a verdict of *gate* on *tree* belongs to."""
        return self.queue.scopes.get((tree, gate), tree), gate

    def said(self, tree: str, gate: str) -> Evidence:
        """Return what *gate* has said of all that it sees of *tree*."""
        return self.queue.evidence.get(self.key(tree, gate), _NOTHING)

    def passes(self, tree: str, gate: str) -> bool:
        """Tell whether *gate* passed on *tree*."""
        return self.said(tree, gate).verdict is Verdict.PASS

    def missing(self, tree: str) -> tuple[str, ...]:
        """Return the gates whose pass on *tree* is missing, of the first phase that has any."""
        phases = self.queue.phases
        left = [gate for gate in self.queue.gates if not self.passes(tree, gate)]
        first = min((phases.get(gate, FIRST_PHASE) for gate in left), default=0)
        return tuple(gate for gate in left if phases.get(gate, FIRST_PHASE) == first)

    def may_land(self, tree: str) -> bool:
        """Tell whether all gates passed on *tree*, or a waiver covers it."""
        if self.queue.waiver or tree in self.queue.waived:
            return True
        gates = self.queue.gates
        return bool(gates) and all(self.passes(tree, gate) for gate in gates)

    def red_gate(self, tree: str) -> str:
        """Return the gate that is red on *tree*; empty if none is, or a waiver covers it."""
        if self.may_land(tree):
            return ""
        red = (
            gate for gate in self.queue.gates if self.said(tree, gate).verdict is Verdict.FAIL
        )
        return next(red, "")

    def red_length(self, links: Sequence[Link]) -> int | None:
        """Return the length of the shortest red prefix; None if there is none."""
        reds = (length for length, link in enumerate(links, 1) if self.red_gate(link.tree))
        return next(reds, None)

    def is_confirmed(self, tree: str, gate: str) -> bool:
        """Tell whether *gate* was red on *tree* often enough."""
        found = self.said(tree, gate)
        enough = max(self.queue.confirm, 1) if found.doubtful else self.queue.confirm
        return found.verdict is Verdict.FAIL and found.fails > enough

    def base_red(self) -> str:
        """Return the gate that says no to the base itself, confirmed; empty if none does."""
        tree = self.base.tree
        red = (
            gate
            for gate in self.queue.gates
            if self.is_confirmed(tree, gate) and not self.said(tree, gate).doubtful
        )
        return next(red, "")

    def trouble(self) -> str:
        """Return why gates tell nothing at the moment; empty if they do."""
        for (tree, gate), found in sorted(
            self.queue.evidence.items(), key=lambda item: item[0]
        ):
            if found.trouble:
                return f"{gate} could not run: {found.trouble}"
            if (tree, gate) == self.key(self.base.tree, gate) and _is_absurd(found):
                return f"{gate} comes to no verdict on the target itself any more"
        return ""

    def is_vouched_for(self, head: Link, gate: str) -> bool:
        """Tell whether the base shows that a red *gate* is the head's doing."""
        base, found = self.said(self.base.tree, gate), self.said(head.tree, gate)
        return bool(base.passes) and (not found.doubtful or base.passed_at > found.failed_at)

    def is_guilty(self, head: Link, gate: str) -> bool:
        """Tell whether *head* is to be blamed for its red *gate*."""
        return (
            not self.base_red()
            and not self.trouble()
            and self.is_confirmed(head.tree, gate)
            and self.is_vouched_for(head, gate)
        )


def _is_absurd(on_base: Evidence) -> bool:
    """Tell whether a verdict on the base speaks against the gate or the machine.

    The base is tested again only to vouch for a stopped gate: had it passed before and does
    not now, or is it stopped itself, then the request has nothing to do with it. (Stopped
    once, it may have been so for a request of which the gate sees nothing.)
    """
    is_stopped = on_base.doubtful and on_base.fails > 1
    return on_base.failed_at > on_base.passed_at and bool(is_stopped or on_base.passes)
