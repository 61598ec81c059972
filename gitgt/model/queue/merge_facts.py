"""All that the planner knows, and what gates and waivers say of a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Final

from gitgt.model.gate import FIRST_PHASE, Evidence, Verdict
from gitgt.model.queue.merge_acts import Run
from gitgt.model.queue.merge_chain import Base, Link
from gitgt.model.queue.merge_odds import Finding, rate_of
from gitgt.model.queue.queue_order import Request
from gitgt.values import dataclass

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
    person wants nothing to move, ``frozen`` why nothing is to land. With ``retry`` a gate that
    could not run is tried again. ``rate`` is how often a request was red lately, ``findings``
    is what gates said of sets of heads on an older target too: guesses, which decide what is
    tested first. ``frugal`` does not test what another run will probably tell. ``confirm`` is
    how often each gate's red must be repeated, once if it is not named. With ``go_on`` the line
    goes on although the target is red, past what is proven to be red there. The
    ``quarantined`` gates are run on what has landed, and neither block nor blame.
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
    frozen: str = ""
    retry: bool = False
    slots: int = 1
    limit: int = LIMIT
    confirm: Mapping[str, int] = field(default_factory=dict)
    rate: float = rate_of(0, 0)
    findings: tuple[Finding, ...] = ()
    frugal: bool = False
    go_on: bool = False
    quarantined: tuple[str, ...] = ()


class Known:
    """What gates and waivers say of trees."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.base = queue.base
        self._landing: dict[str, bool] = {}  # what was found out about a tree
        self._red: dict[str, str] = {}
        self._pardoned = {each.id: each.pardoned for each in queue.requests if each.pardoned}

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
        """Return the gates that are not content with *tree*, of the first phase with any."""
        phases = self.queue.phases
        left = [gate for gate in self.queue.gates if not self.is_content(tree, gate)]
        first = min((phases.get(gate, FIRST_PHASE) for gate in left), default=0)
        return tuple(gate for gate in left if phases.get(gate, FIRST_PHASE) == first)

    def may_land(self, tree: str) -> bool:
        """Tell whether all gates are content with *tree*, or a waiver covers it."""
        found = self._landing.get(tree)
        if found is None:
            found = self._landing[tree] = self._may_land(tree)
        return found

    def _may_land(self, tree: str) -> bool:
        if self.queue.waiver or tree in self.queue.waived:
            return True
        gates = self.queue.gates
        return bool(gates) and all(self.is_content(tree, gate) for gate in gates)

    def is_content(self, tree: str, gate: str) -> bool:
        """Tell whether *gate* passed on *tree*, or nothing but what was red before failed."""
        return self.passes(tree, gate) or (
            self.queue.go_on and self.is_confirmed(tree, gate) and self.adds_nothing(tree, gate)
        )

    def red_gate(self, tree: str) -> str:
        """Return the gate that is red on *tree*; empty if none is, or a waiver covers it.

        Of several it is one that somebody can be blamed for. What seems to be red only as the
        target is, is not red: it is to be confirmed, and lands.
        """
        found = self._red.get(tree)
        if found is None:
            found = self._red[tree] = self._red_gate(tree)
        return found

    def _red_gate(self, tree: str) -> str:
        if self.may_land(tree):
            return ""
        red = [
            gate
            for gate in self.queue.gates
            if self.said(tree, gate).verdict is Verdict.FAIL
            and not self.adds_nothing(tree, gate)
        ]
        telling = (gate for gate in red if not self.is_stuck(tree, gate))
        return next(telling, red[0] if red else "")

    def red_length(self, links: Sequence[Link]) -> int | None:
        """Return the length of the shortest red prefix; None if there is none."""
        reds = (length for length, link in enumerate(links, 1) if self.red_gate(link.tree))
        return next(reds, None)

    def is_confirmed(self, tree: str, gate: str) -> bool:
        """Tell whether *gate* was red on *tree* often enough."""
        found = self.said(tree, gate)
        enough = self.queue.confirm.get(gate, 1)
        if found.doubtful or self.queue.go_on:
            enough = max(enough, 1)
        return found.verdict is Verdict.FAIL and found.fails > enough

    def is_proved(self, head: Link, gate: str) -> bool:
        """Tell whether *gate* was red on *head* often enough, and since it was pardoned."""
        since = self._pardoned.get(head.request, 0)
        is_new = self.said(head.tree, gate).failed_at > since or not since
        return is_new and self.is_confirmed(head.tree, gate)

    def base_red(self) -> str:
        """Return the gate that says no to the base itself, confirmed; empty if none does."""
        return next(iter(self.reds_of_base()), "")

    def reds_of_base(self) -> tuple[str, ...]:
        """Return all gates that say no to the base itself, confirmed."""
        return tuple(gate for gate in self.queue.gates if self._is_red_before(gate))

    def failing(self, gate: str) -> frozenset[str]:
        """Return what has failed in *gate* on the base, as far as all of it is named."""
        return self.said(self.base.tree, gate).seen

    def greens_of_base(self) -> tuple[str, ...]:
        """Return all gates that pass on the base."""
        return tuple(gate for gate in self.queue.gates if self.passes(self.base.tree, gate))

    def _is_red_before(self, gate: str) -> bool:
        tree = self.base.tree
        return self.is_confirmed(tree, gate) and not self.said(tree, gate).doubtful

    def is_known_before(self, gate: str) -> bool:
        """Tell whether the line goes on past what *gate* names on the base itself."""
        red = self.queue.go_on and self._is_red_before(gate)
        return red and bool(self.said(self.base.tree, gate).failures)

    def adds_nothing(self, tree: str, gate: str) -> bool:
        """Tell whether all that failed on *tree*, of which there is something, did before."""
        if not self.is_known_before(gate):
            return False
        before, now = self.said(self.base.tree, gate).failures, self.said(tree, gate).failures
        return now <= before if now and before else False

    def new_failures(self, tree: str, gate: str) -> frozenset[str]:
        """Return what failed on *tree*, each time, and never on the base that is red itself."""
        if not self.is_known_before(gate):
            return frozenset()
        return (self.said(tree, gate).failures or frozenset()) - self.said(
            self.base.tree, gate
        ).seen

    def is_stuck(self, tree: str, gate: str) -> bool:
        """Tell whether nobody can be blamed for a red *gate*, since the base is red."""
        if not self.queue.go_on:
            return bool(self.base_red())
        return self._is_red_before(gate) and not self.new_failures(tree, gate)

    def trouble(self) -> str:
        """Return why gates tell nothing at the moment; empty if they do."""
        for (tree, gate), found in sorted(
            self.queue.evidence.items(), key=lambda item: item[0]
        ):
            if gate not in self.queue.gates:
                continue
            if found.trouble:
                return f"{gate} could not run: {found.trouble}"
            if (tree, gate) == self.key(self.base.tree, gate) and _is_absurd(found):
                return f"{gate} comes to no verdict on the target itself any more"
        return ""

    def is_vouched_for(self, head: Link, gate: str) -> bool:
        """Tell whether the base shows that a red *gate* is the head's doing."""
        if self.new_failures(head.tree, gate):
            return True
        base, found = self.said(self.base.tree, gate), self.said(head.tree, gate)
        if not base.passes or base.lapses:
            return False
        return not found.doubtful or base.passed_at > found.failed_at

    def is_guilty(self, head: Link, gate: str) -> bool:
        """Tell whether *head* is to be blamed for its red *gate*."""
        return (
            not self.is_stuck(head.tree, gate)
            and not self.trouble()
            and self.is_proved(head, gate)
            and self.is_vouched_for(head, gate)
        )


def _is_absurd(on_base: Evidence) -> bool:
    """Tell whether a verdict on the base speaks against the gate or the machine.

    The base is tested again to vouch for a stopped gate, or since somebody asks: had it passed
    before and does not now, or is it stopped itself, then the request has nothing to do with
    it. (Once that may be a gate that errs, or a request of which it sees nothing.)
    """
    if on_base.passes:
        return on_base.lapses > 1
    return on_base.doubtful and on_base.fails > 1
