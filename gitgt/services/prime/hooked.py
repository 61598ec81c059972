"""What is on an agent's hook, and what was tried before.

It is asked at the start of every session, so what only few need is imported where they do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from gitgt.git import refs
from gitgt.git.command import attempt
from gitgt.ledger.session_records import SessionRecords
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import Bead, MergeRequest, WorkType
from gitgt.model.lifecycle import BeadStatus, MergeStatus
from gitgt.model.prime.facts import OVERSEER, Earlier, Letter, Steps, Unsaved, Who
from gitgt.services.agents import hook
from gitgt.services.mail import boxes
from gitgt.services.town import Rig, Town

if TYPE_CHECKING:
    from gitgt.git.repository import Repository

_HEADS: Final = "refs/heads/"
_POLECATS: Final = f"{_HEADS}polecat/"
_RETURNED: Final = (MergeStatus.CONFLICT, MergeStatus.REJECTED)
_PARTS: Final = (BeadStatus.OPEN, BeadStatus.HOOKED, BeadStatus.IN_PROGRESS)


def beads(town: Town, who: Who) -> tuple[Bead, ...]:
    """Return what is on the hook.

    Raises:
        GtError: nobody can tell.
    """
    return tuple(hook.at(town, who.address))


def broken(town: Town, rig: Rig | None) -> int:
    """Return how many documents of a ledger cannot be read: a hook may be among them."""
    return len(town.ledger_at(rig).snapshot().rows(kind=""))


def steps(town: Town, rig: Rig | None, who: Who, held: tuple[Bead, ...]) -> Steps | None:
    """Return where *who* stands in a molecule, None if they are in none.

    Raises:
        GtError: it cannot be read.
    """
    roots = [each.id.partition(".")[0] for each in held if _is_part(each)]
    if not roots and not _has_molecules(town, rig):
        return None
    from gitgt.services.prime import steps as found

    return found.of_hook(town, who, roots[0]) if roots else found.given(town, rig, who)


def _is_part(bead: Bead) -> bool:
    return bead.type is WorkType.MOLECULE or bool(bead.step)


def _has_molecules(town: Town, rig: Rig | None) -> bool:
    return bool(town.ledger_at(rig).snapshot().rows(type=WorkType.MOLECULE, status=_PARTS))


def earlier(town: Town, rig: Rig, who: Who, bead: Bead, session: str) -> Earlier:
    """Return what came of the attempts at *bead* before *session*."""
    now = town.ledger_at(rig).snapshot()
    records = [
        each
        for each in SessionRecords(now.repository).of(who.address)
        if each.bead == bead.id and each.session != session
    ]
    commits, stat = _done(now.repository, rig, who, bead)
    last = records[-1] if records else None
    return Earlier(
        back=_sent_back(now, bead),
        sessions=len(records),
        ended=(last.how or "it ended by itself") if last and last.ended else "",
        commits=commits,
        stat=stat,
        others=_others(now.repository, who, bead),
    )


def _sent_back(now: Snapshot, bead: Bead) -> MergeRequest | None:
    found = now.find(bead.merge_request) if bead.merge_request else None
    is_back = isinstance(found, MergeRequest) and found.status in _RETURNED
    return found if is_back and isinstance(found, MergeRequest) else None


def _done(repository: Repository, rig: Rig, who: Who, bead: Bead) -> tuple[int, str]:
    """Return how many commits the branch of *bead* has, and what they change."""
    base = repository.ref(f"{_HEADS}{bead.target or rig.branch}")
    tip = repository.ref(f"{_HEADS}{who.branch}") if _is_for(who.branch, bead) else None
    if base is None or tip is None or tip == base:
        return 0, ""
    cwd = repository.common
    count = attempt("rev-list", "--count", f"{base}..{tip}", cwd=cwd).stdout.strip()
    if not count.isdigit() or count == b"0":
        return 0, ""
    stat = attempt("diff", "--no-ext-diff", "--stat=100,80,30", f"{base}...{tip}", cwd=cwd)
    return int(count), stat.stdout.decode(errors="replace").rstrip()


def _is_for(branch: str, bead: Bead) -> bool:
    return branch.endswith(f"/{bead.id}")


def _others(repository: Repository, who: Who, bead: Bead) -> tuple[str, ...]:
    """Return the branches on which others have tried it."""
    names = (ref.removeprefix(_HEADS) for ref in sorted(repository.refs(_POLECATS)))
    return tuple(each for each in names if _is_for(each, bead) and each != who.branch)


def handoff(town: Town, rig: Rig | None, who: Who) -> str:
    """Return what the session before left to this one."""
    records = SessionRecords(town.ledger_at(rig).repository).of(who.address)
    if not any(each.handoff or each.checkpoint for each in records):
        return ""
    from gitgt.services.handoff import told
    from gitgt.services.handoff.seat import seat_of

    return told.text(town, seat_of(town, who.address))


def letters(town: Town, who: Who) -> tuple[Letter, ...]:
    """Return the mail that somebody has not read, what is urgent first."""
    box = who.address if who.role != OVERSEER else OVERSEER
    found = sorted(boxes.unread(town.ledger.snapshot(), box), key=lambda each: each.priority)
    return tuple(
        Letter(str(each.id), each.created_by, each.title, urgent=not each.priority)
        for each in found
    )


def unsaved(town: Town, rig: Rig | None, who: Who) -> Unsaved:
    """Return what an earlier session of a polecat had not committed."""
    if rig is None or who.role != "polecat" or not who.worktree:
        return Unsaved()
    if files := _dirty(Path(who.worktree)):
        return Unsaved(files=files)
    repository = town.ledger_at(rig).repository
    if repository.ref(f"refs/gt/wip/{who.address}") is None:
        return Unsaved()
    return _kept(repository, who)


def _kept(repository: Repository, who: Who) -> Unsaved:
    from gitgt.git import snapshot
    from gitgt.model.instant import text_of

    kept = next(snapshot.history(repository, who.address), None)
    head = repository.ref(f"{_HEADS}{who.branch}")
    if kept is None or kept.branch != who.branch or head is None:
        return Unsaved()
    # Once the branch has moved on, what was saved is in a commit, or somebody did without it.
    if repository.parents_of(kept.commit)[:1] != (head,):
        return Unsaved()
    return Unsaved(snapshot=kept.commit, at=text_of(kept.at))


def _dirty(place: Path) -> int:
    if refs.git_dir_of(place) is None:
        return 0
    said = attempt("status", "--porcelain", cwd=place)
    return len(said.stdout.splitlines()) if said.ok else 0
