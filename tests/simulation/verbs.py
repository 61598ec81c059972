"""What can be done to the ledger: each verb looks again at what is so, and writes.

The miniature of ``gitgt.services``: every status comes from a lifecycle's table.
"""

from __future__ import annotations

from functools import cache
from operator import eq

from gitgt.errors import NotAllowedError, RefusedError
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, Escalation, MergeRequest, Outcome, Severity
from gitgt.model.escalation.cause import Call, joined, looked_at
from gitgt.model.instant import later_than
from gitgt.model.lifecycle import BeadStatus, BeadVerb, EscalationStatus, MergeStatus
from gitgt.model.queue.merge_chain import Link
from tests.simulation.town import Rig, Town

REFINERY = Actor.role("refinery")
DISPATCHER = Actor.role("dispatcher")
PIN = "refs/gt/pin/"
MAX_REVISIONS = 5
MAX_CONFLICTS = 3


@cache
def branch_of(address: str, bead: str) -> str:
    """Return the ref of an assignment's branch."""
    return f"refs/heads/polecat/{address.rpartition('/')[2]}/{bead}"


def sling(town: Town, rig: Rig, name: str, address: str, who: Actor) -> None:
    """Put a bead on somebody's hook."""
    bead = rig.ledger.bead(name)
    new = bead.after(BeadVerb.SLING, assignee=address, reason="")
    town.write(who, rig, f"sling {name} to {address}", new)


def begin(town: Town, rig: Rig, name: str, who: Actor) -> None:
    """Note that work has begun; once."""
    bead = rig.ledger.bead(name)
    if bead.status == BeadStatus.HOOKED:
        town.write(who, rig, f"begin {name}", bead.after(BeadVerb.BEGIN))


def submit(town: Town, rig: Rig, name: str, ref: str, who: Actor) -> None:
    """Ask the refinery to land a branch.

    Raises:
        RefusedError: it holds nothing, or the bead is closed or somebody else's.
    """
    bead = rig.ledger.bead(name)
    if bead.is_closed:
        raise RefusedError(f"{name} is closed")
    if who.standing.is_agent and bead.assignee != who.address:
        raise NotAllowedError(f"{name} is not on your hook")
    head = rig.repository.refs.get(ref)
    if head is None or not rig.repository.is_new(head):
        raise RefusedError(f"{ref} has no commit that main has not")
    present = rig.ledger.request_of(name)
    if present is not None and present.head == head and present.status in ("queued", "blocked"):
        return
    request = (
        _asked(town, rig, bead, ref, head, who)
        if present is None
        else present.replace(
            status=MergeStatus.QUEUED, revision=present.revision + 1, branch=ref, head=head,
            reason="", findings="", agent=bead.assignee,
        )
    )  # fmt: skip
    _pin(rig, request)
    begun = bead if bead.status == BeadStatus.IN_PROGRESS else bead.after(BeadVerb.BEGIN)
    new = begun.replace(merge_request=str(request.id), reason="")
    town.write(who, rig, f"submit {name} at {head}", new, request)


def _asked(
    town: Town, rig: Rig, bead: Bead, ref: str, head: str, who: Actor
) -> MergeRequest:  # fmt: skip
    live = rig.ledger.all(MergeRequest, "queued", "blocked", "conflict", "rejected")
    at = later_than(max((each.queued_at for each in live), default=""), town.clock.exact)
    return MergeRequest(
        id=rig.ledger.new_id("mr"), type="merge-request", title=bead.title,
        status=MergeStatus.QUEUED, priority=bead.priority, source=str(bead.id), branch=ref,
        head=head, target="main", agent=bead.assignee or who.address, queued_at=at,
        created_at=town.clock.text, created_by=who.address,
    )  # fmt: skip


def _pin(rig: Rig, request: MergeRequest) -> None:
    """Keep the new head whatever becomes of its branch, and the old one left behind."""
    name = f"{PIN}{request.id}"
    old = rig.repository.refs.get(name)
    if old is not None and not rig.repository.is_ancestor(old, request.head):
        rig.repository.move(f"refs/gt/trash/{request.id}/{request.revision - 1}", old)
    rig.repository.move(name, request.head)


def release(town: Town, rig: Rig, name: str, address: str, reason: str, who: Actor) -> None:
    """Take a bead off somebody's hook, if it hangs there."""
    bead = rig.ledger.bead(name)
    if bead.status not in ("hooked", "in_progress") or bead.assignee != address:
        return
    town.write(
        who, rig, f"release {name}: {reason}", bead.after(BeadVerb.RELEASE, reason=reason[:200])
    )


def give_up(
    town: Town, rig: Rig, name: str, address: str, reason: str, *, for_good: bool
) -> None:
    """Take a bead off the hook where it failed; that is counted. *for_good* it is blocked."""
    bead = rig.ledger.bead(name)
    if bead.status not in ("hooked", "in_progress") or bead.assignee != address:
        return
    verb = BeadVerb.BLOCK if for_good else BeadVerb.RELEASE
    new = bead.after(verb, reason=reason[:200], failures=bead.failures + 1)
    town.write(DISPATCHER, rig, f"{verb} {name}: {reason}", new)


def close(town: Town, rig: Rig, name: str, who: Actor, outcome: Outcome) -> None:
    """End a bead by somebody's word."""
    bead = rig.ledger.bead(name)
    if not bead.is_closed:
        new = bead.after(BeadVerb.CLOSE, outcome=outcome)
        town.write(who, rig, f"close {name}: {outcome}", new)


def land(town: Town, rig: Rig, links: tuple[Link, ...]) -> None:
    """Move the target and close the beads, in one transaction."""
    at = town.clock.text
    documents = []
    for link in links:
        request = rig.ledger.request(link.request)
        done = request.replace(status=MergeStatus.LANDED, landed=link.commit, closed_at=at)
        bead = rig.ledger.bead(request.source)
        closed = bead.after(
            BeadVerb.LAND, landed=link.commit, outcome=Outcome.SUCCESS, closed_at=at,
            closed_by=bead.assignee, reason="",
        )  # fmt: skip
        documents += [closed, done]
    rig.repository.land(links)
    names = ", ".join(rig.ledger.request(each.request).source for each in links)
    town.write(REFINERY, rig, f"land {names}", *documents)


def skip(town: Town, rig: Rig, name: str) -> None:
    """Close a request, and its bead, that brings nothing that the target has not."""
    request, at = rig.ledger.request(name), town.clock.text
    why = "main has all of it already"
    done = request.replace(status=MergeStatus.NO_OP, reason=why, closed_at=at)
    bead = rig.ledger.bead(request.source)
    closed = bead.after(
        BeadVerb.LAND, landed=rig.repository.main, outcome=Outcome.SUCCESS, closed_at=at,
        closed_by=bead.assignee, reason=why,
    )  # fmt: skip
    town.write(REFINERY, rig, f"{bead.id}: {why}", closed, done)


def withdraw(town: Town, rig: Rig, request: MergeRequest, why: str) -> None:
    """Take a request out of the queue; what it brought stays pinned."""
    done = request.replace(status=MergeStatus.WITHDRAWN, reason=why, closed_at=town.clock.text)
    town.write(REFINERY, rig, f"withdraw {request.id}: {why}", done)


def send_back(
    town: Town, rig: Rig, name: str, status: MergeStatus, reason: str, busy: set[str]
) -> None:
    """Give a request back to its author; in the end to a person."""
    old = rig.ledger.request(name)
    more = int(status is MergeStatus.CONFLICT)
    back = old.replace(
        status=status, reason=reason, conflicts=old.conflicts + more, returns=old.returns + 1
    )
    if back.revision >= MAX_REVISIONS or (more and back.conflicts >= MAX_CONFLICTS):
        call = _call(
            town, rig, REFINERY, Severity.HIGH, f"{old.source} came back: {reason}", str(old.id)
        )
        over = back.replace(status=MergeStatus.ESCALATED)
        town.write(REFINERY, rig, f"escalate {old.source}", over, call)
        return
    bead = rig.ledger.bead(old.source)
    to = bead.assignee
    if to in busy:
        to = next((each for each in rig.polecats if each not in busy), "")
        if not to:
            rig.polecats.append(f"{rig.name}/polecats/p{len(rig.polecats):02}")
            to = rig.polecats[-1]
    again = bead.after(BeadVerb.SEND_BACK, reason=reason, assignee=to)
    town.write(REFINERY, rig, f"send back {bead.id}: {reason}", again, back)


def _call(
    town: Town, rig: Rig | None, who: Actor, severity: Severity, title: str, about: str
) -> Escalation:
    return Escalation(
        id=town.ledger(rig).new_id("es"), type="escalation", title=title[:300],
        status=EscalationStatus.OPEN, severity=severity, about=about,
        created_at=town.clock.text, created_by=who.address,
    )  # fmt: skip


def escalate(
    town: Town, rig: Rig | None, who: Actor, severity: Severity, title: str, about: str
) -> bool:
    """Call for a person's judgement, once for each cause; tell whether that says anything."""
    call = Call(_call(town, rig, who, severity, title, about), afresh=False, same=eq)
    known = town.ledger(rig).all(Escalation, *looked_at(call.document))
    new = joined(call, known, town.clock.now)
    if new is not None:
        town.write(who, rig, f"escalate {new.severity}: {new.title}", new)
    return new is not None


def settle(town: Town, rig: Rig | None, who: Actor, about: str) -> None:
    """Close what *who* told about something: its cause is gone."""
    for each in town.calls_about(rig, about):
        if each.created_by == who.address:
            end_call(town, rig, each, who, "it works again")


def ack(town: Town, rig: Rig | None, call: Escalation, who: Actor) -> None:
    """Say that somebody is at it."""
    row = call.machine.after(call.status, "ack")
    new = call.replace(status=EscalationStatus(row.target))
    town.write(who, rig, f"ack {call.id}", new)


def end_call(town: Town, rig: Rig | None, call: Escalation, who: Actor, why: str) -> None:
    """Say that it is dealt with."""
    row = call.machine.after(call.status, "close")
    new = call.replace(status=EscalationStatus(row.target), reason=why)
    town.write(who, rig, f"close {call.id}: {why}", new)
