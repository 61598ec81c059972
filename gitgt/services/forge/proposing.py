"""Requests that a forge is to merge: what the ledger says of them.

The refinery proposes what passed its gates, and from then on the forge has the word, until it
is merged or comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from gitgt.git.remote import tracking
from gitgt.git.transaction import RefMove
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, Comment, Document, MergeRequest, Outcome, in_order
from gitgt.model.instant import text_of
from gitgt.model.lifecycle import BeadStatus, BeadVerb, MergeStatus
from gitgt.model.pull_request import ENDED, LONGEST, Remark, cut
from gitgt.model.wording import fit_line, fit_text
from gitgt.services import submit
from gitgt.services.queue import merge_queue
from gitgt.services.queue.merge_queue import Target
from gitgt.services.queue.tuning import tuning
from gitgt.services.town import Rig, Town

WHO: Final = Actor.role("pull-requests")
PREFIX: Final = "gt/"
# Pull requests are pushed to where the project came from.
REMOTE: Final = "origin"


def branch_of(request: MergeRequest) -> str:
    """Return the branch that the pull request of *request* is made from."""
    return f"{PREFIX}{request.id}"


def is_at_the_forge(town: Town, target: Target) -> bool:
    """Tell whether a target is the project's: one of our own, such as an epic's, is not."""
    repository = town.ledger_at(target.rig).repository
    return repository.ref(tracking(REMOTE, target.branch)) is not None


def instead(town: Town, target: Target, heads: Mapping[str, str]) -> bool:
    """Leave to the forge what its target does not take from us; tell whether there is one.

    This is for a protected branch: what passed is not lost, and nobody is to blame.
    """
    if not tuning(town, target.rig).has_forge or not is_at_the_forge(town, target):
        return False
    propose(town, target, heads)
    return True


def propose(town: Town, target: Target, heads: Mapping[str, str]) -> None:
    """Leave it to the forge to merge these requests, by id, if those are still their heads."""

    def decide(now: Snapshot) -> Change | None:
        old = [now.request(each) for each in heads]
        new = [
            each.replace(proposed=each.head)
            for each in old
            if each.status == MergeStatus.QUEUED and each.head == heads[str(each.id)]
        ]
        if not new:
            return None
        names = ", ".join(each.source for each in new)
        return Change(f"propose {names}", tuple(new), event="request.proposed")

    town.ledger_at(target.rig).transact(decide, merge_queue.WHO)


def at_the_forge(now: Snapshot, *, at_once: bool) -> list[MergeRequest]:
    """Return the requests that have, are to have, or must lose a pull request."""
    found = [
        each for each in now.all(MergeRequest, status=submit.LIVE) if _is_due(each, at_once)
    ]
    gone = (MergeStatus.WITHDRAWN, MergeStatus.NO_OP)
    left = [
        each
        for each in now.all(MergeRequest, status=gone)
        if (each.number or each.proposed) and each.forge_state not in ENDED
    ]
    return sorted([*found, *left], key=lambda each: (each.priority, each.queued_at, each.id))


def _is_due(request: MergeRequest, at_once: bool) -> bool:  # noqa: FBT001
    waits = request.status == MergeStatus.QUEUED
    return bool(request.number) or (waits and (at_once or request.is_proposed))


def comments_of(remarks: Iterable[Remark], where: str, now: str) -> tuple[Comment, ...]:
    """Return what was said at the forge *where*, as a document holds it: marked as theirs."""
    return tuple(_comment(each, where, now) for each in remarks)


def _comment(remark: Remark, where: str, now: str) -> Comment:
    at = _instant(remark.at) or now
    place = f"{remark.where}: " if remark.where else ""
    text = fit_text(cut(f"{place}{remark.text}", LONGEST)) or "(nothing)"
    who = f"{remark.by} at {where}" if remark.by else WHO.address
    return Comment(remark.id, at, fit_line(who, longest=200), text)


def _instant(text: str) -> str:
    """Return a forge's time as documents write it; empty if it is none."""
    try:
        return text_of(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError):
        return ""


def note(town: Town, rig: Rig, request: MergeRequest, said: str, **facts: object) -> None:
    """Write down *facts* about a request's pull request; *said* is for the history."""

    def decide(now: Snapshot) -> Change | None:
        old = now.request(request.id)
        new = old.replace(**facts)
        if new == old:
            return None
        return Change(f"{old.source}: {said}", (new,), event="pull-request.seen")

    town.ledger_at(rig).transact(decide, WHO)


def hear(
    town: Town, rig: Rig, request: MergeRequest, said: Sequence[Comment], line: str
) -> None:  # fmt: skip
    """Write down what was said, each once."""

    def decide(now: Snapshot) -> Change | None:
        old = now.request(request.id)
        known = {each.id for each in old.comments}
        fresh = [each for each in said if each.id not in known]
        if not fresh:
            return None
        new = old.replace(comments=in_order([*old.comments, *fresh]))
        return Change(f"{old.source}: {line}", (new,), event="pull-request.heard")

    town.ledger_at(rig).transact(decide, WHO)


def adopt(
    town: Town, rig: Rig, request: MergeRequest, head: str, said: tuple[Comment, ...]
) -> None:  # fmt: skip
    """Take what others pushed to the branch as the next revision: our gates judge it."""
    repository = town.ledger_at(rig).repository

    def decide(now: Snapshot) -> Change | None:
        old = now.request(request.id)
        if old.status != MergeStatus.QUEUED or old.head != request.head:
            return None
        new = old.replace(
            head=head, revision=old.revision + 1, proposed="",
            comments=in_order({*old.comments, *said}),
        )  # fmt: skip
        pin = RefMove(f"{submit.PIN}{old.id}", repository.ref(f"{submit.PIN}{old.id}"), head)
        said_so = f"{old.source}: take over {head[:12]}, which was pushed to its branch"
        return Change(said_so, (new,), event="pull-request.pushed", moves=(pin,))

    town.ledger_at(rig).transact(decide, WHO)


def retest(town: Town, rig: Rig, request: MergeRequest) -> None:
    """Let our gates judge a request anew."""

    def decide(now: Snapshot) -> Change | None:
        old = now.request(request.id)
        if old.status != MergeStatus.QUEUED or not old.is_proposed:
            return None
        said = f"{old.source}: {old.target} moved on, and it must be tested anew"
        return Change(said, (old.replace(proposed=""),), event="request.queued")

    town.ledger_at(rig).transact(decide, WHO)


def take(
    town: Town, target: Target, request: MergeRequest, landed: str, tip: str
) -> bool:  # fmt: skip
    """Close a request, and its bead, with the commit that the forge made; say if it is so.

    Our target moves to *tip*, where the forge's stands, in the same transaction. If we are
    killed amid it, the target moved first, and the next look finds it there.
    """
    _requeue(town, target.rig, request)
    at = town.now()

    def decide(now: Snapshot) -> Change | None:
        old, bead = now.request(request.id), now.bead(request.source)
        if old.status != MergeStatus.QUEUED or bead.status != BeadStatus.IN_PROGRESS:
            return None
        here = now.repository.ref(target.ref)
        behind = here is not None and here != tip and now.repository.is_ancestor(here, tip)
        done = old.replace(
            status=MergeStatus.LANDED, landed=landed, closed_at=at, forge_state="merged"
        )
        closed = bead.after(
            BeadVerb.LAND, landed=landed, outcome=Outcome.SUCCESS, closed_at=at,
            closed_by=bead.assignee, reason="",
        )  # fmt: skip
        return Change(
            f"land {bead.id} by pull request #{old.number}",
            (closed, done),
            event="batch.landed",
            trailers={"Gt-Landed": landed, "Gt-Target": target.branch},
            moves=(RefMove(target.ref, here, tip),) if behind else (),
        )

    after = town.ledger_at(target.rig).transact(decide, WHO)
    return after.request(request.id).status == MergeStatus.LANDED


def _requeue(town: Town, rig: Rig, request: MergeRequest) -> None:
    """Undo that a request was sent back: a person merged it all the same."""

    def decide(now: Snapshot) -> Change | None:
        old, bead = now.request(request.id), now.bead(request.source)
        begun = _begun(bead, old)
        if begun is None or (old.status == MergeStatus.QUEUED and begun == bead):
            return None
        again = old.replace(status=MergeStatus.QUEUED, reason="", findings="")
        documents: tuple[Document, ...] = (again, *((begun,) if begun != bead else ()))
        return Change(f"{bead.id} is merged at the forge", documents, event="request.queued")

    town.ledger_at(rig).transact(decide, WHO)


def _begun(bead: Bead, request: MergeRequest) -> Bead | None:
    """Return the bead as one that may land; None if it may not."""
    if bead.status == BeadStatus.IN_PROGRESS:
        return bead
    if bead.status not in (BeadStatus.HOOKED, BeadStatus.OPEN):
        return None
    return bead.after(BeadVerb.BEGIN, assignee=bead.assignee or request.agent, reason="")
