"""How it stands with the bead on an agent's hook, asked cheaply: at the end of each turn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gitgt.git.command import git
from gitgt.model.turns import Work
from gitgt.services import quick
from gitgt.services.taps.seat import Seat

if TYPE_CHECKING:
    from gitgt.ledger.snapshot import Snapshot

_HELD = ("hooked", "in_progress")
_BEGUN = "in_progress"
# A request that is none of these is with the refinery, or has landed since the bead was read.
_CAME_BACK = ("conflict", "rejected", "withdrawn")


def of(seat: Seat) -> Work:
    """Return how it stands with the work of *seat*; nothing, if it has none any more."""
    if not seat.bead or not seat.rig or seat.worktree is None:
        return Work()
    bead = quick.shown(str(seat.town), seat.bead) or _looked_up(seat)
    if bead["status"] not in _HELD or bead.get("assignee") != seat.address:
        return Work()
    heads = _commits(seat.worktree, seat.base)
    tip, closes, escalates = heads[0] if heads else ("", "", "")
    return Work(
        bead=seat.bead,
        branch=seat.branch,
        begun=bead["status"] == _BEGUN,
        handed_in=_is_handed_in(seat, bead, tip, says_so=seat.bead in closes.split()),
        waits=bool(escalates),
        loops=bead.get("mode") == "ralph",
        ahead=len(heads),
        head=tip[:12],
    )


def _is_handed_in(seat: Seat, bead: dict[str, Any], tip: str, *, says_so: bool) -> bool:
    """Tell whether the refinery has the work, or will be told as soon as somebody looks."""
    if not bead.get("merge_request"):
        return says_so
    request = _snapshot(seat).request(bead["merge_request"])
    return request.status not in _CAME_BACK or (says_so and request.head != tip)


def _looked_up(seat: Seat) -> dict[str, Any]:
    """Return what the bead says, and let the next question be a quick one."""
    town = seat.open_town()
    quick.remember(town)
    now = _snapshot(seat)
    list(now.rows(kind="bead", status=_HELD))  # which brings the index up to date
    return now.bead(seat.bead).fields()


def _snapshot(seat: Seat) -> Snapshot:
    town = seat.open_town()
    return town.ledger_at(town.rig(seat.rig)).snapshot()


def _commits(worktree: Path, base: str) -> list[tuple[str, str, str]]:
    """Return the commits that are not on the base, the last one first.

    Each with what it closes, and whom it calls.
    """
    form = f"--format=%H{_said('Closes')}{_said('Escalate')}"
    span = f"refs/heads/{base}..HEAD" if base else "HEAD"
    rows = git("log", form, "--max-count=1000", span, "--", cwd=worktree).decode(
        errors="replace"
    )
    parts = [[*row.split("\t"), "", ""] for row in rows.splitlines()]
    return [(first, closes, calls) for first, closes, calls, *_ in parts]


def _said(trailer: str) -> str:
    return f"%x09%(trailers:key={trailer},valueonly,separator=%x20)"
