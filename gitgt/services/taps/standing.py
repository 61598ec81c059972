"""How it stands with the bead on an agent's hook, asked cheaply: at the end of each turn."""

from __future__ import annotations

from pathlib import Path

from gitgt.git.command import git
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.lifecycle import BeadStatus, MergeStatus
from gitgt.model.turns import Work
from gitgt.services.taps.seat import Seat

_HELD = (BeadStatus.HOOKED, BeadStatus.IN_PROGRESS)
_WAITS = (MergeStatus.QUEUED, MergeStatus.BLOCKED, MergeStatus.ESCALATED)


def of(seat: Seat) -> Work:
    """Return how it stands with the work of *seat*; nothing, if it has none any more."""
    if not seat.bead or not seat.rig or seat.worktree is None:
        return Work()
    town = seat.open_town()
    now = town.ledger_at(town.rig(seat.rig)).snapshot()
    bead = now.bead(seat.bead)
    if bead.status not in _HELD or bead.assignee != seat.address:
        return Work()
    heads = _commits(seat.worktree, seat.base)
    tip, closes = heads[0] if heads else ("", "")
    return Work(
        bead=seat.bead,
        branch=seat.branch,
        begun=bead.status is BeadStatus.IN_PROGRESS,
        handed_in=_is_handed_in(now, bead.merge_request, tip, says_so=seat.bead in closes),
        ahead=len(heads),
        head=tip[:12],
    )


def _is_handed_in(now: Snapshot, request: str, tip: str, *, says_so: bool) -> bool:
    """Tell whether the refinery has the work, or will be told as soon as somebody looks."""
    asked = now.request(request) if request else None
    if asked is not None and asked.status in _WAITS:
        return True
    return says_so and (asked is None or asked.head != tip)


def _commits(worktree: Path, base: str) -> list[tuple[str, list[str]]]:
    """Return the commits that are not on the base, the last one first, and what each closes."""
    form = "--format=%H %(trailers:key=Closes,valueonly,separator=%x20)"
    span = f"refs/heads/{base}..HEAD" if base else "HEAD"
    rows = git("log", form, "--max-count=1000", span, "--", cwd=worktree).decode()
    words = [row.split() for row in rows.splitlines()]
    return [(first, rest) for first, *rest in words]
