"""The hook of an agent as a record: what hangs there, how far it is, and what holds it.

A hook is ledger and refs: the bead, the branch, the last snapshot. The worktree and the
session are made of them again where they are missing, so the record is the same on another
machine. What would be lost with this one is said: it has not reached the remote.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from gitgt.git import shared
from gitgt.git.remote import tracking
from gitgt.git.snapshot import WIP, is_saved
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.dispatch import SessionState, is_polecat
from gitgt.model.documents import Bead
from gitgt.model.hook import Work, status_of
from gitgt.model.instant import text_of
from gitgt.model.lifecycle import BeadStatus, HookStatus
from gitgt.services import submit, sync, target, work_sharing
from gitgt.services.agents import hook, sandbox
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_ORDER: Final = [*HookStatus]
_AT_HAND: Final = (HookStatus.ACTIVE, HookStatus.SUSPENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """The hook of *agent*: with one bead, or empty.

    ``commits`` are those of the branch that its base has not. ``snapshot`` is the last one of
    what was not committed. ``here_alone`` says what no other machine has.
    """

    agent: str
    status: HookStatus
    bead: Bead | None = None
    branch: str = ""
    tip: str = ""
    base: str = ""
    commits: int = 0
    request: str = ""
    worktree: Path | None = None
    session: str = ""
    snapshot: str = ""
    saved_at: str = ""
    here_alone: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "agent": self.agent, "status": str(self.status),
            "bead": str(self.bead.id) if self.bead else "",
            "title": self.bead.title if self.bead else "",
            "branch": self.branch, "tip": self.tip, "base": self.base, "commits": self.commits,
            "request": self.request, "worktree": str(self.worktree or ""),
            "session": self.session, "snapshot": self.snapshot, "saved_at": self.saved_at,
            "here_alone": list(self.here_alone),
        }  # fmt: skip


def of(town: Town, address: str, *, past: bool = False) -> list[Hook]:
    """Return the hook of *address*: what hangs there, then what was handed in, if anything.

    With *past*, what has landed or ended is there too, the latest last.

    Raises:
        NotFoundError: there is no such rig.
    """
    whose = full(town, address)
    found = [
        each
        for rig in _rigs_of(town, whose)
        for each in _of_ledger(town, rig, whose, past=past)
    ]
    found.sort(key=lambda each: _ORDER.index(each.status))
    if any(each.status in _AT_HAND for each in found):
        return found
    return [_empty(town, whose), *found]


def full(town: Town, address: str) -> str:
    """Return *address* in full: the role's word may be left out, ``shop/toast``.

    Raises:
        NotFoundError: there is no such rig.
    """
    named = address.rstrip("/")
    if not hook.is_of_a_rig(named):
        return named
    now = town.ledger_at(town.rig(named.partition("/")[0])).snapshot()
    meant = [each for each in sorted(hook.spellings(named)) if now.agent_at(each)]
    return meant[-1] if meant else named


def _rigs_of(town: Town, address: str) -> list[Rig | None]:
    """Return the ledgers that may hold what hangs on a hook; None is the town's."""
    if hook.is_of_a_rig(address):
        return [town.rig(address.partition("/")[0])]
    return [rig for rig, _ in town.ledgers()]


def _of_ledger(town: Town, rig: Rig | None, address: str, *, past: bool) -> Iterator[Hook]:
    now = town.ledger_at(rig).snapshot()
    wanted = (*hook.HELD, "closed") if past else hook.HELD
    for row in now.rows(kind="bead", status=wanted, assignee=address):
        yield _record(town, rig, now, now.bead(row.id))


def _record(town: Town, rig: Rig | None, now: Snapshot, bead: Bead) -> Hook:
    address, request = bead.assignee, submit.live_request(now, bead.id)
    place = town if rig is None else rig
    last = sessions.look(place if hook.is_of_a_rig(address) else town, address)
    is_running = last.state is SessionState.RUNNING
    work = Work(
        status=BeadStatus(bead.status),
        submitted=str(bead.id) in hook.submitted(now),
        at_it=is_running and (last.bead == bead.id or not is_polecat(address)),
        watched=is_running or is_polecat(address),
    )
    found = Hook(
        agent=address,
        status=status_of(work),
        bead=bead,
        request=str(request.id) if request else "",
        session=last.session if work.at_it else "",
    )
    return found if rig is None else _with_git(town, rig, now, found)


def _with_git(town: Town, rig: Rig, now: Snapshot, found: Hook) -> Hook:
    """Return the record with what refs and the worktree say."""
    assert found.bead is not None
    repository = now.repository
    branch = work_sharing.branch_of(found.agent, found.bead.id)
    remote = sync.remote_of(town, rig)
    tip = repository.ref(f"refs/heads/{branch}") if branch else None
    tip = tip or (repository.ref(tracking(rig.remote, branch)) if branch else None)
    base = target.tip(repository, target.of(rig, found.bead))
    saved = repository.ref(f"{WIP}{found.agent}")
    path = sandbox.path_of(rig, found.agent) if "/" in found.agent else None
    at = repository.committed(saved)[0].seconds if saved else 0
    known = Hook(
        agent=found.agent, status=found.status, bead=found.bead, request=found.request,
        session=found.session, branch=branch, tip=tip or "",
        base=target.of(rig, found.bead),
        commits=repository.apart(tip, base)[0] if tip and base else 0,
        worktree=path if path and path.is_dir() else None,
        snapshot=saved or "", saved_at=text_of(at) if saved else "",
    )  # fmt: skip
    return _with_risks(known, now, remote)


def _with_risks(known: Hook, now: Snapshot, remote: str) -> Hook:
    if known.status is HookStatus.ARCHIVED:
        return known
    return replace(known, here_alone=tuple(_here_alone(known, now, remote)))


def _here_alone(known: Hook, now: Snapshot, remote: str) -> Iterator[str]:
    """Yield what no other machine has."""
    repository = now.repository
    if known.tip and known.commits:
        there = repository.ref(tracking(remote, known.branch)) if remote else None
        if there != known.tip:
            count = repository.apart(known.tip, there)[0] if there else known.commits
            yield f"{count} commit{'' if count == 1 else 's'} of {known.branch}"
    if known.snapshot:
        there = (
            shared.theirs(repository, remote, f"{shared.WIP}{known.agent}") if remote else ""
        )
        if there != known.snapshot:
            yield f"the snapshot {known.snapshot[:12]}"
    if known.worktree and not is_saved(known.worktree, known.snapshot):
        yield f"what is not committed in {known.worktree}"


def _empty(town: Town, address: str) -> Hook:
    """Return the hook on which nothing hangs."""
    found = Hook(agent=address, status=HookStatus.CREATED)
    if not hook.is_of_a_rig(address):
        return found
    path = sandbox.path_of(town.rig(address.partition("/")[0]), address)
    return Hook(
        agent=address, status=HookStatus.CREATED, worktree=path if path.is_dir() else None
    )
