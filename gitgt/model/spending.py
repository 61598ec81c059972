"""What a model was asked, and what of it counts for a session: pure sums over transcripts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gitgt.model.session_record import NOTHING_KNOWN, Usage
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """One answer of a model: its id, when it came, who gave it, and what it took.

    ``at`` is None where the transcript does not say.
    """

    id: str
    model: str
    usage: Usage
    at: float | None = None


def once(spent: Iterable[Spent]) -> list[Spent]:
    """Return each answer once: a transcript writes one in several lines, and writes it again.

    Of each bucket the largest count is taken, and of its times the first.
    """
    found: dict[str, Spent] = {}
    for each in spent:
        old = found.get(each.id)
        found[each.id] = each if old is None else _both(old, each)
    return [*found.values()]


def _both(old: Spent, new: Spent) -> Spent:
    times = [each for each in (old.at, new.at) if each is not None]
    return replace(old, usage=old.usage.joined(new.usage), at=min(times, default=None))


def by_model(
    spent: Iterable[Spent], *, since: float = 0.0, until: float | None = None
) -> dict[str, Usage]:
    """Return what a session took that began at *since*, by model.

    One that goes on with an earlier conversation, or a copy of one, has that in its
    transcript, too: the earlier session paid for it.
    """
    found: dict[str, Usage] = {}
    for each in once(spent):
        if each.usage.is_known and _is_within(each.at, since, until):
            found[each.model] = found.get(each.model, NOTHING_KNOWN).plus(each.usage)
    return found


def _is_within(at: float | None, since: float, until: float | None) -> bool:
    return at is None or (at >= since and (until is None or at <= until))
