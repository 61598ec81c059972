"""How an agent's things stand: for its successor to read, and to see whether anything moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitgt.git.command import attempt
from gitgt.git.snapshot import WIP
from gitgt.model.actor import Actor
from gitgt.services.agents import hook
from gitgt.services.handoff.seat import Seat
from gitgt.services.town import Town

# So many commits of a ledger are looked through for the agent's last one.
_FAR: Final = 500
_COMMITS: Final = 10
_FILES: Final = 30


def mark(town: Town, seat: Seat) -> str:
    """Return a text that is another one whenever the agent has got anywhere.

    That is a commit, a change to its files, or anything that it wrote into a ledger.
    """
    tip = _said(seat, "rev-parse", "HEAD") if seat.rig is not None else ""
    saved = town.ledger_at(seat.rig).repository.ref(f"{WIP}{seat.address}") or ""
    return " ".join(each[:12] or "-" for each in (tip, saved, *_written(town, seat)))


def _written(town: Town, seat: Seat) -> Iterator[str]:
    """Yield the last commit of the agent in each ledger that it may write to."""
    who = Actor.agent(seat.address).email
    for rig, ledger in town.ledgers():
        if seat.rig not in (None, rig):
            continue
        asked = ("log", f"-{_FAR}", "--format=%ae %H", ledger.ref, "--")
        log = attempt(*asked, cwd=ledger.repository.common).stdout.decode(errors="replace")
        rows = (row.rpartition(" ") for row in log.splitlines())
        yield next((commit for email, _, commit in rows if email == who), "")


def collect(town: Town, seat: Seat) -> str:
    """Return what can be seen without asking: hook, branch, commits, what is not committed."""
    parts = [*_on_the_hook(town, seat), *_in_git(town, seat)]
    return "\n\n".join(f"{title}:\n{text}" for title, text in parts if text)


def _on_the_hook(town: Town, seat: Seat) -> Iterator[tuple[str, str]]:
    now = town.ledger_at(seat.rig).snapshot()
    beads = [now.bead(bead) for whose, bead in hook.held(now) if whose == seat.address]
    yield "On the hook", "\n".join(f"{each.id} ({each.status}) {each.title}" for each in beads)


def _in_git(town: Town, seat: Seat) -> Iterator[tuple[str, str]]:
    if seat.rig is None:
        return
    yield "Branch", _said(seat, "symbolic-ref", "--short", "-q", "HEAD")
    span = f"{seat.rig.branch}..HEAD"
    log = ("log", f"-{_COMMITS}", "--format=%h %s", span, "--")
    yield f"Commits since {seat.rig.branch}", _said(seat, *log)
    files = _said(seat, "status", "--porcelain").splitlines()
    more = [f"... and {len(files) - _FILES} more"] if len(files) > _FILES else []
    yield "Not committed", "\n".join([*files[:_FILES], *more])
    saved = town.ledger_at(seat.rig).repository.ref(f"{WIP}{seat.address}")
    yield "Kept as a snapshot", f"{WIP}{seat.address} at {saved[:12]}" if saved else ""


def is_dirty(seat: Seat) -> bool:
    """Tell whether something is not committed where the agent works."""
    return seat.rig is not None and bool(_said(seat, "status", "--porcelain"))


def _said(seat: Seat, *argv: str) -> str:
    if not seat.worktree.is_dir():
        return ""
    done = attempt(*argv, cwd=seat.worktree)
    return done.stdout.decode(errors="replace").rstrip() if done.ok else ""
