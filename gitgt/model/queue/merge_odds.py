"""How likely each request is to be red, from what gates have said of sets of requests.

A guess that decides what is tested first and how much of the queue at once. It never lands or
blames anybody: a wrong guess costs time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from math import log
from typing import Final

from gitgt.model.queue.queue_order import Request
from gitgt.values import dataclass

# How much of its danger a request keeps that passed together with others on an older base.
_RESIDUE: Final = 0.1
# How often a gate is red for no reason in what is tested.
_NOISE: Final = 0.01
# Who came back once is likelier to come back again.
_REVISED: Final = 0.3
_LEAST: Final = 0.001
_MOST: Final = 0.95
# Before anything was seen: one in twenty, as if twenty requests had told so.
_PRIOR: Final = (1.0, 20.0)


@dataclass(frozen=True, slots=True)
class Finding:
    """What gates said of the requests with these *heads*, merged onto a target together."""

    heads: tuple[str, ...]
    passed: bool


def rate_of(red: int, all_: int) -> float:
    """Return the chance that a request is red, where *red* of *all_* were so lately."""
    return (red + _PRIOR[0]) / (all_ + _PRIOR[1])


def odds(
    requests: Iterable[Request], findings: Iterable[Finding], *, rate: float
) -> dict[str, float]:
    """Return for each request the chance that it is red, by its id.

    Who was in a set that passed keeps a tenth of it. The others in a red set share the blame,
    each by its own chance (Bayes' rule for independent causes), unless somebody in it is known
    to be to blame: such a finding is left out by whoever asks.
    """
    waiting = tuple(requests)
    chance = {each.head: max(rate, _REVISED) if each.revision > 1 else rate for each in waiting}
    told = tuple(findings)
    green = {head for each in told if each.passed for head in each.heads}
    for head in chance.keys() & green:
        chance[head] *= _RESIDUE
    for suspects in reds(told, chance, green):
        some = 1.0 - (1.0 - _NOISE) * survival([chance[head] for head in suspects])[-1]
        for head in suspects:
            chance[head] = chance[head] / some
    return {each.id: min(_MOST, max(_LEAST, chance[each.head])) for each in waiting}


def reds(
    findings: Iterable[Finding], waiting: Collection[str], green: Collection[str]
) -> list[tuple[str, ...]]:
    """Return the suspects of each red set, the fewest first; a set within another says more."""
    found = {
        tuple(head for head in each.heads if head in waiting and head not in green)
        for each in findings
        if not each.passed
    }
    kept: list[tuple[str, ...]] = []
    for suspects in sorted(found, key=lambda each: (len(each), each)):
        if suspects and not any(set(each) <= set(suspects) for each in kept):
            kept.append(suspects)
    return kept


def survival(chances: Sequence[float]) -> list[float]:
    """Return for each length the chance that the prefix of that length is green."""
    found = [1.0]
    for each in chances:
        found.append(found[-1] * (1.0 - each))
    return found


def group_size(chance: float) -> int:
    """Return how many requests of that *chance* are well together in half of all cases."""
    return max(1, round(log(0.5) / log(1.0 - chance)))
