"""Whom a collision is told, and when: once for each pair and set of paths.

Nothing in here is history: a nudge is in flight until it is delivered at a turn's boundary,
withdrawn if the conflict is gone before that, and told again only if there is more to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gitgt.values import dataclass

if TYPE_CHECKING:  # a tap that delivers them has no time to import it
    from gitgt.model.radar.radar import Collision, Live, Span, Spot

_MOST = 8  # paths that are named; the rest is a number


@dataclass(frozen=True, slots=True)
class Nudge:
    """What one agent is to hear about two branches.

    ``told`` are the paths that it has heard of; while ``waits``, it has not heard of all.
    """

    agent: str
    branch: str
    other: str
    bead: str
    text: str
    paths: tuple[str, ...]
    told: tuple[str, ...] = ()
    waits: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        """Who is told of which two."""
        return self.agent, self.branch, self.other

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "agent": self.agent,
            "branch": self.branch,
            "other": self.other,
            "bead": self.bead,
            "text": self.text,
            "paths": list(self.paths),
        }


Nudges = Mapping[tuple[str, str, str], Nudge]


def due(collisions: Iterable[Collision]) -> Iterator[Nudge]:
    """Yield what there is to tell: of what is committed, to whoever can do something."""
    for each in collisions:
        for seen in (each, each.seen_by(each.other.branch)):
            if _hears(seen.one, seen.other) and not each.may:
                yield _nudge(seen)


def _hears(one: Live, other: Live) -> bool:
    """Tell whether the agent of *one* is told; one agent is told of its two branches once."""
    from gitgt.model.radar.radar import Standing

    if not one.agent or Standing.EARLIER in (one.standing, other.standing):
        return False
    if one.agent != other.agent:
        return True
    return (one.standing is Standing.QUEUED, one.branch) < (
        other.standing is Standing.QUEUED,
        other.branch,
    )


def _nudge(seen: Collision) -> Nudge:
    sure = tuple(spot for spot in seen.spots if not spot.draft)
    paths = tuple(sorted(spot.path for spot in sure))
    one, other = seen.one, seen.other
    return Nudge(one.agent, one.branch, other.branch, one.bead, _text(seen, sure), paths)


def _text(seen: Collision, sure: tuple[Spot, ...]) -> str:
    from gitgt.model.radar.radar import Standing

    one, other = seen.one, seen.other
    where = "; ".join(described(spot) for spot in sure[:_MOST])
    more = f"; and {len(sure) - _MOST} more" if len(sure) > _MOST else ""
    if other.standing is Standing.TARGET:
        head = f"{one.branch} no longer merges into {other.branch}"
        return f"{head}: {where}{more}. Merge {other.branch} into it before you go on."
    whose = f"{other.branch} of {other.agent}" if other.agent else other.branch
    state = ", which is in the merge queue," if other.standing is Standing.QUEUED else ""
    head = f"{one.branch} collides with {whose}{state} in {where}{more}"
    return f"{head}. Whoever lands second has to settle it: keep out of these, or agree."


def described(spot: Spot) -> str:
    """Return a spot in words: the path, and the lines or what else is wrong with it."""
    if not spot.is_of_lines:
        return f"{spot.path} ({spot.kind})"
    if not spot.ours or not spot.theirs:
        return spot.path
    return f"{spot.path} ({spans(spot.ours)} against {spans(spot.theirs)})"


def spans(found: Iterable[Span]) -> str:
    """Return line numbers: ``3-5, 9``; where lines only went, the one before: ``after 4``."""
    return ", ".join(_span(*each) for each in found)


def _span(first: int, last: int) -> str:
    if last < first:
        return f"after {last}"
    return str(first) if first == last else f"{first}-{last}"


def noted(before: Nudges, collisions: Iterable[Collision], unknown: Iterable[str]) -> Nudges:
    """Return the nudges as they stand now.

    What concerns an *unknown* branch, of which not all trials were made yet, stays as it was.
    """
    unsure = set(unknown)
    kept = {key: each for key, each in before.items() if {each.branch, each.other} & unsure}
    return kept | {each.key: _after(before.get(each.key), each) for each in due(collisions)}


def _after(old: Nudge | None, new: Nudge) -> Nudge:
    if old is None:
        return new
    return replace(new, told=old.told, waits=old.waits or not {*new.paths} <= {*old.told})


def delivered(before: Nudges, these: Iterable[Nudge]) -> Nudges:
    """Return the nudges after *these* have reached their agents, as they were then."""
    found = dict(before)
    for each in these:
        now = found.get(each.key)
        if now is not None:
            told = tuple(sorted({*now.told, *each.paths}))
            found[each.key] = replace(now, told=told, waits=not {*now.paths} <= {*told})
    return found
