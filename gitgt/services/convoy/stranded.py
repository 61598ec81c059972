"""Which convoys stand still: with work that nobody is at, with none that could be, or empty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gitgt.model.convoy.convoy_feed import Place, Skip, Why, why_not
from gitgt.model.convoy.convoy_report import way_out, word
from gitgt.services.convoy import convoys, feeding, places
from gitgt.services.convoy.convoys import Progress
from gitgt.services.town import Town
from gitgt.values import dataclass

READY, STUCK, EMPTY = "ready", "stuck", "empty"


@dataclass(frozen=True, slots=True)
class Stranded:
    """A convoy that stands still: how, and the members because of which."""

    view: Progress
    kind: str
    stuck: tuple[Skip, ...] = ()

    @property
    def help(self) -> str:
        """The command that helps with the whole of it."""
        name = self.view.convoy.id
        if self.kind == EMPTY:
            return f"git gt convoy add {name} BEAD, or git gt convoy close {name} --force"
        if self.view.convoy.is_paused:
            return f"git gt mountain resume {name}"
        if self.kind == READY and not self.view.convoy.launched_at:
            return f"git gt convoy launch {name}"
        return ""

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        members = [
            {"id": each.bead, "why": _said(each), "help": way_out(each)} for each in self.stuck
        ]
        convoy = self.view.convoy
        return {
            "id": convoy.id, "title": convoy.title, "kind": self.kind, "help": self.help,
            "closed": self.view.closed, "total": len(self.view.members), "members": members,
        }  # fmt: skip

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """Yield the members as rows: which, why, what helps."""
        yield from ((each.bead, _said(each), way_out(each)) for each in self.stuck)


def _said(skip: Skip) -> str:
    return f"{word(skip.why)}: {skip.detail}" if skip.detail else word(skip.why)


def stranded(town: Town) -> list[Stranded]:
    """Return the open convoys that stand still just now."""
    rigs = places.places(town)
    views = [each for each in convoys.every(town, closed=False) if feeding.is_open(each.convoy)]
    found = (_looked_at(town, each, rigs) for each in views)
    return [each for each in found if each is not None]


def _looked_at(town: Town, view: Progress, rigs: dict[str, Place]) -> Stranded | None:
    if not view.members:
        return Stranded(view, EMPTY)
    left = [each for each in feeding.known(town, view.members) if not each.is_closed]
    if not left or any(each.is_at_work or each.scheduled for each in left):
        return None
    most = feeding.most_failures(town)
    whys = [(each, why_not(each, rigs, most)) for each in left]
    ready = [each.id for each, why in whys if why is None]
    skips = [Skip(view.convoy.id, each.id, *why) for each, why in whys if why is not None]
    if ready:
        nobody = [Skip(view.convoy.id, each, _of_ready(view)) for each in ready]
        return Stranded(view, READY, (*nobody, *_telling(skips)))
    return Stranded(view, STUCK, tuple(_telling(skips)) or tuple(skips))


def _of_ready(view: Progress) -> Why:
    return Why.FULL if view.convoy.launched_at else Why.NOT_LAUNCHED


def _telling(skips: Sequence[Skip]) -> Iterator[Skip]:
    """Yield what says something by itself: who only waits for others is stuck with them."""
    return (each for each in skips if each.why is not Why.WAITS)
