"""Taking back what was done, and doing it again: pure functions over what history says.

What is taken back is one step, not all that came after it: each field that the step changed
gets what it said before, if it still says what the step left. Where somebody else has changed
it since, nothing is taken back: theirs is the later word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from gitgt.values import dataclass

Fields = Mapping[str, Any]
# Of these each element is looked at by itself.
_SETS: Final = ("comments", "dependencies", "labels")


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that was changed later: ``was`` is what the step left, ``now`` what is there."""

    id: str
    field: str
    was: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Written:
    """A commit that somebody wrote.

    It is part of an act, or takes one back (``undoes``), or does one again (``redoes``).
    """

    place: str
    commit: str
    act: str
    at: str
    subject: str
    undoes: str = ""
    redoes: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What is taken back together: commits of one or several places, the oldest first."""

    name: str
    commits: tuple[Written, ...]

    @property
    def said(self) -> str:
        """What it was, in the words of its first commit."""
        return self.commits[0].subject

    @property
    def at(self) -> str:
        """When it began."""
        return self.commits[0].at

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        places = sorted({each.place for each in self.commits})
        return {"act": self.name, "at": self.at, "said": self.said, "places": places}


@dataclass(frozen=True, slots=True)
class Course:
    """What can be taken back, and what can be done again; the last of each is next."""

    done: tuple[Act, ...] = ()
    undone: tuple[Act, ...] = ()


def course(history: Iterable[Written]) -> Course:
    """Return how far somebody is, given all that they wrote, the oldest first.

    Something new ends what could be done again, as in an editor. A place whose part of an act
    is still to be taken back, since whoever did it was killed between two, keeps the act there.
    """
    done: dict[str, list[Written]] = {}
    undone: dict[str, list[Written]] = {}
    for each in history:
        if each.undoes:
            _move(each, each.undoes, done, undone)
        elif each.redoes:
            _move(each, each.redoes, undone, done)
        else:
            undone.clear()
            done.setdefault(each.act, []).append(each)
    return Course(_acts(done), _acts(undone))


def _move(
    by: Written, name: str, source: dict[str, list[Written]], target: dict[str, list[Written]]
) -> None:
    """Let what *by* did to the act called *name* stand for what it had done in that place."""
    known = source.pop(name, [])
    left = [each for each in known if each.place != by.place]
    if left:
        source[name] = left
    # It is still called what it was at first.
    said = next((each.subject for each in known if each.place == by.place), by.subject)
    target.setdefault(name, []).append(replace(by, subject=said))


def _acts(found: Mapping[str, Sequence[Written]]) -> tuple[Act, ...]:
    return tuple(Act(name, tuple(commits)) for name, commits in found.items())


def taken_back(
    name: str, before: Fields | None, after: Fields | None, now: Fields | None
) -> tuple[dict[str, Any] | None, list[Clash]]:
    """Return what *now* becomes (None: it goes) when the step to *after* is taken back.

    The step led there from *before*; None stands for "was not there". What is as it was before
    stays so: to take back twice is to take back once. With a clash nothing is to be written.
    """
    if now == before:
        return (None if now is None else dict(now)), []
    if before is None or after is None or now is None:
        if now == after:
            return (None if before is None else dict(before)), []
        return None, _whole_clash(name, after, now)
    fields, clashes = dict(now), []
    for field in dict.fromkeys((*before, *after)):
        was, left, there = before.get(field), after.get(field), now.get(field)
        if was in (left, there):
            continue
        if field in _SETS:
            fields[field] = _without(there or [], was or [], left or [])
        elif there == left:
            fields[field] = was
        else:
            clashes.append(Clash(name, field, left, there))
    return {key: value for key, value in fields.items() if value not in (None, [])}, clashes


def _whole_clash(name: str, after: Fields | None, now: Fields | None) -> list[Clash]:
    old, new = after or {}, now or {}
    if not old or not new:
        return [Clash(name, "id", old.get("id"), new.get("id"))]
    fields = dict.fromkeys((*old, *new))
    return [
        Clash(name, field, old.get(field), new.get(field))
        for field in fields
        if old.get(field) != new.get(field)
    ]


def _without(there: Sequence[Any], was: Sequence[Any], left: Sequence[Any]) -> list[Any]:
    """Return *there* without what was added from *was* to *left*, and with what was removed."""
    kept = [each for each in there if each in was or each not in left]
    back = [each for each in was if each not in left and each not in kept]
    return _in_order([*kept, *back], was)


def _in_order(found: list[Any], was: Sequence[Any]) -> list[Any]:
    """Let what was there before stand as it stood."""
    known = [each for each in was if each in found]
    return known if len(known) == len(found) else found
