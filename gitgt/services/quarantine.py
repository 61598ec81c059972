"""What cannot be read, not be taken in, or should not have been: told once, and put right.

A commit that moved the ledger past the hooks and broke a rule is undone, bead by bead, by a
commit of ours that holds the escalation as well: so the two are there together or not at all.
What the escalation says follows from that commit alone, so two clones that both do this write
the same, and merge in silence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Final

from gitgt.errors import LedgerConflictError, NewerDataError
from gitgt.git.repository import Repository
from gitgt.git.spool import Spool
from gitgt.git.transaction import RefMove, move_refs
from gitgt.ledger import codec, lawful, layout
from gitgt.ledger.lawful import Findings
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change, Ledger
from gitgt.ledger.wrong import Wrong
from gitgt.model.actor import Actor
from gitgt.model.documents import Escalation, Severity
from gitgt.model.event import Event
from gitgt.model.ids import BeadId, base36, is_bead_id
from gitgt.model.lifecycle import EscalationStatus
from gitgt.model.wording import fit_line, fit_text
from gitgt.services import desk
from gitgt.services.escalation import escalations
from gitgt.services.town import Rig, Town

_ATTEMPTS: Final = 50
_TOLD: Final = 40  # beads that the commit's trailers name
# Who says so: what is told of commits past the hooks is for people to close.
_JUDGE: Final = "watcher"


def put_back(town: Town, rig: Rig | None, who: Actor) -> list[str]:
    """Undo what commits past the hooks did against the rules; return their ids.

    Raises:
        LedgerConflictError: others were faster again and again.
    """
    ledger = town.ledger_at(rig)
    prefix = "hq" if rig is None else rig.prefix
    told: list[str] = []
    for _ in range(_ATTEMPTS):
        head, since = ledger.head(), ledger.repository.ref(lawful.JUDGED)
        if since == head:
            return told
        found = _found(ledger.repository, since, head)
        if found is None:
            return told
        if not found.files:
            with suppress(LedgerConflictError):  # another pass has come as far
                lawful.mark(ledger.repository, head)
            return told
        if _is_undone(ledger, head, found, prefix, who):
            told += sorted({wrong.commit for wrong in found.wrongs})
    raise LedgerConflictError("the ledger moved on again and again", hint="git gt tick")


def _found(repository: Repository, since: str | None, head: str) -> Findings | None:
    """Return what is wrong since the last look; None if we cannot tell."""
    if since is None or not repository.has(since):
        return Findings()
    try:
        return lawful.look(repository, since, head)
    except NewerDataError:
        return None


def _is_undone(ledger: Ledger, head: str, found: Findings, prefix: str, who: Actor) -> bool:
    """Write a ledger in which all is good again; tell whether it was still at *head*."""
    repository, files = ledger.repository, dict(found.files)
    escalations = _told_of(found.wrongs, prefix)
    for each in escalations:
        path = layout.path_of(each.id)
        if repository.entry(head, path) is None:
            files[path] = repository.write_blob(codec.emit(each.fields()))
    beads = [str(bead) for path in found.files if (bead := layout.named_by(path))]
    event = Event(_subject(found, beads), name=lawful.PUT_BACK, beads=tuple(beads[:_TOLD]))
    new = ledger.commit_tree(repository.write_tree(head, files), (head,), event, who)
    try:
        move_refs(repository, [RefMove(ledger.ref, head, new)], why="put back")
    except LedgerConflictError:
        if ledger.head() == head:
            raise
        return False
    Spool.of(repository.common).leave(str(repository.common))
    return True


def _subject(found: Findings, beads: list[str]) -> str:
    what = ", ".join(beads[:3]) + (", ..." if beads[3:] else "") if beads else "the ledger"
    commits = sorted({wrong.commit[:12] for wrong in found.wrongs})
    if not commits:
        return f"complete {what}"
    return f"put back {what} as before {', '.join(commits[:3])}"


def _told_of(wrongs: Sequence[Wrong], prefix: str) -> list[Escalation]:
    """Return an escalation for each commit; it follows from that commit alone."""
    by_commit: dict[str, list[Wrong]] = {}
    for wrong in wrongs:
        by_commit.setdefault(wrong.commit, []).append(wrong)
    return [_told_once(commit, those, prefix) for commit, those in sorted(by_commit.items())]


def _told_once(commit: str, wrongs: list[Wrong], prefix: str) -> Escalation:
    names = ", ".join(str(layout.named_by(each.path) or each.path) for each in wrongs)
    rows = "\n".join(each.why for each in wrongs[:_TOLD])
    said = f"It was put back. What {wrongs[0].by.address} wrote: git show {commit[:12]}"
    return Escalation(
        id=BeadId.parse(f"{prefix}-es-{_suffix(f'put back {commit}')}"),
        type="escalation",
        title=fit_line(f"{commit[:12]} got past the hooks and broke a rule: {names}"),
        status=EscalationStatus.OPEN,
        severity=Severity.HIGH,
        about=commit,
        description=f"{rows}\n{said}",
        created_at=wrongs[0].at,
        created_by=_JUDGE,
    )


def report(town: Town, rig: Rig | None, who: Actor) -> list[str]:
    """Escalate what no schema accepts, each version once; return the ids of what is broken."""
    snapshot = town.ledger_at(rig).snapshot()
    broken = [row for row in snapshot.rows(kind="") if row.error]
    for row in broken:
        _escalate(town, rig, row.id, row.error, who)
    return [row.id for row in broken]


def settle(town: Town, rig: Rig | None, who: Actor) -> list[str]:
    """Close what *who* escalated and people have mended since; return the ids."""
    now = town.ledger_at(rig).snapshot()
    broken = {row.id for row in now.rows(kind="") if row.error}
    mended = [
        each.id
        for each in now.all(Escalation, status=escalations.OPEN)
        if each.created_by == who.address and each.about
        if _is_mended(now, each.about, broken)
    ]
    for name in mended:
        escalations.close(town, name, who, reason="it was mended")
    return [str(name) for name in mended]


def _is_mended(now: Snapshot, about: str, broken: Collection[str]) -> bool:
    """Tell whether a bead is readable, or no desk is ahead of the ledger by a commit."""
    if is_bead_id(about):
        return about not in broken
    git = now.repository
    if not git.has(about) or git.is_ancestor(about, now.commit):
        return True
    return not any(git.is_ancestor(about, tip) for tip in git.refs(desk.PREFIX).values())


def _suffix(cause: str) -> str:
    """Return the end of an id that follows from *cause*: one for each."""
    return base36(
        int.from_bytes(hashlib.sha256(cause.encode(errors="surrogateescape")).digest()[:8]), 8
    )


def _escalate(town: Town, rig: Rig | None, broken: str, error: str, who: Actor) -> None:
    prefix = "hq" if rig is None else rig.prefix
    cause = f"{broken}\0{error}"
    bead = BeadId.parse(f"{prefix}-es-{_suffix(cause)}")
    document = Escalation(
        id=bead,
        type="escalation",
        title=fit_line(f"{broken} cannot be read"),
        status=EscalationStatus.OPEN,
        severity=Severity.HIGH,
        about=fit_line(broken),
        description=fit_text(f"{error}\nMend the file on a desk and commit it."),
        created_at=town.now(),
        created_by=who.address,
    )

    def decide(now: Snapshot) -> Change | None:
        if now.find(bead) is not None:
            return None
        said = fit_line(f"{broken} cannot be read")
        return Change(said, (document,), event="bead.quarantined")

    town.ledger_at(rig).transact(decide, who)
