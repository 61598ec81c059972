"""Work items: make, read, change, end them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from gitgt.errors import (
    IllegalTransitionError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
)
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change, Decide, Ledger
from gitgt.model.actor import Actor
from gitgt.model.change import HELD
from gitgt.model.documents import (
    Bead,
    Comment,
    Dependency,
    DependencyType,
    Document,
    Outcome,
    WorkType,
    in_order,
    linked,
)
from gitgt.model.graph import BLOCKING
from gitgt.model.ids import BeadId, base36, is_bead_id
from gitgt.model.instant import exact_text_of, text_of
from gitgt.model.lifecycle import BeadStatus, BeadVerb
from gitgt.model.wording import fit_line
from gitgt.services import graph, reading, several
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_ATTEMPTS = 20


def create(town: Town, rig: Rig | None, who: Actor, fields: Mapping[str, Any]) -> Bead:
    """Make a bead in the ledger of *rig* (None: the town's) from *fields*; ``title`` is needed.

    Raises:
        RefusedError: a field breaks the schema, or a blocker's ledger does not exist.
    """
    prefix = "hq" if rig is None else rig.prefix
    _check_parent(town, fields)
    for _ in range(_ATTEMPTS):
        bead = Bead(
            id=town.new_id(prefix),
            status=BeadStatus.OPEN,
            created_at=town.now(),
            created_by=who.address,
            **{"type": WorkType.TASK, **fields},
        )
        for each in bead.dependencies:
            town.rig_of(each.on)
        try:
            _write_new(town, rig, bead, who)
        except _TakenError:
            continue
        return bead
    raise RefusedError("no free id was found", hint="give the rig another prefix")


def _check_parent(town: Town, fields: Mapping[str, Any]) -> None:
    parent = fields.get("parent", "")
    if parent and is_bead_id(parent):  # what is no id at all, the schema says
        town.ledger_of(parent).snapshot().get(parent)


class _TakenError(RefusedError):
    """Another bead has that id."""


def _write_new(town: Town, rig: Rig | None, bead: Bead, who: Actor) -> None:
    def decide(now: Snapshot) -> Change:
        if now.find(bead.id) is not None:
            raise _TakenError(f"{bead.id} is taken")
        return Change(f"create {bead.id}: {bead.title}", (bead,), event="bead.created")

    town.ledger_at(rig).transact(decide, who)


@dataclass(frozen=True, slots=True)
class Update:
    """How beads are to be changed: fields, status if given, labels more and less.

    ``claimed_by`` begins one on the hook of that address, unless it is another's. ``append`` is
    put behind what a text says already. With ``labels`` those replace what was there.
    """

    amend: Mapping[str, Any]
    status: str = ""
    claimed_by: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    labels: tuple[str, ...] | None = None
    append: Mapping[str, str] = field(default_factory=dict)

    def fields(self, old: Bead) -> dict[str, Any]:
        """Return the fields that *old* is to have."""
        labels = {*(old.labels if self.labels is None else self.labels), *self.added}
        longer = {
            name: f"{before.rstrip()}\n{text}" if (before := getattr(old, name)) else text
            for name, text in self.append.items()
        }
        return {
            **self.amend,
            **longer,
            "labels": tuple(sorted(labels - {*self.removed})),
            **_claimed(old, self),
        }


def update(town: Town, bead: BeadId, who: Actor, wanted: Update) -> tuple[Bead, bool]:
    """Change a bead; see ``update_all``."""
    return update_all(town, [bead], who, wanted)[0]


def update_all(
    town: Town, names: Sequence[BeadId], who: Actor, wanted: Update
) -> list[several.Changed]:  # fmt: skip
    """Change beads; return each as it stands, and whether it is another than before.

    Raises:
        RefusedError: the schema or the lifecycle says no to one of them.
    """
    _check_parent(town, wanted.amend)
    for each in names if wanted.status == BeadStatus.CLOSED else ():
        graph.check_parts_ended(town, each, beside=names)
    if not str(wanted.amend.get("title", "-")).strip():
        raise RefusedError(
            f"{', '.join(names)}: no bead is without a title", hint="--title 'What it is about'"
        )

    def step(old: Bead, now: Snapshot) -> Bead:
        amend = wanted.fields(old)
        if amend.get("parent") and amend["parent"] != old.parent:
            graph.check_edge(town, old.id, amend["parent"], DependencyType.PARENT_CHILD)
        verb = _verb(old, wanted, who)
        if verb == BeadVerb.CLOSE and old.step:
            from gitgt.services.formula.guard import check_turn

            check_turn(town, now, old, who, beside=names)
        return old.after(BeadVerb(verb), **amend) if verb else old.replace(**amend)

    def write(ledger: Ledger, decide: Decide) -> Snapshot:
        if not wanted.claimed_by:
            return ledger.transact(decide, who)
        from gitgt.services import claims

        return claims.transact(town, town.rig_of(names[0]), decide, who)

    verb = _verb(town.ledger_of(names[0]).snapshot().bead(names[0]), wanted, who)
    said, event = verb or "update", f"bead.{past(verb)}"
    return several.change(town, names, who, step, several.Told(said, event), write)


def _verb(old: Bead, wanted: Update, who: Actor) -> str:
    aim = BeadStatus.IN_PROGRESS if wanted.claimed_by else wanted.status or old.status
    try:
        step = old.machine.between(old.status, aim, who.standing)
    except (IllegalTransitionError, NotAllowedError) as error:
        raise type(error)(f"{old.id}: {error.message}", hint=error.hint) from error
    return "" if step is None else step.verb


def _claimed(bead: Bead, wanted: Update) -> dict[str, str]:
    if not wanted.claimed_by:
        return {}
    if bead.assignee not in ("", wanted.claimed_by) and not bead.is_closed:
        where = "on the hook of" if bead.status in HELD else "meant for"
        raise RefusedError(
            f"{bead.id} is {where} {bead.assignee}", hint="git gt ready shows others"
        )
    return {"assignee": wanted.claimed_by}


def change(
    town: Town, bead: BeadId, who: Actor, said: str, amend: Mapping[str, Any], *, verb: str = ""
) -> Bead:
    """Set the fields in *amend*, after *verb* if one is given; return the bead as it stands."""

    def decide(now: Snapshot) -> Change:
        old = now.bead(bead)
        new = old.after(BeadVerb(verb), **amend) if verb else old.replace(**amend)
        why = f": {new.reason}" if new.reason and "reason" in amend else ""
        return Change(f"{said} {bead}{why}", (new,), event=f"bead.{past(verb)}")

    return town.ledger_of(bead).transact(decide, who).bead(bead)


_PAST: Final = {
    "": "updated", "sling": "slung", "begin": "begun", "send-back": "sent-back",
    "land": "landed", "defer": "deferred", "undefer": "undeferred", "pin": "pinned",
    "unpin": "unpinned",
}  # fmt: skip


def past(verb: str) -> str:
    """Return a verb of the lifecycle as an event has it."""
    return _PAST.get(verb) or (f"{verb}d" if verb.endswith("e") else f"{verb}ed")


def close(town: Town, bead: BeadId, who: Actor, *, outcome: Outcome, reason: str) -> Bead:
    """End a bead without landing anything."""
    amend = {
        "outcome": outcome,
        "reason": reason,
        "closed_at": text_of(town.clock()),
        "closed_by": who.address,
    }
    return change(town, bead, who, "close", amend, verb=BeadVerb.CLOSE)


def reopen(town: Town, bead: BeadId, who: Actor, *, reason: str) -> Bead:
    """Take a closed bead up again."""
    amend: dict[str, Any] = {
        "reason": reason, "closed_at": "", "closed_by": "", "merge_request": "", "failures": 0,
    }  # fmt: skip
    return change(town, bead, who, "reopen", amend, verb=BeadVerb.REOPEN)


def release(town: Town, bead: BeadId, who: Actor, *, reason: str) -> Bead:
    """Take a bead off its agent's hook; branch and sandbox stay as they are."""
    amend = {"reason": reason}
    return change(town, bead, who, "release", amend, verb=BeadVerb.RELEASE)


def release_from(town: Town, bead: BeadId, address: str, who: Actor, *, reason: str) -> Bead:
    """Take a bead off the hook of *address*.

    Raises:
        RefusedError: it is not there.
    """
    why = fit_line(reason)
    return _off(town, bead, address, who, lambda old: old.after(BeadVerb.RELEASE, reason=why))


def give_up(
    town: Town, bead: BeadId, address: str, who: Actor, *, reason: str, for_good: bool
) -> Bead:
    """Take a bead off the hook of *address*, where it failed; that is counted.

    *for_good* it is blocked: a person lets it be tried again.

    Raises:
        RefusedError: it is not there.
    """
    verb, why = BeadVerb.BLOCK if for_good else BeadVerb.RELEASE, fit_line(reason)

    def step(old: Bead) -> Bead:
        return old.after(verb, reason=why, failures=old.failures + 1)

    return _off(town, bead, address, who, step)


def _off(
    town: Town, bead: BeadId, address: str, who: Actor, step: Callable[[Bead], Bead]
) -> Bead:  # fmt: skip
    def decide(now: Snapshot) -> Change:
        old = now.bead(bead)
        if old.assignee != address or old.status not in HELD:
            raise RefusedError(f"{bead} is not on the hook of {address}")
        new = step(old)
        verb = BeadVerb.BLOCK if new.status is BeadStatus.BLOCKED else BeadVerb.RELEASE
        said = f"{verb} {bead}: {new.reason}"
        return Change(said, (new,), event=f"bead.{past(verb)}")

    return town.ledger_of(bead).transact(decide, who).bead(bead)


def comment(town: Town, bead: BeadId, who: Actor, text: str) -> Bead:
    """Add a comment.

    Raises:
        RefusedError: it says nothing.
    """
    if not text.strip():
        raise RefusedError(
            f"the comment on {bead} is empty", hint=f"git gt bead comment {bead} 'What you say'"
        )
    # To the millisecond: two in one second would else stand in any order.
    at = exact_text_of(town.clock())
    said = Comment(base36(town.draw(36**8), 8), at, who.address, text)

    def decide(now: Snapshot) -> Change:
        old = now.bead(bead)
        new = old.replace(comments=in_order((*old.comments, said)))
        return Change(f"comment on {bead}", (new,), event="bead.commented")

    return town.ledger_of(bead).transact(decide, who).bead(bead)


def blocks(town: Town, names: Iterable[str]) -> tuple[Dependency, ...]:
    """Return the dependencies of a bead that waits for *names*."""
    found = {Dependency(DependencyType.BLOCKS, reading.identify(town, name)) for name in names}
    return tuple(sorted(found))


def depend(
    town: Town, bead: BeadId, on: BeadId, who: Actor, *, kind: DependencyType
) -> Bead:  # fmt: skip
    """Make *bead* depend on *on*; see ``link``."""
    return link(town, bead, Dependency(DependencyType(kind), on), who)


def link(town: Town, bead: BeadId, edge: Dependency, who: Actor) -> Bead:
    """Add *edge* to what *bead* depends on; it replaces one of its type to the same bead.

    Raises:
        NotFoundError: the other one is nowhere.
        RefusedError: something would wait for itself.
    """
    on = edge.on
    if bead == on:
        raise RefusedError(f"{bead} cannot depend on itself", hint="name another bead")
    town.ledger_of(on).snapshot().get(on)

    def decide(now: Snapshot) -> Change:
        old = now.bead(bead)
        edges = linked(old.dependencies, edge)
        graph.check_edge(town, bead, on, edge.type)
        said = f"{bead} waits for {on}" if edge.type in BLOCKING else f"{bead} hangs on {on}"
        return Change(said, (old.replace(dependencies=edges),), event="bead.linked")

    return town.ledger_of(bead).transact(decide, who).bead(bead)


def undepend(
    town: Town, bead: BeadId, on: str, who: Actor, *, kind: str = ""
) -> tuple[Document, list[str]]:  # fmt: skip
    """Remove the edges from *bead* to *on*, of one *kind* or all; return their types, too.

    Raises:
        NotFoundError: there is none.
    """
    gone: list[str] = []

    def decide(now: Snapshot) -> Change:
        old = now.get(bead)
        ours = {each for each in old.dependencies if each.on == on and kind in ("", each.type)}
        if not ours:
            how = f" by {kind}" if kind else ""
            said = f"{bead} does not depend on {on}{how}"
            raise NotFoundError(said, hint=f"git gt bead dep list {bead}")
        edges = tuple(each for each in old.dependencies if each not in ours)
        gone[:] = sorted({str(each.type) for each in ours})
        return Change(
            f"{bead} no longer waits for {on}",
            (old.replace(dependencies=edges),),
            event="bead.unlinked",
        )

    return town.ledger_of(bead).transact(decide, who).get(bead), gone
