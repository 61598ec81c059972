"""How integration branches stand: what is on them, what is to come, what is in the way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gitgt.git.merge import Conflict, Merger
from gitgt.git.repository import Repository, Signature
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import Bead, MergeRequest
from gitgt.model.integration import Standing
from gitgt.services import epics, submit, target
from gitgt.services.integration import branches
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_NOBODY = Signature("refinery", "refinery@gitgt.invalid", 0)


@dataclass(frozen=True, slots=True)
class View:
    """An epic, its branch, and the request that wants to land it, if there is one."""

    rig: Rig
    epic: Bead
    standing: Standing
    request: MergeRequest | None = None
    live: tuple[MergeRequest, ...] = ()

    @property
    def is_landing(self) -> bool:
        """Tell whether it stands in the queue."""
        return self.request is not None and self.request.status == "queued"

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        seen = self.standing
        return {
            "epic": str(self.epic.id),
            "title": self.epic.title,
            "status": str(self.epic.status),
            "branch": seen.branch,
            "base": seen.base,
            "exists": bool(seen.tip),
            "parts": seen.parts,
            "closed": seen.parts - len(seen.open),
            "open": list(seen.open),
            "requests": [str(each.id) for each in self.live],
            "ahead": seen.ahead,
            "behind": seen.behind,
            "conflicts": list(seen.conflicts),
            "ready": seen.is_ready,
            "missing": list(seen.missing()),
            "landing": str(self.request.id) if self.request is not None else "",
            "landed": seen.landed,
        }


def look(town: Town, rig: Rig, epic: Bead) -> View:
    """Return how the integration branch of *epic* stands."""
    now = town.ledger_at(rig).snapshot()
    repository = now.repository
    base = target.of(rig, epic)
    tip, base_tip = (_tip(repository, each) for each in (epic.integration, base))
    live = _live(now, epic)
    parts = epics.one(town, epic.id)
    ahead, behind = repository.apart(tip, base_tip) if tip and base_tip else (0, 0)
    mine = submit.live_request(now, epic.id)
    return View(
        rig=rig,
        epic=epic,
        request=mine if mine is not None and mine.branch == epic.integration else None,
        live=live,
        standing=Standing(
            branch=epic.integration,
            base=base,
            tip=tip,
            base_tip=base_tip,
            parts=parts.total,
            open=tuple(each.id for each in parts.parts if each.status != "closed"),
            live=tuple(str(each.id) for each in live),
            ahead=ahead,
            behind=behind,
            conflicts=_conflicts(repository, base_tip, tip) if ahead and behind else (),
            closed=epic.is_closed,
            landed=epic.landed,
        ),
    )


def every(town: Town, rigs: Iterable[Rig], *, closed: bool) -> list[View]:
    """Return the integration branches of *rigs*, of closed epics too if asked."""
    return [
        look(town, rig, epic)
        for rig in rigs
        for epic in branches.epics(town.ledger_at(rig).snapshot(), closed=closed)
    ]


def _tip(repository: Repository, branch: str) -> str:
    return target.tip(repository, branch) or ""


def _live(now: Snapshot, epic: Bead) -> tuple[MergeRequest, ...]:
    return tuple(now.all(MergeRequest, status=submit.LIVE, target=epic.integration))


def _conflicts(repository: Repository, base: str, tip: str) -> tuple[str, ...]:
    """Return the paths that somebody would have to merge by hand; known without any gate."""
    found = Merger(repository, base, _NOBODY).merge(base, tip)
    if not isinstance(found, Conflict):
        return ()
    return found.paths or ("its history",)
