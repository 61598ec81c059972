"""What a person can do with one merge request: let it jump, hold it, refuse it, ask again."""

from __future__ import annotations

from collections.abc import Callable

from gitgt.errors import AmbiguousError, NotAllowedError, NotFoundError, RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.ledger.verdicts import Verdicts
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, Comment, Document, MergeRequest, in_order
from gitgt.model.ids import BeadId, base36, is_bead_id
from gitgt.model.instant import exact_text_of, later_than
from gitgt.model.lifecycle import BeadStatus, BeadVerb, MergeStatus
from gitgt.model.wording import fit_line
from gitgt.services import reading, submit
from gitgt.services.queue.merge_queue import hooked_again
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

# Somebody waits for it to come back, or to be asked for again.
_BACK = (MergeStatus.CONFLICT, MergeStatus.REJECTED, MergeStatus.ESCALATED)
_REFUSABLE = (MergeStatus.QUEUED, MergeStatus.BLOCKED, MergeStatus.ESCALATED)


def identify(town: Town, text: str, rig: Rig | None = None) -> BeadId:
    """Return the merge request that *text* names: by its id, its bead's id, or its branch.

    Raises:
        NotFoundError: there is none.
        AmbiguousError: several could be meant.
    """
    found = _by_branch(town, text, rig)
    if len(found) > 1:
        raise AmbiguousError(f"{text} is the branch of {', '.join(found)}")
    if not found and "/" in text:
        raise NotFoundError(
            f"nobody asks for the branch {text!r}", hint=f"git gt mq submit --branch {text}"
        )
    return found[0] if found else _by_id(town, text)


def _by_branch(town: Town, text: str, rig: Rig | None) -> list[BeadId]:
    places = [rig] if rig else town.rigs_here().values()
    live = (
        each
        for place in places
        for each in town.ledger_at(place).snapshot().all(MergeRequest, status=submit.LIVE)
    )
    return [each.id for each in live if each.branch == text]


def _by_id(town: Town, text: str) -> BeadId:
    try:
        name = reading.identify(town, text)
    except RefusedError as error:
        if is_bead_id(text) or isinstance(error, AmbiguousError):
            raise
        said = f"{text!r} is no merge request, and no bead or branch that has one"
        raise NotFoundError(said, hint="git gt mq --all") from error
    found = town.ledger_of(name).snapshot().from_index(name)
    if isinstance(found, MergeRequest):
        return name
    if isinstance(found, Bead) and found.merge_request:
        return BeadId.parse(found.merge_request)
    raise NotFoundError(f"{name} has no merge request", hint="git gt mq list")


def jump(town: Town, name: BeadId, who: Actor) -> MergeRequest:
    """Put a request before all others, even before what is being tested.

    Raises:
        NotAllowedError: an agent asks for it.
        RefusedError: it does not wait in the queue.
    """

    def step(now: Snapshot, old: MergeRequest) -> tuple[Document, ...]:
        if old.status != MergeStatus.QUEUED:
            raise RefusedError(f"{name} is {old.status}", hint=f"git gt mq show {name}")
        return (old.replace(jumped_at=_before_all(town, now, old)),)

    return _change(town, name, who, step, f"let {name} jump the queue", "request.jumped")


def hold(town: Town, name: BeadId, reason: str, who: Actor) -> MergeRequest:
    """Let a request keep its place, and be neither tested nor landed until it is let go.

    Raises:
        NotAllowedError: an agent asks for it.
        RefusedError: it has ended, or no reason is given.
    """
    why = fit_line(reason)
    if not why:
        raise RefusedError("a hold needs a reason", hint="--reason 'wait for the release'")

    def step(_: Snapshot, old: MergeRequest) -> tuple[Document, ...]:
        if old.is_closed:
            raise RefusedError(f"{name} is {old.status}", hint=f"git gt mq show {name}")
        return (old.replace(held=why),)

    return _change(town, name, who, step, f"hold {name}: {why}", "request.held")


def unhold(town: Town, name: BeadId, who: Actor) -> MergeRequest:
    """Let a request go that was held.

    Raises:
        NotAllowedError: an agent asks for it.
        RefusedError: it has ended.
    """

    def step(_: Snapshot, old: MergeRequest) -> tuple[Document, ...]:
        if old.is_closed:
            raise RefusedError(f"{name} is {old.status}", hint=f"git gt mq show {name}")
        return (old.replace(held=""),)

    return _change(town, name, who, step, f"let {name} go", "request.let-go")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused, and whether its bead says so too."""

    reason: str
    notify: bool = False


def reject(town: Town, name: BeadId, refusal: Refusal, who: Actor) -> MergeRequest:
    """Give a request back to its author; its branch stays, and the bead is on their hook.

    Raises:
        NotAllowedError: an agent asks for it.
        RefusedError: it is with its author already, or has ended; or no reason is given.
    """
    rig = town.rig_of(name)
    reason = fit_line(refusal.reason)
    if rig is None or not reason:
        raise RefusedError("a rejection needs a reason", hint="--reason 'not what was asked'")
    said = f"{name} was rejected: {reason}"
    note = Comment(base36(town.draw(36**8), 8), town.now(), who.address, said)

    def step(now: Snapshot, old: MergeRequest) -> tuple[Document, ...]:
        if old.status not in _REFUSABLE:
            raise RefusedError(f"{name} is {old.status}", hint=f"git gt mq show {name}")
        back = old.replace(
            status=MergeStatus.REJECTED, reason=reason, held="", returns=old.returns + 1
        )
        return (
            *_given_back(town, rig, now, old, reason, note if refusal.notify else None),
            back,
        )

    return _change(town, name, who, step, f"reject {name}: {reason}", "request.rejected")


def _given_back(
    town: Town, rig: Rig, now: Snapshot, request: MergeRequest, reason: str,
    note: Comment | None,
) -> tuple[Document, ...]:  # fmt: skip
    """Return the bead on its author's hook; one that nobody works on stays as it is."""
    documents: tuple[Document, ...] = (now.bead(request.source),)
    if documents[0].status == BeadStatus.IN_PROGRESS:
        documents = hooked_again(town, rig, now, request, reason)
    if note is None:
        return documents
    bead, *others = documents
    return (bead.replace(comments=in_order((*bead.comments, note))), *others)


def retry(town: Town, name: BeadId, who: Actor, *, first: bool = False) -> MergeRequest:
    """Ask again for what came back, with the same head; *first* puts it before all others.

    The reds that there are already are not held against it: the gates are asked once more.

    Raises:
        NotAllowedError: an agent asks for it.
        RefusedError: it did not come back, or nobody has its bead any more.
    """
    seen = Verdicts(town.ledger_of(name).repository).latest()

    def step(now: Snapshot, old: MergeRequest) -> tuple[Document, ...]:
        if old.status not in _BACK:
            raise RefusedError(
                f"{name} is {old.status}: only what came back is asked for again",
                hint=f"git gt mq why {name}",
            )
        again = old.replace(
            status=MergeStatus.QUEUED, reason="", findings="", pardoned=seen,
            jumped_at=_before_all(town, now, old) if first else old.jumped_at,
        )  # fmt: skip
        return (_begun(now.bead(old.source)), again)

    return _change(town, name, who, step, f"retry {name}", "request.retried")


def _begun(bead: Bead) -> Bead:
    """Return the bead as it is while the refinery has what was done for it."""
    if bead.status == BeadStatus.IN_PROGRESS:
        return bead
    if bead.status != BeadStatus.HOOKED:
        raise RefusedError(
            f"{bead.id} is {bead.status}", hint=f"git gt sling {bead.id}, and hand it in again"
        )
    return bead.after(BeadVerb.BEGIN, assignee=bead.assignee, reason="")


def _before_all(town: Town, now: Snapshot, mine: MergeRequest) -> str:
    """Return when *mine* jumps the queue: later than all others, whatever clocks say."""
    others = now.all(MergeRequest, status=submit.LIVE)
    last = max((each.jumped_at for each in others if each.id != mine.id), default="")
    if mine.jumped_at > last:
        return mine.jumped_at
    return later_than(last, exact_text_of(town.clock()))


Step = Callable[[Snapshot, MergeRequest], tuple[Document, ...]]


def _change(
    town: Town, name: BeadId, who: Actor, step: Step, said: str, event: str
) -> MergeRequest:
    """Take a step with a request; nothing is written if nothing changes by it."""
    if who.standing.is_agent:
        raise NotAllowedError(
            "only a person steers the merge queue",
            hint="commit with the line: Escalate: MEDIUM why",
        )

    def decide(now: Snapshot) -> Change:
        return Change(said, step(now, now.request(name)), event=event)

    return town.ledger_of(name).transact(decide, who).request(name)
