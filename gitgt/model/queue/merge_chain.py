"""The chain that is tested: base, base + first request, that + the second, ..."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

from gitgt.model.queue.queue_order import Request
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Base:
    """Where the target stands."""

    commit: str
    tree: str


@dataclass(frozen=True, slots=True)
class Link:
    """What merging *request*, at *head*, onto the link below gave; *note* tells how."""

    request: str
    commit: str
    tree: str
    note: str = ""
    head: str = ""


@dataclass(frozen=True, slots=True)
class Clash:
    """Merging *request* there is a conflict in *paths*."""

    request: str
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """*request* waits for *on*: both change *paths*. Without *on* it is for several at once."""

    request: str
    on: str
    paths: tuple[str, ...]

    def fields(self) -> dict[str, Any]:
        """Return for whom it waits, as plain values."""
        return {"request": self.on or None, "paths": list(self.paths)}


# Of so many requests for each link that a chain may have is looked at who does not fit into it:
# else a long queue in which all change the same file costs two merges for each of them.
_PASSED: Final = 2


# What merging these requests, in this order, onto the base gives for the last of them. A
# function in the mathematical sense; it is asked only for what extends a link that it gave.
Merging: TypeAlias = Callable[[tuple[str, ...]], Link | Clash]


@dataclass(frozen=True, slots=True)
class Chain:
    """The links, and what merging alone says about requests that are in none.

    ``conflicts`` clash with the base itself, ``empty`` change nothing on it. Who clashes with
    one ahead only is ``held``, and who is made empty by one ahead is in no list: it keeps its
    place and is looked at again when that one is gone.
    """

    links: tuple[Link, ...] = ()
    conflicts: tuple[Clash, ...] = ()
    empty: tuple[str, ...] = ()
    held: tuple[Clash, ...] = ()


def chain_of(order: Iterable[Request], base: Base, merging: Merging, *, limit: int) -> Chain:
    """Merge the requests in *order*, one onto the other, until there are *limit* links.

    Whoever stands behind many that do not fit is looked at when those ahead are gone.
    """
    links: list[Link] = []
    conflicts: list[Clash] = []
    empty: list[str] = []
    held: list[Clash] = []
    members: tuple[str, ...] = ()
    passed = 0
    for request in order:
        if len(links) == limit or passed == _PASSED * limit:
            break
        if request.after and not set(request.after) <= set(members):
            continue
        found = merging((*members, request.id))
        below = links[-1].tree if links else base.tree
        if isinstance(found, Link) and found.tree != below:
            links.append(found)
            members = (*members, found.request)
            continue
        passed += 1
        alone = found if request.after or not members else merging((request.id,))
        if not request.after and isinstance(alone, Clash):
            conflicts.append(alone)
        elif isinstance(found, Clash):
            held.append(found)
        elif not request.after and isinstance(alone, Link) and alone.tree == base.tree:
            empty.append(request.id)
    return Chain(tuple(links), tuple(conflicts), tuple(empty), tuple(held))


def behind(clash: Clash, chain: Chain, merging: Merging) -> Held:
    """Return for whom a held request waits: the nearest one ahead that it clashes with."""
    for link in reversed(chain.links):
        if not isinstance(merging((link.request,)), Link):
            continue
        found = merging((link.request, clash.request))
        if isinstance(found, Clash):
            return Held(clash.request, link.request, found.paths)
    return Held(clash.request, "", clash.paths)


def halfway(survival: Sequence[float], low: int, high: int, *, red: bool) -> int:
    """Return the length between *low* and *high* whose test tells the most; 0 if none does.

    ``survival[n]`` is the chance that the first n are green together. The prefix of length
    *low* is taken to be green. With *red* the one of length *high* is not; without it, *high*
    itself may be tested too. What tells the most is nearest to an even chance.
    """
    lengths = range(low + 1, high if red else high + 1)
    if not lengths:
        return 0
    floor = survival[high] if red else 0.0
    scale = max(survival[low] - floor, 1e-12)
    return min(lengths, key=lambda n: (abs((survival[n] - floor) / scale - 0.5), -n))
