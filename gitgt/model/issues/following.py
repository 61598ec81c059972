"""How a bead follows its issue: what changed there comes over, what changed here stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from gitgt.model.change import HELD
from gitgt.model.documents import Bead, Comment, Outcome, in_order
from gitgt.model.issues.issue import Issue, Wish
from gitgt.model.issues.trace import FOLLOWED, MARK, Trace, digest, taken_of
from gitgt.model.lifecycle import BeadStatus, BeadVerb
from gitgt.values import dataclass

_WHY: Final = {
    Wish.CLOSED: "issue #{} was closed at the forge",
    Wish.UNLABELLED: "issue #{} lost its label at the forge",
    Wish.GONE: "issue #{} is gone from the project at the forge",
}
_AGAIN: Final = "issue #{} was opened again at the forge"


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen of an issue: what it wants, and, if it was read, what it says as a bead.

    ``busy``: the bead has parts that are not closed, so somebody counts on it.
    """

    wish: Wish
    number: int
    said: Bead | None = None
    key: str = ""
    completed: bool = True
    updated: str = ""
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """The bead as it is to stand, and what its people are to be told, if anything."""

    bead: Bead
    call: str = ""


def look_of(issue: Issue, label: str) -> Look:
    """Return what is seen of an issue where *label* asks for a bead."""
    return Look(
        issue.wish(label), issue.number, key=issue.key, completed=issue.completed,
        updated=issue.updated,
    )  # fmt: skip


def begun(said: Bead, look: Look, label: str) -> Bead:
    """Return the bead of an issue that has none yet."""
    labels = tuple(sorted({*said.labels, label}))
    trace = Trace(
        number=look.number, key=look.key, taken=taken_of(said), labels=tuple(said.labels)
    )
    return trace.on(said.replace(labels=labels))


def course(
    here: Bead, base: Bead | None, look: Look, label: str, *, at: str, by: str
) -> Course:
    """Return what becomes of a bead *at* this time; *base* is what an import once made of it.

    *base* only counts for a bead that remembers nothing of its issue.
    """
    trace = Trace.of(here)
    if trace is None and look.wish is not Wish.WANTED:
        return Course(here)  # an import brought it, and its issue never had the label
    if trace is None:
        first = base or look.said or here
        trace = Trace(
            number=look.number, taken=taken_of(first), labels=tuple(first.labels)
        )  # fmt: skip
    bead = here
    if look.said is not None:
        bead, trace = _followed(here, look.said, trace, label)
        trace = replace(trace, number=look.number, key=look.key or trace.key)
    if look.wish is Wish.WANTED:
        bead, trace = _wanted(bead, look, trace, by)
        return Course(trace.on(bead))
    return _unwanted(bead, look, trace, at=at, by=by)


def _followed(here: Bead, said: Bead, trace: Trace, label: str) -> tuple[Bead, Trace]:
    now = taken_of(said)
    changes: dict[str, Any] = {
        name: getattr(said, name)
        for name in FOLLOWED
        if now[name] != trace.taken.get(name, now[name])
        and digest(getattr(here, name)) == trace.taken[name]
    }
    come = {*said.labels} - {*trace.labels}
    gone = {*trace.labels} - {*said.labels} - {label}
    changes["labels"] = tuple(sorted(({*here.labels} | come | {label}) - gone))
    changes["comments"] = _heard(here.comments, said.comments)
    bead = here.replace(**changes)
    known = (trace.taken, trace.labels, here.comments, _name(here))
    if known != (now, tuple(said.labels), bead.comments, _name(said)):
        bead = bead.replace(ext={**bead.ext, MARK: said.ext.get(MARK)})
    return bead, replace(trace, taken=now, labels=tuple(said.labels))


def _name(bead: Bead) -> object:
    """Return what the forge calls the issue of a bead, as an import would know it again."""
    found = bead.ext.get(MARK)
    return found.get("id") if isinstance(found, Mapping) else None


def _heard(known: tuple[Comment, ...], said: tuple[Comment, ...]) -> tuple[Comment, ...]:
    """Return all comments: what was said there, as it stands there; none is ever lost."""
    return in_order({each.id: each for each in (*known, *said)}.values())


def _wanted(bead: Bead, look: Look, trace: Trace, by: str) -> tuple[Bead, Trace]:
    """Take up again what was parted from, if nobody has decided otherwise since."""
    ours = bead.reason == why(trace.parted, look.number) and bool(trace.parted)
    back = replace(trace, parted="", told="")
    if bead.status == BeadStatus.DEFERRED and ours:
        return bead.after(BeadVerb.UNDEFER, reason=""), back
    if bead.status == BeadStatus.CLOSED and _is_opened_again(bead, look, trace, by):
        reason = _AGAIN.format(look.number)
        gone = {"closed_at": "", "closed_by": "", "merge_request": ""}
        return bead.after(BeadVerb.REOPEN, reason=reason, **gone), replace(back, closed="")
    return bead, back


def _is_opened_again(bead: Bead, look: Look, trace: Trace, by: str) -> bool:
    """Tell whether people opened what was closed: a list that lags behind tells of earlier."""
    if trace.parted == Wish.CLOSED:
        return bead.closed_by == by and not bead.landed
    closed_by_us = bool(bead.landed) and trace.closed == bead.landed
    return closed_by_us and look.updated > trace.closed_at


def _unwanted(bead: Bead, look: Look, trace: Trace, *, at: str, by: str) -> Course:
    reason = why(look.wish, look.number)
    if bead.is_closed:
        return Course(trace.on(bead))
    if bead.status in HELD or look.busy:
        if trace.told == look.wish:
            return Course(trace.on(bead))
        said = Comment(f"issue-{look.wish}-{digest(look.updated or at)}", at, by, reason)
        bead = bead.replace(comments=in_order({*bead.comments, said}))
        return Course(replace(trace, told=look.wish).on(bead), f"{bead.id}: {reason}")
    parted = replace(trace, parted=look.wish, told="")
    if look.wish is Wish.CLOSED:
        outcome = Outcome.SUCCESS if look.completed else Outcome.CANCELLED
        bead = bead.after(
            BeadVerb.CLOSE, outcome=outcome, reason=reason, closed_at=at, closed_by=by
        )
        return Course(parted.on(bead))
    if bead.status in (BeadStatus.OPEN, BeadStatus.BLOCKED):
        return Course(parted.on(bead.after(BeadVerb.DEFER, reason=reason)))
    return Course(trace.on(bead))  # people put it off, or keep it: it stays as they want it


def why(wish: str, number: int) -> str:
    """Return why a bead and its issue part; empty if they do not."""
    return next((text.format(number) for known, text in _WHY.items() if known == wish), "")
