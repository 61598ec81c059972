"""What to do about a pull request: one pure function.

A request that passed our gates is *proposed*: it becomes one pull request, found again by its
branch whoever was killed. ``plan`` compares what the ledger says of the request with what the
forge says of its pull request, and returns acts. It remembers nothing: what was heard and what
was asked for is in the request's comments, each with an id made from what it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from gitgt.model.pull_request import (
    MOST,
    Check,
    Outcome,
    Proposal,
    Remark,
    Rules,
    Seen,
    counting,
    cut,
    is_refused,
    told,
)
from gitgt.values import dataclass


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
        and not mine.held
        and not seen.draft
        and not seen.settling
        and not seen.queued
        and _asked(mine) not in mine.heard
        and not is_refused(seen)
        and all(each.outcome is Outcome.PASSED for each in counted)
        and sum(yes for _, yes in seen.opinions) >= rules.approvals
    )


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
