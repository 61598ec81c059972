"""Begin work, submit it, call for help: what an agent's commits say, and ``git gt done``."""

from __future__ import annotations

import contextlib
import json
import shlex
from collections.abc import Callable
from dataclasses import asdict
from operator import eq
from pathlib import Path
from typing import Final

from gitgt.errors import GtError, NotAllowedError, NotFoundError, RefusedError
from gitgt.git import markers, refs, snapshot, worktree
from gitgt.git.command import git
from gitgt.git.markers import Assignment
from gitgt.git.transaction import RefMove
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change, Ledger
from gitgt.model.actor import Actor
from gitgt.model.change import marked
from gitgt.model.documents import Bead, Escalation, MergeRequest, Severity, linked
from gitgt.model.escalation.cause import Call, joined, looked_at, standing_of
from gitgt.model.ids import BeadId
from gitgt.model.instant import exact_text_of, later_than, seconds_of, text_of
from gitgt.model.lifecycle import (
    BeadStatus,
    BeadVerb,
    EscalationStatus,
    MergeStatus,
)
from gitgt.model.wording import fit_line, fit_text
from gitgt.services import leases, target
from gitgt.services.commit import signed
from gitgt.services.convoy import convoys
from gitgt.services.integration import branches
from gitgt.services.queue import depending, landed
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

PIN: Final = "refs/gt/pin/"
TRASH: Final = "refs/gt/trash/"
LIVE: Final = (
    MergeStatus.QUEUED,
    MergeStatus.BLOCKED,
    MergeStatus.CONFLICT,
    MergeStatus.REJECTED,
    MergeStatus.ESCALATED,
)


@dataclass(frozen=True, slots=True)
class Submission:
    """A branch that its author calls finished, and what they wish for, if anything.

    Without a *target* it lands where its bead is to land, without a *priority* it has its
    bead's; it lands after the requests of *after* too.
    """

    bead: BeadId
    branch: str
    head: str
    target: str = ""
    priority: int | None = None
    after: tuple[BeadId, ...] = ()


def begin(town: Town, bead: BeadId, who: Actor) -> Bead:
    """Note that work on *bead* has begun; once, however often it is said."""

    def decide(now: Snapshot) -> Change | None:
        old = now.bead(bead)
        if old.status != BeadStatus.HOOKED:
            return None
        return Change(f"begin {bead}", (_begun(old, who, town.now()),), event="bead.begun")

    return town.ledger_of(bead).transact(decide, who).bead(bead)


def submit(town: Town, submission: Submission, who: Actor) -> MergeRequest:
    """Ask the refinery to land a branch; the same head is asked for only once.

    Raises:
        RefusedError: the branch holds nothing, the bead is closed or somebody else's, or it is
            to land where beads are kept.
    """
    rig = town.rig_of(submission.bead)
    if rig is None:
        raise RefusedError(f"{submission.bead} is the town's own and has no code to land")
    ledger = town.ledger_at(rig)
    number = town.new_id(rig.prefix, "mr")
    depending.check(town, submission.after)

    def decide(now: Snapshot) -> Change | None:
        bead = _checked(now.bead(submission.bead), who)
        at = _end_of_queue(now, town.clock())
        present = live_request(now, submission.bead)
        placed = present.target if present else branches.place(town, rig, bead)
        where = submission.target or placed
        target.check_kind(rig, where)
        _check_commits(now, submission, where)
        depending.check_circles(town, bead.id, submission.after)
        request = (
            _new(town, number, bead, submission, where=where, at=at, who=who)
            if present is None
            else _revised(present, submission)
        )
        request = _wished(request, submission)
        if request == present:
            return None
        begun = _begun(bead, who, town.now()).replace(merge_request=str(request.id), reason="")
        return Change(
            f"submit {bead.id} at {submission.head[:12]}",
            (begun, request),
            event="bead.submitted",
            moves=(*_pins(ledger, request), *target.beginning(ledger.repository, where)),
        )

    after = ledger.transact(decide, who)
    found = live_request(after, submission.bead)
    assert found is not None
    return found


def live_request(now: Snapshot, bead: BeadId) -> MergeRequest | None:
    """Return the merge request of *bead* that has not ended; None if there is none."""
    return next(now.all(MergeRequest, source=bead, status=LIVE), None)


def _end_of_queue(now: Snapshot, clock: float) -> str:
    """Return when whoever comes now joins the queue: after all others, whatever clocks say."""
    last = max((each.queued_at for each in now.all(MergeRequest, status=LIVE)), default="")
    return later_than(last, exact_text_of(clock))


def _says_the_same(request: MergeRequest, submission: Submission) -> bool:
    waiting = (MergeStatus.QUEUED, MergeStatus.BLOCKED)
    return request.head == submission.head and request.status in waiting


def _checked(bead: Bead, who: Actor) -> Bead:
    if bead.is_closed:
        raise RefusedError(
            f"{bead.id} is closed", hint=f"git gt bead reopen {bead.id} --reason '...'"
        )
    if who.standing.is_agent and bead.assignee != who.address:
        holder = f"on the hook of {bead.assignee}" if bead.assignee else "on nobody's hook"
        raise NotAllowedError(f"{bead.id} is {holder}, not yours", hint="git gt hook")
    return bead


def _check_commits(now: Snapshot, submission: Submission, where: str) -> None:
    tip = target.tip(now.repository, where)
    if tip is None:
        raise NotFoundError(
            f"the branch {where!r} that {submission.bead} is to land on is gone"
        )
    # That its content is there is for the queue to say: it closes the bead then.
    there = (tip, *landed.heads_of(now, submission.bead))
    if any(now.repository.is_ancestor(submission.head, each) for each in there):
        raise RefusedError(
            f"{submission.branch} has no commit that {where} has not",
            hint="commit your work first; if nothing needs changing: "
            f"git gt bead close {submission.bead} --outcome no-changes --reason '...'",
        )


def _begun(bead: Bead, who: Actor, now: str) -> Bead:
    if bead.status == BeadStatus.IN_PROGRESS:
        return bead
    new = bead.after(BeadVerb.BEGIN, assignee=bead.assignee or who.address)
    return marked(bead, new, now=now, by=who.address)


def _new(  # noqa: PLR0913 - a request says all of it
    town: Town, number: BeadId, bead: Bead, submission: Submission, *, where: str, at: str,
    who: Actor,
) -> MergeRequest:  # fmt: skip
    return MergeRequest(
        id=number,
        type="merge-request",
        title=bead.title,
        status=MergeStatus.QUEUED,
        priority=bead.priority,
        source=str(bead.id),
        branch=submission.branch,
        head=submission.head,
        target=where,
        agent=bead.assignee or who.address,
        queued_at=at,
        held=convoys.hold(town, bead.id),
        created_at=text_of(seconds_of(at)),
        created_by=who.address,
    )


def _revised(request: MergeRequest, submission: Submission) -> MergeRequest:
    """Return the request with a new head; it keeps its place in the queue."""
    if _says_the_same(request, submission):
        return request
    return request.replace(
        status=MergeStatus.QUEUED,
        revision=request.revision + 1,
        branch=submission.branch,
        head=submission.head,
        reason="",
        findings="",
    )


def _wished(request: MergeRequest, submission: Submission) -> MergeRequest:
    wanted = submission.priority
    return request.replace(
        target=submission.target or request.target,
        priority=request.priority if wanted is None else wanted,
        dependencies=linked(request.dependencies, *depending.edges(submission.after)),
    )


def _pins(ledger: Ledger, request: MergeRequest) -> tuple[RefMove, ...]:
    """Keep the new head whatever becomes of its branch, and the old one left behind."""
    name = f"{PIN}{request.id}"
    old = ledger.repository.ref(name)
    if old == request.head:
        return ()
    moves = [RefMove(name, old, request.head)]
    if old is not None and not ledger.repository.is_ancestor(old, request.head):
        kept = f"{TRASH}{request.id}/{request.revision - 1}"
        moves.append(RefMove(kept, ledger.repository.ref(kept), old))
    return tuple(moves)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A worktree with an assignment: where ``git gt done`` is said."""

    town: Town
    rig: Rig
    path: Path
    assignment: Assignment

    @classmethod
    def around(cls, town: Town, cwd: Path) -> Sandbox:
        """Return the sandbox that *cwd* lies in.

        Raises:
            RefusedError: it lies in none.
        """
        top = refs.top_of(cwd)
        rig = town.rig_at(cwd)
        git_dir = None if top is None else refs.git_dir_of(top)
        found = None if git_dir is None else markers.assignment_of(git_dir)
        if top is None or rig is None or found is None:
            raise RefusedError(
                f"{cwd} is not the sandbox of an assignment",
                hint="in your own worktree: git gt mq submit",
            )
        return cls(town, rig, top, found)


def save(sandbox: Sandbox, who: Actor) -> str | None:
    """Commit what is not committed yet; return the commit, None if there was nothing."""
    if worktree.is_clean(sandbox.path):
        return None
    git("add", "--all", "--", ":/", cwd=sandbox.path)
    git(
        "-c", "core.hooksPath=/dev/null", "commit", "--quiet",
        "-m", f"Save what was not committed\n\nBead: {sandbox.assignment.bead}",
        cwd=sandbox.path, env=signed(who),
    )  # fmt: skip
    return worktree.tip(sandbox.path)


def done(sandbox: Sandbox, who: Actor) -> MergeRequest | None:
    """Save what is not committed and submit the sandbox's branch.

    Returns None if the bead was closed because nothing needed changing.

    Raises:
        RefusedError: it stands on another branch or amid a merge: nothing was committed; or
            ``submit`` refuses.
    """
    bead = BeadId.parse(sandbox.assignment.bead)
    found = sandbox.town.ledger_at(sandbox.rig).snapshot().bead(bead)
    if found.is_closed and not found.landed:
        _snapshot(sandbox)
        return None
    _check_finished(sandbox)
    _check_branch(sandbox)
    git_dir = refs.git_dir_of(sandbox.path)
    assert git_dir is not None
    with markers.handing_in(git_dir, json.dumps(asdict(leases.me(who.address)))):
        save(sandbox, who)
        head = worktree.tip(sandbox.path)
        return submit(sandbox.town, Submission(bead, sandbox.assignment.branch, head), who)


def _check_finished(sandbox: Sandbox) -> None:
    """Refuse to commit what git has not merged yet: its marks would land with it."""
    git_dir = refs.git_dir_of(sandbox.path)
    verb = markers.under_way(git_dir) if git_dir is not None else ""
    paths = worktree.unmerged(sandbox.path)
    if not verb and not paths:
        return
    _snapshot(sandbox)
    amid = f"is in the middle of a {verb}" if verb else "is not merged"
    where = f": {', '.join(paths)}" if paths else ""
    raise RefusedError(f"{sandbox.path} {amid}{where}", hint=_way_out(verb, paths))


def _way_out(verb: str, paths: list[str]) -> str:
    first = f"resolve what conflicts, git add {shlex.join(paths)}, " if paths else ""
    end = f"git {verb} --continue; or git {verb} --abort" if verb else "git commit"
    return f"{first}{end}"


def _snapshot(sandbox: Sandbox) -> None:
    """Keep what is not committed as it is; what cannot be kept stays where it is."""
    with contextlib.suppress(GtError):
        snapshot.snapshot(sandbox.path, sandbox.assignment.agent)


def _check_branch(sandbox: Sandbox) -> None:
    branch = worktree.head_of_path(sandbox.path)
    if branch != f"refs/heads/{sandbox.assignment.branch}":
        raise RefusedError(
            f"{sandbox.path} stands on {branch or 'no branch'}, "
            f"not on {sandbox.assignment.branch}",
            hint=f"git switch {sandbox.assignment.branch}, and bring your commits there",
        )


def escalate(  # noqa: PLR0913 - whoever is called must know all of it
    town: Town, rig: Rig | None, who: Actor, *, severity: Severity, title: str, about: str,
    description: str = "", same: Callable[[str, str], bool] = eq, cause: str = "",
    to: str = "", source: str = "", related: str = "", afresh: bool = False,
) -> Escalation:  # fmt: skip
    """Call for a person's judgement, and return the call as it stands then.

    There is one open call for each *cause* of whoever calls, by default for what it is
    *about*: another one counts there, and may make it louder. *same* tells which of two titles
    say the same of it; *afresh* says that it surely happened again. What a commit calls for is
    heard once.
    """
    title = fit_line(title)
    document = Escalation(
        id=town.new_id("hq" if rig is None else rig.prefix, "es"),
        type="escalation",
        title=title,
        status=EscalationStatus.OPEN,
        severity=severity,
        recipient=to,
        about=about,
        cause=fit_line(cause),
        related=related,
        source=fit_line(source),
        description=fit_text(description),
        created_at=town.now(),
        created_by=who.address,
    )
    call = Call(document, afresh, same)

    def decide(now: Snapshot) -> Change | None:
        new = joined(call, _known(now, document), town.clock())
        if new is None:
            return None
        if new.id == document.id:
            return Change(f"escalate {severity}: {title}", (new,), event="escalation.raised")
        louder = new.raised_at and new.last_seen == new.raised_at
        event = "escalation.rose" if louder else "escalation.repeated"
        return Change(f"again {new.severity}: {new.title}", (new,), event=event)

    after = town.ledger_at(rig).transact(decide, who)
    return standing_of(document, _known(after, document)) or document


def _known(now: Snapshot, call: Escalation) -> list[Escalation]:
    return list(now.all(Escalation, status=looked_at(call)))
