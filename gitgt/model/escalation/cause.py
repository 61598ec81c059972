"""One open escalation for each cause: what a call adds to one that is open already.

Roles say the same again whenever they look, and they look often: within an hour that says
nothing new, so whoever looks writes nothing. A person, or another commit, means it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Final

from gitgt.model.documents import Comment, Escalation, Severity, in_order
from gitgt.model.instant import seconds_of, text_of
from gitgt.model.lifecycle import EscalationStatus
from gitgt.values import dataclass

LOUDEST_FIRST: Final = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
OPEN: Final = (EscalationStatus.OPEN, EscalationStatus.ACKED)
AGAIN_AFTER: Final = 3600.0
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# So much else that was said of one cause is kept with it; the history has the rest.
_MOST_SAID: Final = 50
_MOST_HEARD: Final = 500
_AGAIN: Final = "again-"
Same = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Call:
    """A document as it would be if nothing like it were open, and how it was called for.

    ``afresh`` says that it happened again; else it may just have been looked at again.
    ``same`` tells which of two titles say the same.
    """

    document: Escalation
    afresh: bool
    same: Same


def cause_of(escalation: Escalation) -> tuple[str, str]:
    """Return what makes two calls one: who calls, and for what.

    A commit is where it was said, not what it is about.
    """
    about = "" if _COMMIT.fullmatch(escalation.about) else escalation.about
    what = escalation.cause or about or escalation.title
    return escalation.created_by, what


def looked_at(call: Escalation) -> tuple[EscalationStatus, ...]:
    """Return which escalations a call may be part of: of a commit's, the closed ones too."""
    return tuple(EscalationStatus) if _COMMIT.fullmatch(call.about) else OPEN


def was_heard(call: Escalation, before: Iterable[Escalation]) -> bool:
    """Tell whether the commit that calls was heard, be it closed by now or not."""
    return bool(_COMMIT.fullmatch(call.about)) and any(
        each.title == call.title and call.about in (each.about, *each.heard) for each in before
    )


def joined(call: Call, before: Iterable[Escalation], now: float) -> Escalation | None:
    """Return what is to be written: the call, or the open one of its cause with what is new.

    None if nothing is.
    """
    known = list(before)
    if was_heard(call.document, known):
        return None
    old = _open_one(call.document, known)
    return call.document if old is None else _again(old, call, now)


def standing_of(call: Escalation, found: Iterable[Escalation]) -> Escalation | None:
    """Return the escalation that a call has become part of, open or closed; None if none."""
    known = list(found)
    heard = (each for each in known if was_heard(call, [each]))
    return _open_one(call, known) or next(heard, None)


def _open_one(call: Escalation, known: Iterable[Escalation]) -> Escalation | None:
    cause = cause_of(call)
    live = (each for each in known if each.status in OPEN and cause_of(each) == cause)
    return min(live, key=lambda each: (each.created_at, each.id), default=None)


def is_louder(one: str, other: str) -> bool:
    """Tell whether the severity *one* is above *other*."""
    return LOUDEST_FIRST.index(Severity(one)) < LOUDEST_FIRST.index(Severity(other))


def louder_of(one: Severity, other: Severity) -> Severity:
    """Return the louder of two."""
    return one if is_louder(one, other) else other


def _again(old: Escalation, call: Call, now: float) -> Escalation | None:
    new = call.document
    louder = is_louder(new.severity, old.severity)
    news = _is_news(old, new, call.same)
    last = seconds_of(old.last_seen or old.created_at)
    is_late = now - last >= AGAIN_AFTER
    if not (louder or news or call.afresh or is_late):
        return None
    found = old.replace(repeats=old.repeats + 1, last_seen=text_of(max(now, last)))
    if louder:
        found = found.replace(severity=new.severity, raised_at=text_of(now))
    if news:
        said = (*found.comments, _comment(new))
        found = found.replace(comments=in_order(said))
    if _COMMIT.fullmatch(new.about) and len(found.heard) < _MOST_HEARD:
        found = found.replace(heard=tuple(sorted({*found.heard, new.about})))
    return found


def _is_news(old: Escalation, new: Escalation, same: Same) -> bool:
    """Tell whether another trouble of the same cause is told, and was not before."""
    if len(old.comments) >= _MOST_SAID or same(old.title, new.title):
        return False
    told = (each.text.split("\n", 1)[0] for each in old.comments)
    return not any(same(each, new.title) for each in told)


def _comment(new: Escalation) -> Comment:
    """Return what was said this time; two clones that hear it make the same of it."""
    text = f"{new.title}\n\n{new.description}".rstrip()
    name = hashlib.sha256(f"{new.created_by}\0{new.title}".encode()).hexdigest()[:16]
    return Comment(f"{_AGAIN}{name}", new.created_at, new.created_by, text)


def is_about_itself(escalation: Escalation) -> bool:
    """Tell whether it is a question of its own: a commit's, or one that names what it means."""
    own = not escalation.about or bool(_COMMIT.fullmatch(escalation.about))
    return own or bool(escalation.cause)


def titles(escalation: Escalation) -> list[str]:
    """Return all that was told of its cause, the first one first."""
    more = [each for each in escalation.comments if each.id.startswith(_AGAIN)]
    return [escalation.title, *(each.text.split("\n", 1)[0] for each in more)]
