"""Take over what issues say: all of a look in few commits, judged anew if others wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from gitgt.errors import GtError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, Document, Severity
from gitgt.model.issues.following import Course, Look, begun, course, look_of
from gitgt.model.issues.issue import Issue, Wish
from gitgt.model.issues.trace import Trace
from gitgt.model.lifecycle import BeadStatus
from gitgt.services import submit
from gitgt.services.escalation import escalations
from gitgt.services.exchange.foreign import Foreign
from gitgt.services.exchange.names import mark_of
from gitgt.services.exchange.plan import SYNCED, History, as_bead, check
from gitgt.services.forge.issues.known import Home, Known, foreign
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

WHO: Final = Actor.role("issues")
_NAMED: Final = 6


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one bead, in words; ``bead`` is how it stands then."""

    bead: Bead
    what: str


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One bead, and what was seen of its issue; without *record* it was not read."""

    name: str
    look: Look
    record: Foreign | None = None


class Taking:
    """Issues that were seen, on their way into a ledger."""

    def __init__(self, town: Town, rig: Rig, source: str, label: str) -> None:
        self._town = town
        self._rig = rig
        self._ledger = town.ledger_at(rig)
        self._source = source
        self._label = label
        self._first = self._ledger.snapshot()
        self.known = Known(self._first, source)
        self._history = History(self._first)
        self.unfit: list[str] = []

    def live(self, home: Home) -> Iterator[tuple[Bead, Trace]]:
        """Yield the beads that are not closed and whose issue is *home*."""
        for bead, trace in self.known.followers():
            if not bead.is_closed and home.has(bead):
                yield bead, trace

    def wanted(self, issues: Sequence[Issue]) -> list[Issue]:
        """Return those of *issues* that have a bead here, or ask for one."""
        return [each for each in issues if self._is_wanted(each)]

    def _is_wanted(self, issue: Issue) -> bool:
        if issue.wish(self._label) is Wish.WANTED:
            return True
        record = self._record(issue)
        bead = None if record is None else self.known.bead(self.known.of(issue, record))
        return bead is not None and Trace.of(bead) is not None

    def _record(self, issue: Issue) -> Foreign | None:
        try:
            return foreign(self._source, issue)
        except GtError as error:
            self.unfit.append(f"#{issue.number}: {error.message}")
            return None

    def take(self, issues: Sequence[Issue], unread: Mapping[str, Wish]) -> Iterator[Taken]:
        """Write what *issues* say; *unread* are beads whose issue was not read, and why."""
        part = [*self._each(issues), *self._unread(unread)]
        yield from self._written(
            part, {each.name: self._first.find(each.name) for each in part}
        )

    def foresee(self, issues: Sequence[Issue], unread: Mapping[str, Wish]) -> Iterator[Taken]:
        """Yield what ``take`` would do; write nothing."""
        for each in [*self._each(issues), *self._unread(unread)]:
            old = self._first.find(each.name)
            new, _ = self._become(self._first, each)
            if new is not None and new != old:
                yield Taken(new, _what(old, new))

    def _each(self, issues: Sequence[Issue]) -> Iterator[_Wanted]:
        pairs = [(each, self._record(each)) for each in issues]
        new = [
            record
            for issue, record in pairs
            if record is not None and not self.known.of(issue, record)
        ]
        self.known.settle(new)
        for issue, record in pairs:
            if record is not None:
                name = self.known.of(issue, record)
                yield _Wanted(name, look_of(issue, self._label), record)

    def _unread(self, unread: Mapping[str, Wish]) -> Iterator[_Wanted]:
        for name, wish in unread.items():
            bead = self.known.bead(name)
            trace = Trace.of(bead) if bead is not None else None
            if trace is not None:
                yield _Wanted(name, Look(wish, trace.number))

    def _written(
        self, part: list[_Wanted], before: Mapping[str, Document | None]
    ) -> Iterator[Taken]:  # fmt: skip
        self._call(part)

        def decide(now: Snapshot) -> Change | None:
            made = [(now.find(each.name), self._become(now, each)[0]) for each in part]
            pairs = [(old, new) for old, new in made if new is not None and new != old]
            fresh = tuple(new for _, new in pairs)
            return Change(_subject(pairs), fresh, event=SYNCED) if fresh else None

        after = self._ledger.transact(decide, WHO)
        for each in part:
            new, old = after.find(each.name), before[each.name]
            if isinstance(new, Bead) and new != old:
                self._settle(old, new)
                yield Taken(new, _what(old, new))

    def _call(self, part: list[_Wanted]) -> None:
        """Tell people first: who is killed before it is written tells them again."""
        now = self._ledger.snapshot()
        for each in part:
            _, call = self._become(now, each)
            if call:
                submit.escalate(
                    self._town, self._rig, WHO, severity=Severity.MEDIUM, title=call,
                    about=f"issue/{each.name}", source=each.name,
                )  # fmt: skip

    def _settle(self, old: Document | None, new: Bead) -> None:
        was = Trace.of(old) if isinstance(old, Bead) else None
        now = Trace.of(new)
        if was is not None and was.told and now is not None and not now.told:
            escalations.settle(self._town, self._rig, WHO, about=f"issue/{new.id}")

    def _become(self, now: Snapshot, each: _Wanted) -> tuple[Bead | None, str]:
        """Return the bead as it is to stand, and what people must be told.

        One that no ledger would take does not come, and keeps no other one from coming.
        """
        here = now.find(each.name)
        if here is not None and not isinstance(here, Bead):
            return None, ""
        try:
            found = self._judged(now, each, here)
            if found is not None and found.bead != here:
                check(found.bead)
        except GtError as error:
            problem = f"#{each.look.number}: {error.message}"
            self.unfit += [problem] if problem not in self.unfit else []
            return here, ""
        return (None, "") if found is None else (found.bead, found.call)

    def _judged(self, now: Snapshot, each: _Wanted, here: Bead | None) -> Course | None:
        said = None
        if each.record is not None:
            made = as_bead(each.name, self.known.names, each.record, here)
            assert isinstance(made, Bead)  # no forge calls anything a convoy
            said = made
        if here is None:
            wanted = said is not None and each.look.wish is Wish.WANTED
            return Course(begun(said, each.look, self._label)) if wanted and said else None
        if here.status == BeadStatus.TOMBSTONE or (said and not _is_of(here, said)):
            return Course(here)
        first = None if Trace.of(here) is not None else self._history.before(here)
        base = first if isinstance(first, Bead) else None
        look = replace(each.look, said=said, busy=_has_open_parts(now, here))
        return course(here, base, look, self._label, at=self._town.now(), by=WHO.address)


def _is_of(here: Bead, said: Bead) -> bool:
    """Tell whether a bead is still the one of that issue; a hand may have taken its mark."""
    mine, theirs = mark_of(here), mark_of(said)
    trace = Trace.of(here)
    return mine.get("from") == theirs.get("from") and (
        mine.get("id") == theirs.get("id") or (trace is not None and bool(trace.key))
    )


def _has_open_parts(now: Snapshot, bead: Bead) -> bool:
    parts = now.index.parts(now.commit, bead.id)
    found = (now.find(each) for each in parts)
    return any(isinstance(each, Bead) and not each.is_closed for each in found)


def _subject(pairs: Sequence[tuple[Document | None, Bead]]) -> str:
    names = ", ".join(str(new.id) for _, new in pairs[:_NAMED])
    more = f" and {len(pairs) - _NAMED} more" if len(pairs) > _NAMED else ""
    if all(old is None for old, _ in pairs):
        return f"make {names}{more} of issues"
    return f"follow the issues of {names}{more}"


def _what(old: Document | None, new: Bead) -> str:
    """Return in words what became of a bead."""
    number = trace.number if (trace := Trace.of(new)) is not None else 0
    if not isinstance(old, Bead):
        return f"made from #{number}: {new.title}"
    if old.status != new.status:
        return f"{new.status}: {new.reason or f'#{number} wants it again'}"
    names = [
        name
        for name in ("title", "description", "priority", "labels", "comments")
        if getattr(old, name) != getattr(new, name)
    ]
    return f"follows #{number}: {', '.join(names)}" if names else f"noted how #{number} stands"
