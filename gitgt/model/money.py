"""What tokens cost: a price list, dated, and sums that say what they do not know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Final

from gitgt.model.session_record import BUCKETS, NOTHING_KNOWN, SessionRecord, Usage
from gitgt.values import dataclass

_MILLION: Final = 1_000_000
# The day on which a model was made, as its makers write it behind its name.
_DATED: Final = re.compile(r"[-@]\d{4}-?\d{2}-?\d{2}$|-latest$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Dollars for a million tokens of each bucket; one without a price is not charged for."""

    input: float | None = None
    output: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None
    since: str = ""
    source: str = ""


Prices = Mapping[str, Sequence[Price]]


def price_of(prices: Prices, model: str, day: str) -> Price | None:
    """Return what *model* cost on *day*; None if nobody says.

    A model may have its provider before its name, and its day behind it.
    """
    bare = model.rpartition("/")[2]
    for name in (model, bare, _DATED.sub("", bare)):
        if name in prices:
            held = [each for each in prices[name] if each.since <= day]
            return max(held, key=lambda each: each.since, default=None)
    return None


def cost(usage: Usage, price: Price | None) -> float | None:
    """Return what *usage* cost in dollars; None if that cannot be known."""
    if price is None:
        return None
    found = 0.0
    for bucket in BUCKETS:
        dollars, tokens = getattr(price, bucket), getattr(usage, bucket)
        if dollars is None and tokens and bucket != "cache_write":
            return None
        if dollars is not None and tokens is None:
            return None
        found += (dollars or 0.0) * (tokens or 0) / _MILLION
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What one session took of one model, and what that cost; None is not known."""

    record: SessionRecord
    model: str
    usage: Usage
    dollars: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What several sessions took and cost.

    ``dollars`` is what is known to have been spent; where ``is_whole`` is false, it was more.
    """

    key: str = ""
    sessions: int = 0
    usage: Usage = NOTHING_KNOWN
    dollars: float = 0.0
    is_whole: bool = True
    models: tuple[str, ...] = field(default=())

    @property
    def tokens(self) -> int:
        """All tokens that are known of."""
        return sum(getattr(self.usage, bucket) or 0 for bucket in BUCKETS)


def items(records: Iterable[SessionRecord], prices: Prices) -> list[Item]:
    """Return what each session took of each model; one of which nothing is known, too."""
    found: list[Item] = []
    for record in records:
        for model, usage in sorted(record.usage.items()):
            price = price_of(prices, model, record.started[:10])
            dollars = cost(usage, price)
            found.append(Item(record=record, model=model, usage=usage, dollars=dollars))
        if not record.usage:
            found.append(Item(record=record, model="", usage=NOTHING_KNOWN, dollars=None))
    return found


def total(found: Iterable[Item], key: str = "") -> Sum:
    """Return the sum of what several sessions took."""
    usage, dollars, is_whole = NOTHING_KNOWN, 0.0, True
    sessions, models = set(), set()
    for each in found:
        usage = usage.plus(each.usage)
        dollars += each.dollars or 0.0
        is_whole = is_whole and each.dollars is not None
        sessions.add(each.record.id)
        models.update({each.model} - {""})
    return Sum(
        key=key, sessions=len(sessions), usage=usage, dollars=round(dollars, 9),
        is_whole=is_whole, models=tuple(sorted(models)),
    )  # fmt: skip


def grouped(found: Iterable[Item], keys: Mapping[str, str] | None, by: str) -> list[Sum]:
    """Return the sums by agent, bead, convoy, day, runtime, model, role or rig, in order.

    *keys* are the convoys of the beads.
    """
    groups: dict[str, list[Item]] = {}
    for each in found:
        groups.setdefault(_key(each, keys or {}, by), []).append(each)
    return [total(groups[key], key) for key in sorted(groups)]


def _key(item: Item, convoys: Mapping[str, str], by: str) -> str:
    record = item.record
    return {
        "agent": record.address,
        "bead": record.bead,
        "convoy": convoys.get(record.bead, ""),
        "day": record.started[:10],
        "runtime": record.runtime,
        "model": item.model,
        "role": record.role,
        "rig": record.rig,
    }[by]


GROUPS: Final = ("agent", "bead", "convoy", "day", "runtime", "model", "role", "rig")


def shown(dollars: float, *, is_whole: bool) -> str:
    """Return an amount for people; a ``+`` says that it was more, and nobody knows how much."""
    if not is_whole and not dollars:
        return "unknown"
    digits = 2 if dollars >= 1 or not dollars else 4
    return f"${dollars:.{digits}f}{'' if is_whole else '+'}"
