"""Take an act back, or do it again: all of it, or nothing if some was changed later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NoReturn, Protocol

from gitgt.errors import NotFoundError, RefusedError
from gitgt.git.repository import Repository
from gitgt.ledger import layout
from gitgt.ledger.documents import load
from gitgt.ledger.lawful import TAKEN_BACK
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change, Ledger
from gitgt.model.actor import Actor
from gitgt.model.documents import Document, MergeRequest, document_from
from gitgt.model.ids import TOWN_PREFIX, BeadId
from gitgt.model.instant import seconds_of
from gitgt.model.undo import Act, Clash, Fields, taken_back
from gitgt.services import commit
from gitgt.services.town import MARKER, Town
from gitgt.services.undo import opposites, written
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Taken:
    """An act that was taken back, or done again, and the commits that say so."""

    act: Act
    again: bool

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {**self.act.fields(), "how": "redone" if self.again else "undone"}


def undo(town: Town, who: Actor, *, name: str = "") -> Taken:
    """Take back what *who* did last, or the act that *name* (or a commit of it) stands for.

    Raises:
        NotFoundError: there is nothing of theirs to take back.
        RefusedError: something of it has been changed since, or is elsewhere, too; or
            somebody has taken it back already; or what they did last is no document, and
            has an opposite of its own.
    """
    found = _chosen(written.of(town, who).done, name, "there is nothing of yours to undo")
    if not name:
        _check_last(town, who, found)
    return _take(town, who, found, again=False)


def redo(town: Town, who: Actor) -> Taken:
    """Do again what *who* took back last, if they have done nothing else since.

    Raises:
        NotFoundError: there is nothing to be done again.
        RefusedError: something of it has been changed since, or it is done again already.
    """
    found = _chosen(written.of(town, who).undone, "", "there is nothing to redo")
    return _take(town, who, found, again=True)


def _check_last(town: Town, who: Actor, found: Act) -> None:
    """Check that *found* is what *who* did last: brakes and signs stand in no ledger."""
    after = seconds_of(found.at)
    later = [each for each in opposites.of(town, who) if seconds_of(each.at) > after]
    if later:
        last = max(later, key=lambda each: seconds_of(each.at))
        before = f"git gt undo {found.name[:12]}"
        raise RefusedError(
            f"what you did last is no document: {last.said}",
            hint=f"{last.opposite}; or take back what was before: {before}",
        )


def _chosen(acts: tuple[Act, ...], name: str, nothing: str) -> Act:
    if not name and acts:
        return acts[-1]
    for each in reversed(acts):
        commits = [one.commit for one in each.commits]
        if name and any(one.startswith(name) for one in (each.name, *commits)):
            return each
    hint = "git gt undo --list"
    raise NotFoundError(f"no act of yours is called {name}" if name else nothing, hint=hint)


def _take(town: Town, who: Actor, act: Act, *, again: bool) -> Taken:
    how = _How(town, who, act, again)
    parts = [_part(how, place) for place in _places_of(act)]
    for part in parts:
        how.check(part.clashes())
    # Each part is written, whatever the others answer.
    wrote = [part.write() for part in parts]
    if not any(wrote):
        how.refuse_vain()
    return Taken(act, again)


def _places_of(act: Act) -> list[str]:
    """Return the places of *act*, rigs first: whoever is killed does the rest next time."""
    places = {each.place for each in act.commits}
    return sorted(places, key=lambda each: (each in (TOWN_PREFIX, written.SETTINGS), each))


@dataclass(frozen=True, slots=True)
class _How:
    """Who takes back what, or does it again."""

    town: Town
    who: Actor
    act: Act
    again: bool

    @property
    def said(self) -> str:
        return f"{'redo' if self.again else 'undo'}: {self.act.said}"

    @property
    def trailers(self) -> dict[str, str]:
        return {written.REDOES if self.again else written.UNDOES: self.act.name}

    def check(self, clashes: Iterable[Clash]) -> None:
        """Check that nothing has been changed since.

        Raises:
            RefusedError: something has.
        """
        told = [f"{each.id}: {each.field} is {_short(each.now)}" for each in clashes]
        if told:
            what = "done again" if self.again else "taken back"
            raise RefusedError(
                f"{self.act.said!r} cannot be {what}, since it was changed later: "
                + "; ".join(told),
                hint="change it by hand; what was done: git gt undo --list",
            )

    def refuse_vain(self) -> NoReturn:
        """Say that others were there first; who types it twice would else believe in two acts.

        Raises:
            RefusedError: always.
        """
        what = "done again" if self.again else "taken back"
        raise RefusedError(
            f"nothing of {self.act.said!r} is left to be {what}: somebody did so meanwhile",
            hint="another one, by its name: git gt undo --list",
        )


class _Part(Protocol):
    """What an act did in one place."""

    def clashes(self) -> list[Clash]:
        """Return what has been changed since."""

    def write(self) -> bool:
        """Take it back; what is so already stays. Say if anything was not."""


def _part(how: _How, place: str) -> _Part:
    commits = [each.commit for each in reversed(how.act.commits) if each.place == place]
    if place == written.SETTINGS:
        return _InSettings(how, commits)
    rig = None if place == TOWN_PREFIX else how.town.rig(place)
    return _InLedger(how, how.town.ledger_at(rig), commits)


class _InLedger:
    """The documents of one ledger that an act changed."""

    def __init__(self, how: _How, ledger: Ledger, commits: Sequence[str]) -> None:
        self._how, self._ledger, self._commits = how, ledger, commits

    def clashes(self) -> list[Clash]:
        """Return the fields that have been changed since.

        Raises:
            RefusedError: what was done is not in the ledger alone.
        """
        return self._back(self._ledger.snapshot())[1]

    def write(self) -> bool:
        """Write the documents as they were; say if they were not so already."""
        differ = False

        def decide(now: Snapshot) -> Change:
            nonlocal differ
            after, clashes = self._back(now)
            self._how.check(clashes)
            differ = any(_fields(now.find(name)) != fields for name, fields in after.items())
            left = {name: now.find(name) for name, fields in after.items() if fields is None}
            return Change(
                self._how.said,
                tuple(document_from(each) for each in after.values() if each is not None),
                TAKEN_BACK,
                self._how.trailers,
                gone=tuple(each for each in left.values() if each is not None),
                back=True,
            )

        self._ledger.transact(decide, self._how.who)
        return differ

    def _back(self, now: Snapshot) -> tuple[dict[str, Fields | None], list[Clash]]:
        """Return each document as it is to be (None: it goes), and what speaks against it."""
        found: dict[str, Fields | None] = {}
        clashes: list[Clash] = []
        for each in self._commits:
            for name, before, after in _steps(self._ledger.repository, each):
                there = found[name] if name in found else _fields(now.find(name))
                found[name], more = taken_back(name, before, after, there)
                clashes += more
        return found, clashes


class _InSettings:
    """The files of the town's settings that an act changed."""

    def __init__(self, how: _How, commits: Sequence[str]) -> None:
        self._how, self._commits = how, commits

    def clashes(self) -> list[Clash]:
        """Return the files that have been changed since."""
        return self._back()[1]

    def write(self) -> bool:
        """Write the files as they were; say if they were not so already."""

        def decide() -> commit.Files:
            files, clashes = self._back()
            self._how.check(clashes)
            return files

        how = self._how
        return commit.change(how.town, decide, how.said, how.who, trailers=how.trailers)

    def _back(self) -> tuple[dict[str, bytes | None], list[Clash]]:
        repository, found = self._how.town.repository, dict[str, bytes | None]()
        clashes: list[Clash] = []
        for each in self._commits:
            for step in repository.differences(*_around(repository, each)):
                if step.path == MARKER:
                    raise RefusedError("that founded the town", hint="git gt undo --list")
                before, after = (
                    repository.blob(oid) if oid else None for oid in (step.old, step.new)
                )
                there = found.get(step.path, commit.content_of(self._how.town, step.path))
                if there not in (before, after):
                    clashes.append(Clash(step.path, "its content", "what was left", "another"))
                found[step.path] = before
        return found, clashes


def _around(repository: Repository, commit: str) -> tuple[str, str]:
    """Return the commit that stood before *commit*, and *commit*."""
    return repository.parents_of(commit)[0], commit


def _steps(
    repository: Repository, commit: str
) -> Iterator[tuple[BeadId, Fields | None, Fields | None]]:
    """Yield what *commit* made of each document.

    Raises:
        RefusedError: it handed in work, or landed it: that is not in the ledger alone.
    """
    for each in repository.differences(*_around(repository, commit)):
        name = layout.id_of(each.path)
        if name is None:
            continue
        before, after = (
            load(repository.blob(oid), each.path) if oid else None
            for oid in (each.old, each.new)
        )
        if isinstance(after or before, MergeRequest):
            raise RefusedError(
                f"{name} is a merge request: its commits are pinned, and may have landed",
                hint=f"git gt mq reject {name}, or git gt bead reopen",
            )
        yield name, _fields(before), _fields(after)


def _fields(document: Document | None) -> Fields | None:
    return None if document is None else document.fields()


def _short(value: object) -> str:
    text = "not there" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
