"""What gates have said of a commit, a tree or a merge request, and whether it may land by it.

The answer is the planner's own: what it would say of that tree if it stood at the head of the
queue now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gitgt.errors import NotFoundError, RefusedError
from gitgt.git.command import attempt
from gitgt.git.merge import Conflict, Merger
from gitgt.git.repository import Repository, Signature
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import Bead, Document, MergeRequest
from gitgt.model.gate import Evidence, Gate, Verdict
from gitgt.model.ids import is_bead_id
from gitgt.model.lifecycle import MergeStatus
from gitgt.model.queue.merge_chain import Base
from gitgt.model.queue.merge_facts import Known, Queue
from gitgt.services.gates import gate as gates
from gitgt.services.gates import gate_history
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.queue.tuning import tuning
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_COMMITTER: Final = Signature("refinery", "refinery@gitgt.invalid", 0)
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about: a tree that lands on *target*, and how it is called.

    ``trees`` are all that it may have been tested as, the likeliest first; there is none if it
    conflicts with the target, in *paths*.
    """

    called: str
    target: str
    trees: tuple[str, ...]
    request: MergeRequest | None = None
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What one gate has said of a tree: its runs, and what they come to."""

    gate: str
    verdict: str
    why: str
    runs: tuple[Mapping[str, Any], ...]
    flaky: bool
    quarantine: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "gate": self.gate, "verdict": self.verdict, "why": self.why,
            "runs": [dict(each) for each in self.runs], "flaky": self.flaky,
            "quarantine": self.quarantine,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """Whether a tree may land, and why or why not."""

    subject: Subject
    tree: str
    gates: tuple[Said, ...]
    may_land: bool
    reason: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        request = self.subject.request
        return {
            "subject": self.subject.called, "target": self.subject.target, "tree": self.tree,
            "request": "" if request is None else str(request.id),
            "status": "" if request is None else str(request.status),
            "gates": [each.fields() for each in self.gates],
            "may_land": self.may_land, "reason": self.reason,
        }  # fmt: skip


def subject(town: Town, rig: Rig, name: str) -> Subject:
    """Return what *name* stands for: a merge request, its bead, a commit or a tree.

    Raises:
        NotFoundError: nothing is called so.
    """
    repository = town.ledger_at(rig).repository
    request = _request(town.ledger_at(rig).snapshot(), name)
    if request is not None:
        return _of_request(repository, request)
    wanted = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{tree}}")
    found = attempt(*wanted, cwd=repository.common)
    if not found.ok:
        raise NotFoundError(
            f"{rig.name} has no commit, tree or merge request {name!r}",
            hint=f"git gt mq list {rig.name} --all",
        )
    return Subject(name, rig.branch, (found.stdout.decode().strip(),))


def tree(town: Town, rig: Rig, name: str) -> str:
    """Return the tree that *name* stands for, or would land as.

    Raises:
        NotFoundError: nothing is called so.
        RefusedError: it conflicts with its target.
    """
    found = subject(town, rig, name)
    if not found.trees:
        raise RefusedError(
            f"{found.called} conflicts with {found.target}", hint=f"git gt mq conflict {name}"
        )
    return found.trees[0]


def _request(now: Snapshot, name: str) -> MergeRequest | None:
    found: Document | None = now.find(name) if is_bead_id(name) else None
    if isinstance(found, Bead) and found.merge_request:
        found = now.find(found.merge_request)
    return found if isinstance(found, MergeRequest) else None


def _of_request(repository: Repository, request: MergeRequest) -> Subject:
    def told(*trees: str, paths: tuple[str, ...] = ()) -> Subject:
        return Subject(str(request.id), request.target, trees, request, paths)

    if request.landed:
        return told(repository.tree_of(request.landed))
    tip = repository.ref(f"refs/heads/{request.target}")
    alone = repository.tree_of(request.head)
    if tip is None:
        return told(alone)
    merged = Merger(repository, tip, _COMMITTER).merge(tip, request.head)
    if isinstance(merged, Conflict):
        return told(paths=merged.paths)
    return told(*dict.fromkeys((merged.tree, alone)))


@dataclass(frozen=True, slots=True)
class Log:
    """What a run of a gate printed, and how it came out."""

    gate: str
    tree: str
    record: Mapping[str, Any]
    text: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"gate": self.gate, "tree": self.tree, **self.record, "log": self.text}


def log(town: Town, rig: Rig, gate: Gate, about: Subject) -> Log:
    """Return what *gate* printed when it judged a tree last.

    Raises:
        NotFoundError: it has said nothing of it.
    """
    runs = GateRuns(town, rig)
    for tree in about.trees:
        if records := runs.records(tree, gate):
            last = records[-1]
            text = runs.log(tree, gate, Verdict(last["verdict"]))
            return Log(gate.name, tree, last, text)
    raise NotFoundError(
        f"{gate.name} has said nothing of {about.called}",
        hint=f"git gt gate run {rig.name} --gate {gate.name} COMMIT",
    )


def why(town: Town, rig: Rig, about: Subject) -> Told:
    """Return whether what is asked about may land, and what each gate has to do with it."""
    request = about.request
    if request is not None and request.status == MergeStatus.LANDED:
        done = f"it has landed as {request.landed[:12]}"
        return _told(town, rig, about, done)
    if not about.trees:
        where = ", ".join(about.paths) or "its history"
        return Told(about, "", (), may_land=False, reason=f"it conflicts in {where}")
    return _told(town, rig, about, "")


def _told(town: Town, rig: Rig, about: Subject, done: str) -> Told:
    tree = about.trees[0]
    found = gates.gates(town, rig)
    known = _known(town, rig, about.target, tree, found)
    runs = GateRuns(town, rig)
    said = tuple(
        Said(
            each.name, *_of_gate(known, tree, each), tuple(runs.records(tree, each)),
            flaky=known.said(tree, each.name).is_flaky, quarantine=each.quarantine,
        )
        for each in found
    )  # fmt: skip
    may_land = bool(done) or known.may_land(tree)
    return Told(about, tree, said, may_land, done or _reason(town, rig, known, about, said))


def _known(
    town: Town, rig: Rig, target: str, tree: str, found: Sequence[Gate]
) -> Known:  # fmt: skip
    """Return what the planner would know of *tree*."""
    ledger = town.ledger_at(rig)
    tip = ledger.repository.ref(f"refs/heads/{target}") or ""
    base = Base(tip, ledger.repository.tree_of(tip) if tip else "")
    runs = GateRuns(town, rig)
    asked = [(each, gate) for each in (base.tree, tree) if each for gate in found]
    scopes = {(each, gate.name): runs.keys.scope(each, gate) for each, gate in asked}
    evidence = {
        (scopes[each, gate.name], gate.name): runs.evidence(each, gate) for each, gate in asked
    }
    waivers = [each for each in gates.waivers(town, rig) if each.target == target]
    blocking = tuple(each.name for each in found if not each.quarantine)
    counted = gate_history.counts(town, rig, found, runs.keys)
    return Known(
        Queue(
            base=base,
            gates=blocking,
            evidence=evidence,
            scopes=scopes,
            waived=frozenset(each.tree for each in waivers if each.tree),
            waiver=not found and any(not each.tree for each in waivers),
            confirm={name: each.confirm for name, each in counted.items()},
            go_on=tuning(town, rig).go_on,
        )
    )


def _of_gate(known: Known, tree: str, gate: Gate) -> tuple[str, str]:
    """Return what a gate's runs on *tree* come to, in a word, and how that is."""
    found = known.said(tree, gate.name)
    match found.verdict:
        case Verdict.PASS:
            flaky = f"; red {found.fails} times for no reason" if found.is_flaky else ""
            return "pass", f"passed {_times(found.passes)}{flaky}"
        case Verdict.FAIL:
            return "fail", "; ".join(_of_red(known, tree, gate.name, found))
        case Verdict.COULD_NOT_RUN:
            return "could-not-run", found.trouble
        case None:
            return "unknown", "never run on this tree"


def _of_red(known: Known, tree: str, gate: str, found: Evidence) -> Iterator[str]:
    yield f"red {_times(found.fails)}"
    if found.doubtful:
        yield "stopped instead of saying no"
    if not known.is_confirmed(tree, gate):
        yield "to be confirmed"
    new = known.new_failures(tree, gate)
    if known.is_content(tree, gate):
        yield "nothing fails but what fails on the target"
    elif new:
        yield f"new: {_listed(new)}"
    elif found.failures:
        yield f"failing: {_listed(found.failures)}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _listed(names: frozenset[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(sorted(names)[:_SHOWN]) + more


def _reason(
    town: Town, rig: Rig, known: Known, about: Subject, said: Sequence[Said]
) -> str:  # fmt: skip
    tree = about.trees[0]
    for waiver in gates.waivers(town, rig):
        is_of_tree = waiver.tree == tree or (known.queue.waiver and not waiver.tree)
        if waiver.target == about.target and is_of_tree:
            return f"the waiver {waiver.id} covers it: {waiver.description}"
    if not known.queue.gates:
        return "there is no gate that blocks, and no waiver covers its absence"
    if known.may_land(tree):
        return "every gate is content with it"
    open_ = [each.gate for each in said if not each.quarantine and each.verdict != "pass"]
    held = [each for each in open_ if not known.is_content(tree, each)]
    red_before = [each for each in held if each in known.reds_of_base()]
    tail = f"; red on {about.target} itself: {', '.join(red_before)}" if red_before else ""
    return f"not before these are content: {', '.join(held)}{tail}"
