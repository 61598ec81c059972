"""What a forge says of a pull request, and what to do about it: one pure function.

A request that passed our gates is *proposed*: it becomes one pull request, found again by its
branch whoever was killed. ``plan`` compares what the ledger says of the request with what the
forge says of its pull request, and returns acts. It remembers nothing: what was heard and what
was asked for is in the request's comments, each with an id made from what it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

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
    ``opinions`` is who approves (True) or asks for changes, of those whose
    word counts. ``key`` is what the forge calls it in its own depths.
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
    more. ``passed``: our gates let its head through. ``heard`` are the ids of what its
    comments hold. The rest compares it with what the forge has: ``contains`` the pull
    request's head is in ours; ``is_foreign``: that head was never ours; ``builds_on``: it
    holds ours; ``arrived``: what was merged is on the target, as fetched; ``complete``: and
    all of our head is in it; ``clashes``: our head conflicts with the target.
    """

    head: str
    agent: str = ""
    revision: int = 1
    waits: bool = True
    over: str = ""
    passed: bool = False
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


@dataclass(frozen=True, slots=True)
class Show:
    """Let the branch be at *head*; at the forge it is at *old* (empty: not there)."""

    head: str
    old: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """Open the pull request."""


@dataclass(frozen=True, slots=True)
class Hear:
    """Write down what was said, each once."""

    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class SendBack:
    """Give the request back to its author, with what was said."""

    reason: str
    findings: str = ""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Adopt:
    """Take what somebody else pushed to the branch as the next revision."""

    head: str
    remark: Remark


@dataclass(frozen=True, slots=True)
class Retest:
    """Let our gates judge it anew: the target moved on, and they do not go together."""


@dataclass(frozen=True, slots=True)
class Say:
    """Write a comment below the pull request; *mark* says that it is there already."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Ask the forge to merge it: by its queue, when its rules are met, or at once."""

    remark: Remark


@dataclass(frozen=True, slots=True)
class Close:
    """Close the pull request."""

    why: str


@dataclass(frozen=True, slots=True)
class Take:
    """It is merged: close the bead with the commit that is on the target."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """The forge says what git does not: call a person."""

    why: str


# What is done with a pull request that is there, and what concerns branch or ledger alone.
OfOne: TypeAlias = Say | Merge | Close | Take
OfBranch: TypeAlias = Show | Open | Hear | SendBack | Adopt | Retest | Doubt
Act: TypeAlias = OfOne | OfBranch


def state_of(seen: Seen | None, rules: Rules) -> State:
    """Return how a pull request is doing."""
    if seen is None:
        return State.NONE
    counted = counting(seen.checks, rules)
    for state, so in (
        (State.MERGED, seen.merged),
        (State.CLOSED, not seen.is_open),
        (State.QUEUED, seen.queued),
        (State.CHANGES, _is_refused(seen)),
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


def plan(mine: Proposal, seen: Seen | None, rules: Rules) -> tuple[Act, ...]:
    """Return what to do about one request now."""
    if seen is None:
        return _begun(mine, rules, old="")
    if mine.over:
        return (Close(mine.over),) if seen.is_open else ()
    if seen.merged:
        return _merged(mine, seen, rules)
    if not seen.is_open:
        return _closed(mine, seen, rules)
    return tuple(_of_an_open_one(mine, seen, rules))


def _begun(mine: Proposal, rules: Rules, *, old: str) -> tuple[Act, ...]:
    if mine.over or not mine.waits or not (mine.passed or rules.at_once):
        return ()
    return (Show(mine.head, old), Open())


def _merged(mine: Proposal, seen: Seen, rules: Rules) -> tuple[Act, ...]:
    if not mine.arrived:
        return (Doubt(f"#{seen.number} is said to be merged, and its commit is not there"),)
    if mine.complete:
        return (Take(),)
    # What was merged is an earlier revision: what has come since needs another one.
    return _begun(mine, rules, old="")


def _closed(mine: Proposal, seen: Seen, rules: Rules) -> tuple[Act, ...]:
    who = seen.closed_by or "somebody"
    note = _note(f"closed-{seen.number}", f"{who} closed #{seen.number}")
    if note.id in mine.heard:
        return _begun(mine, rules, old="")
    news = (*_new(mine, seen), note)
    if not mine.waits:
        return (Hear(news),)
    return (_back(mine, f"{who} closed pull request #{seen.number}", news),)


def _of_an_open_one(mine: Proposal, seen: Seen, rules: Rules) -> Iterator[Act]:
    news = _new(mine, seen)
    if mine.is_foreign or (not mine.contains and _pushed(seen.head) in mine.heard):
        yield from _about_their_commits(mine, seen, news)
        return
    if not mine.waits:
        yield from (Hear(news),) if news else ()
        if mine.reason and _said(mine) not in mine.heard:
            yield Say(_said(mine), f"Sent back to {mine.agent}: {mine.reason}")
        return
    if seen.head != mine.head:
        yield from (Hear(news),) if news else ()
        if mine.passed or rules.at_once:
            yield Show(mine.head, seen.head)
        return
    yield from _of_one_that_is_shown(mine, seen, rules, news)


def _of_one_that_is_shown(
    mine: Proposal, seen: Seen, rules: Rules, news: tuple[Remark, ...]
) -> Iterator[Act]:
    counted = counting(seen.checks, rules)
    red = [each for each in counted if each.outcome is Outcome.FAILED]
    if back := _objection(mine, seen, red, news):
        yield back
        return
    if news:
        yield Hear(news)
    if mine.passed and mine.clashes:
        yield Retest()
    elif _may_merge(mine, seen, rules, counted):
        yield Merge(_note(_asked(mine), f"asked the forge to merge {mine.head[:12]}"))


def _objection(
    mine: Proposal, seen: Seen, red: list[Check], news: tuple[Remark, ...]
) -> SendBack | None:
    """Return why it goes back to its author, if somebody or something says no to it."""
    number = f"#{seen.number}"
    if against := sorted({each.by for each in news if each.blocks}):
        reason = f"{', '.join(against)} asked for changes in pull request {number}"
        return _back(mine, reason, news)
    if red:
        names = ", ".join(each.name for each in red[:MOST])
        lines = "\n".join(f"{each.name} failed: {each.url}".rstrip(": ") for each in red[:MOST])
        reason = f"{'checks are' if len(red) > 1 else 'a check is'} red: {names}"
        return _back(mine, reason, news, lines)
    if seen.ejected and _asked(mine) in mine.heard and not seen.queued:
        reason = f"the forge's merge queue took {number} out: {cut(seen.ejected, 200)}"
        return _back(mine, reason, news)
    return None


def _back(
    mine: Proposal, reason: str, news: tuple[Remark, ...], findings: str = ""
) -> SendBack:  # fmt: skip
    """Return how it goes back; that is said at the forge, so it need not be told there."""
    text = "\n\n".join(filter(None, (findings, told(each for each in news if each.by))))
    return SendBack(reason, text, (*news, _note(_said(mine), reason)))


def _about_their_commits(
    mine: Proposal, seen: Seen, news: tuple[Remark, ...]
) -> Iterator[Act]:  # fmt: skip
    note = _note(_pushed(seen.head), f"somebody pushed {seen.head} to the branch")
    if mine.waits and mine.is_foreign and mine.builds_on:
        yield from (Hear(news),) if news else ()
        yield Adopt(seen.head, note)
    elif mine.waits:
        fresh = (*news, *(() if note.id in mine.heard else (note,)))
        reason = f"its branch at the forge has commits that yours has not: merge {seen.head}"
        yield _back(mine, reason, fresh)
    else:
        fresh = (*news, *(() if note.id in mine.heard else (note,)))
        yield from (Hear(fresh),) if fresh else ()


def _may_merge(
    mine: Proposal, seen: Seen, rules: Rules, counted: tuple[Check, ...]
) -> bool:  # fmt: skip
    return (
        rules.merges
        and mine.passed
        and not seen.draft
        and not seen.settling
        and not seen.queued
        and _asked(mine) not in mine.heard
        and not _is_refused(seen)
        and all(each.outcome is Outcome.PASSED for each in counted)
        and sum(yes for _, yes in seen.opinions) >= rules.approvals
    )


def _is_refused(seen: Seen) -> bool:
    return any(not yes for _, yes in seen.opinions)


def _new(mine: Proposal, seen: Seen) -> tuple[Remark, ...]:
    new = [each for each in seen.remarks if each.id not in mine.heard]
    return tuple(new[-MOST:])


def _asked(mine: Proposal) -> str:
    return f"asked-{mine.revision}"


def _said(mine: Proposal) -> str:
    return f"back-{mine.revision}"


def _pushed(head: str) -> str:
    return f"pushed-{head[:40]}"


def _note(name: str, text: str) -> Remark:
    return Remark(name, "", "", text)


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
