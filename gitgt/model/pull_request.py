"""What a forge says of a pull request, what a rig wants of it, and how it is doing."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from gitgt.values import dataclass

# Others may write as much as they like; so much of it is handed on.
LONGEST: Final = 2_000
# So many of the latest remarks, and of the checks that are red.
MOST: Final = 20
_CUT: Final = " [...]"
_FIRST_WAIT: Final = 30.0
_LONGEST_WAIT: Final = 900.0


class State(StrEnum):
    """How a pull request is doing, in one word."""

    NONE = "none"
    DRAFT = "draft"
    OPEN = "open"
    PENDING = "checks pending"
    RED = "checks red"
    GREEN = "checks green"
    CHANGES = "changes requested"
    APPROVED = "approved"
    QUEUED = "queued to merge"
    MERGED = "merged"
    CLOSED = "closed"


ENDED: Final = (State.MERGED, State.CLOSED)


class Outcome(StrEnum):
    """What a check of the forge says."""

    PENDING = "pending"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, order=True)
class Check:
    """One check of the forge on the head."""

    name: str
    outcome: Outcome
    url: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said, *where* in a file; ``blocks`` if they ask for changes.

    One that is *by* nobody is our own note of what was done or seen, and has no time either.
    """

    id: str
    by: str
    at: str
    text: str
    where: str = ""
    blocks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A pull request as the forge tells it.

    ``landed`` is the commit that merging it made, ``ejected`` is why the forge's merge queue
    took it out again, ``settling``: it has not found out yet whether it could merge it.
    ``opinions`` is who approves (True) or asks for changes, of those whose word counts.
    ``key`` is what the forge calls it in its own depths.
    """

    number: int
    url: str
    head: str
    is_open: bool = True
    merged: bool = False
    landed: str = ""
    draft: bool = False
    queued: bool = False
    ejected: str = ""
    settling: bool = False
    ready: bool = False
    has_queue: bool = False
    checks: tuple[Check, ...] = ()
    opinions: tuple[tuple[str, bool], ...] = ()
    remarks: tuple[Remark, ...] = ()
    closed_by: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A merge request as far as its pull request is concerned.

    ``waits``: it is in the queue, not on its way back. ``over`` is why nobody wants it any
    more. ``passed``: our gates let its head through. ``held``: a person lets it wait.
    ``heard`` are the ids of what its comments hold. The rest compares it with what the forge
    has: ``contains`` the pull request's head is in ours; ``is_foreign``: that head was never
    ours; ``builds_on``: it holds ours; ``arrived``: what was merged is on the target, as
    fetched; ``complete``: and all of our head is in it; ``clashes``: our head conflicts with
    the target.
    """

    head: str
    agent: str = ""
    revision: int = 1
    waits: bool = True
    over: str = ""
    passed: bool = False
    held: bool = False
    reason: str = ""
    heard: frozenset[str] = frozenset()
    contains: bool = True
    is_foreign: bool = False
    builds_on: bool = False
    arrived: bool = False
    complete: bool = False
    clashes: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """What a rig wants of its pull requests.

    ``at_once`` opens them before our gates have passed. ``checks`` are the ones that count; if
    none are named, all do. Without ``merges`` a person merges.
    """

    at_once: bool = False
    draft: bool = False
    approvals: int = 0
    checks: tuple[str, ...] = ()
    merges: bool = True


def state_of(seen: Seen | None, rules: Rules) -> State:
    """Return how a pull request is doing."""
    if seen is None:
        return State.NONE
    counted = counting(seen.checks, rules)
    for state, so in (
        (State.MERGED, seen.merged),
        (State.CLOSED, not seen.is_open),
        (State.QUEUED, seen.queued),
        (State.CHANGES, is_refused(seen)),
        (State.RED, any(each.outcome is Outcome.FAILED for each in counted)),
        (State.DRAFT, seen.draft),
        (State.PENDING, any(each.outcome is Outcome.PENDING for each in counted)),
        (State.APPROVED, bool(seen.opinions)),
        (State.GREEN, bool(counted)),
    ):
        if so:
            return state
    return State.OPEN


def counting(checks: Iterable[Check], rules: Rules) -> tuple[Check, ...]:
    """Return the checks that count; one that was named and does not exist yet is pending."""
    found = sorted(checks)
    if not rules.checks:
        return tuple(found)
    there = {each.name for each in found}
    missing = (Check(name, Outcome.PENDING) for name in rules.checks if name not in there)
    return (*(each for each in found if each.name in rules.checks), *missing)


def is_refused(seen: Seen) -> bool:
    """Tell whether somebody asks for changes, and has not taken that back."""
    return any(not yes for _, yes in seen.opinions)


def told(remarks: Iterable[Remark]) -> str:
    """Return what people said, so that an agent sees whose words they are."""
    return "\n\n".join(_told(each) for each in remarks)


def _told(remark: Remark) -> str:
    where = f" on {remark.where}" if remark.where else ""
    said = "\n".join(f"> {line}" for line in cut(remark.text, LONGEST).splitlines())
    return f"{remark.by} wrote{where}:\n{said or '> (nothing)'}"


def cut(text: str, longest: int) -> str:
    """Return as much of others' *text* as is handed on."""
    text = text.strip()
    return text if len(text) <= longest else text[: longest - len(_CUT)] + _CUT


def wait_before(attempt: int) -> float:
    """Return for how long a forge is let alone after *attempt* failures: 30 s ... 15 min."""
    return min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(attempt - 1, 16))


def address_of(url: str) -> tuple[str, str]:
    """Return host and project of a remote's address; empty if it is no forge's."""
    rest = url.partition("://")[2]
    if not rest:  # git@host:owner/name
        before, colon, path = url.partition(":")
        if not colon or "/" in before:
            return "", ""
        host = before.rpartition("@")[2]
    else:
        place, _, path = rest.partition("/")
        host = place.rpartition("@")[2].partition(":")[0]
    project = path.strip("/").removesuffix(".git")
    return (host, project) if host and "/" in project else ("", "")
