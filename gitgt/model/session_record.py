"""What is kept of one session for good: who sat where and when, on what, and what it used.

A record is written in several places and by several clones, so each field says by itself which
of two values is the better one: joining is the same in any order, and twice is once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, field, fields, replace
from typing import Any, Final

from gitgt.values import dataclass

BUCKETS: Final = ("input", "output", "cache_read", "cache_write")
_ID_LENGTH: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens in the four buckets that models are paid by; None is not known."""

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None

    @property
    def is_known(self) -> bool:
        """Tell whether any bucket is."""
        return self != NOTHING_KNOWN

    def plus(self, other: Usage) -> Usage:
        """Return the sum of what is known."""
        return self._with(other, lambda one, two: one + two)

    def joined(self, other: Usage) -> Usage:
        """Return the later of two counts of one session: they only grow."""
        return self._with(other, max)

    def _with(self, other: Usage, how: Any) -> Usage:  # noqa: ANN401 - of two ints
        pairs = ((name, getattr(self, name), getattr(other, name)) for name in BUCKETS)
        return Usage(**{name: _known(one, two, how) for name, one, two in pairs})


NOTHING_KNOWN: Final = Usage()


def _known(one: int | None, two: int | None, how: Any) -> int | None:  # noqa: ANN401
    if one is None or two is None:
        return two if one is None else one
    found: int = how(one, two)
    return found


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Note:
    """What a session leaves for whoever comes after it, and for itself after a compaction.

    ``reason`` is why it was written, ``mark`` where the work stood: two notes with the same
    mark have no progress between them. One without a text takes back the one before.
    """

    at: str
    subject: str = ""
    text: str = ""
    reason: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """One session of one agent.

    ``session`` is what its launcher calls it and ``conversation`` what its program does, which
    wrote ``transcript``. ``place`` is the town's folder on ``host``. ``how`` is why it ended,
    if not well. ``topic`` is what it was begun for (an assignment, a handoff), and ``follows``
    the record that it goes on from. A session with a ``handoff`` has ended or is to end, and
    another one begins. ``usage`` is by model; what is not known is not in it.
    """

    id: str
    session: str
    address: str
    role: str = ""
    rig: str = ""
    bead: str = ""
    attempt: int = 1
    runtime: str = ""
    model: str = ""
    conversation: str = ""
    cwd: str = ""
    host: str = ""
    place: str = ""
    transcript: str = ""
    topic: str = ""
    follows: str = ""
    permission: str = ""
    started: str = ""
    ended: str = ""
    how: str = ""
    handoff: Note | None = None
    checkpoint: Note | None = None
    usage: Mapping[str, Usage] = field(default_factory=dict)
    ext: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Tell whether nobody has said that it ended."""
        return not self.ended

    @property
    def total(self) -> Usage:
        """All that it used, whatever the model."""
        found = NOTHING_KNOWN
        for each in self.usage.values():
            found = found.plus(each)
        return found

    def plain(self) -> dict[str, Any]:
        """Return it as plain values, without what it does not say."""
        told = {
            key: _bare(value)
            for key, value in asdict(self).items()
            if value not in ("", {}, None)
        }
        told.pop("ext", None)
        return {**self.ext, **told}

    def joined(self, other: SessionRecord) -> SessionRecord:
        """Return what two records of one session say together."""
        later: dict[str, Any] = {
            name: max(getattr(self, name), getattr(other, name)) for name in _LATER
        }
        notes: dict[str, Any] = {
            name: _last_note(getattr(self, name), getattr(other, name)) for name in _NOTES
        }
        models = sorted({*self.usage, *other.usage})
        usage = {name: _of(self, name).joined(_of(other, name)) for name in models}
        ended, how = _first_end(self, other)
        ext = {**self.ext, **other.ext}
        for name in {*self.ext} & {*other.ext}:
            ext[name] = max(self.ext[name], other.ext[name], key=repr)
        return replace(self, **later, **notes, usage=usage, ended=ended, how=how, ext=ext)


def _of(record: SessionRecord, model: str) -> Usage:
    return record.usage.get(model, NOTHING_KNOWN)


def _first_end(one: SessionRecord, two: SessionRecord) -> tuple[str, str]:
    """Return when and why it ended: whoever saw it first knows best."""
    ends = [(each.ended, each.how) for each in (one, two)]
    return min((each for each in ends if each[0]), default=max(ends))


def _last_note(one: Note | None, two: Note | None) -> Note | None:
    return max((each for each in (one, two) if each is not None), default=None)


def _bare(value: object) -> object:
    """Return a note without what it does not say."""
    if isinstance(value, dict) and "at" in value:
        return {key: each for key, each in value.items() if each}
    return value


_NOTES: Final = ("handoff", "checkpoint")
_TEXTS: Final = frozenset(
    each.name
    for each in fields(SessionRecord)
    if each.name not in ("attempt", "usage", "ext", *_NOTES)
)
_LATER: Final = (*sorted(_TEXTS - {"ended", "how"}), "attempt")


def parse(found: object) -> SessionRecord | None:
    """Read a record; None for what is none of ours, whoever put it there.

    What a later gitgt says of a session is kept as it is.
    """
    if not isinstance(found, dict):
        return None
    told = {name: found[name] for name in _TEXTS if name in found}
    attempt, usage = found.get("attempt", 1), _usage(found.get("usage", {}))
    notes: dict[str, Any] = {name: _note(found.get(name)) for name in _NOTES}
    ext = {name: each for name, each in found.items() if name not in _KNOWN}
    is_sound = all(isinstance(each, str) for each in told.values()) and usage is not None
    if not is_sound or type(attempt) is not int or not {"id", "session", "address"} <= {*told}:
        return None
    return SessionRecord(**told, **notes, attempt=attempt, usage=usage or {}, ext=ext)


_KNOWN: Final = frozenset({*_TEXTS, *_NOTES, "attempt", "usage"})


def _note(found: object) -> Note | None:
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        return None
    told = {each.name: found[each.name] for each in fields(Note) if each.name in found}
    return Note(**told) if told.get("at") else None


def _usage(found: object) -> dict[str, Usage] | None:
    if not isinstance(found, dict):
        return None
    usage: dict[str, Usage] = {}
    for model, buckets in found.items():
        if not isinstance(buckets, dict) or not all(map(_is_count, buckets.values())):
            return None
        known = {name: each for name, each in buckets.items() if name in BUCKETS}
        usage[model] = Usage(**known)
    return usage


def _is_count(found: object) -> bool:
    return found is None or (type(found) is int and found >= 0)


def id_of(*, host: str, place: str, address: str, session: str, number: int = 1) -> str:
    """Return the id of a session's record.

    Whoever deletes what may be lost has a launcher begin to count anew: *number* tells those
    sessions apart. No two clones give the same id.
    """
    told = f"{host}\0{place}\0{address}\0{session}"
    short = hashlib.sha256(told.encode(errors="surrogateescape")).hexdigest()[:_ID_LENGTH]
    return short if number == 1 else f"{short}-{number}"
