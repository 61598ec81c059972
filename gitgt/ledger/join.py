"""Two histories of one ledger made into one: a commit that follows from its two parents alone.

Whoever merges the same pair, in whichever clone and whenever, makes the same commit, to the
last byte. Only files in which the two differ are looked at; of these only the ones that both
sides wrote are merged, field by field, with the clocks of the commits that wrote each field.
Nothing stops a merge: what cannot be read gives way to what can, two beads that were given
one id both stay. Whoever lost a claim is told by the merge itself: a call lies in the tree, so
that it reaches them, whichever clone was the one that merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import lru_cache
from typing import Final

from gitgt.errors import InvalidDocumentError, RefusedError
from gitgt.git.repository import Repository, Signature
from gitgt.git.walk import Commit, only_in
from gitgt.ledger import codec, genesis, layout
from gitgt.ledger.clock import clock_of
from gitgt.ledger.documents import load
from gitgt.ledger.namesakes import Namesakes, with_references
from gitgt.model.actor import Actor
from gitgt.model.documents import Document, Escalation
from gitgt.model.event import Event
from gitgt.model.instant import text_of
from gitgt.model.lost_claims import calls
from gitgt.model.merge import Lost, Side, identity, merge
from gitgt.model.stamps import Parts, Stamp, Write, parts_of, stamps_of
from gitgt.values import dataclass

_MERGER: Final = ("gitgt", "merge@gitgt.invalid")
_LONGEST_JUMP: Final = 1_000_000  # of a clock; whoever claims more is not believed
_TOLD: Final = 40  # beads that the commit's trailers name


@dataclass(frozen=True, slots=True)
class Joined:
    """The commit that has both histories, and what its making had to decide."""

    commit: str
    lost: Mapping[str, tuple[Lost, ...]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)


def join(repository: Repository, one: str, other: str) -> Joined:
    """Return the commit that contains both; no ref points at it if it is a new one.

    Raises:
        RefusedError: the histories have nothing in common.
        NewerDataError: a later gitgt wrote one of them.
    """
    return _joined(repository, one, other, tells=True)


def _joined(repository: Repository, one: str, other: str, *, tells: bool) -> Joined:
    if repository.is_ancestor(other, one):
        return Joined(one)
    if repository.is_ancestor(one, other):
        return Joined(other)
    first, last = sorted((one, other))
    return _Join(repository, first, last, tells=tells).made()


def common_base(repository: Repository, one: str, other: str) -> str:
    """Return what two histories were made from; of several such commits, their merge.

    It tells no loser of a claim: whoever merges the same commits by other ways does not, and
    would be taken for somebody who deleted the call.

    Raises:
        RefusedError: they have nothing in common.
    """
    bases = repository.bases(one, other)
    if not bases:
        raise RefusedError(
            f"{one[:12]} and {other[:12]} have no history in common",
            hint="a shallow clone has too little of it: git fetch --unshallow",
        )
    found = bases[0]
    for each in bases[1:]:
        found = _joined(repository, found, each, tells=False).commit
    return found


class Arm:
    """One of the two histories: its tip, and what was written since they parted."""

    def __init__(self, repository: Repository, tip: str, other: str) -> None:
        """Read what *tip* has and *other* has not."""
        self.repository = repository
        self.tip = tip
        self.commits = list(only_in(repository, tip, other))
        self.stamps = dict(_stamped(repository, self.commits))
        self.written: dict[str, list[Commit]] = {}
        for commit in self.commits:
            for path in commit.files:
                self.written.setdefault(path, []).append(commit)

    @property
    def end(self) -> Stamp:
        """The stamp of the tip."""
        return self.stamps[self.tip]

    @property
    def seconds(self) -> int:
        """When the tip was committed."""
        return next(each.seconds for each in self.commits if each.id == self.tip)

    def side(self, document: Document | None, path: str) -> Side:
        """Return this arm's version of a file that it wrote."""
        stamps = stamps_of(parts_of(document), self._writes(path))
        last = max(
            (self.stamps[each.id] for each in self.written.get(path, ())), default=self.end
        )
        return Side(document, last.clock, last.author, stamps, last.at)

    def _writes(self, path: str) -> Iterator[Write]:
        for commit in self.written.get(path, ()):
            old, new = commit.files[path]
            before = tuple(_parts(self.repository, each, path) for each in old)
            yield Write(self.stamps[commit.id], _parts(self.repository, new, path), before)


def _stamped(repository: Repository, commits: list[Commit]) -> Iterator[tuple[str, Stamp]]:
    """Yield each commit's stamp: a clock that jumps is not believed, nor what a copy says."""
    known: dict[str, int] = {}
    for commit in commits:
        for parent in commit.parents:
            if parent not in known:
                known[parent] = clock_of(repository, parent)
        least = 1 + max((known[each] for each in commit.parents), default=0)
        clock = commit.clock if least <= commit.clock < least + _LONGEST_JUMP else least
        known[commit.id] = clock
        who = Actor.signed(commit.name, commit.email)
        settled = commit.settled and commit.clock == least
        yield commit.id, Stamp(clock, who.address, text_of(commit.seconds), settled)


class _Join:
    def __init__(self, repository: Repository, first: str, last: str, *, tells: bool) -> None:
        self._repository = repository
        self._tells = tells
        self._arms = Arm(repository, first, last), Arm(repository, last, first)
        self._seconds = max(arm.seconds for arm in self._arms)  # the merge is as old as they
        self._base = common_base(repository, first, last)
        self._lost: dict[str, tuple[Lost, ...]] = {}
        self._unread: list[str] = []
        self._namesakes = Namesakes()
        self._calls: list[Escalation] = []
        # What differs from the first tip: path to content, None to remove.
        self._files: dict[str, str | None] = {}

    def made(self) -> Joined:
        for each in (self._arms[0].tip, self._arms[1].tip):
            genesis.settings(self._repository, each)
        for difference in self._repository.differences(*(arm.tip for arm in self._arms)):
            self._take(difference.path, difference.old, difference.new)
        self._keep_namesakes()
        if self._tells:
            self._call_for_losers()
        renamed = self._namesakes.renamed
        return Joined(self._written(), self._lost, tuple(self._unread), renamed)

    def _take(self, path: str, left: str | None, right: str | None) -> None:
        """Settle one file in which the tips differ."""
        first, last = self._arms
        if path not in last.written and path in first.written:
            return
        if path not in first.written and path in last.written:
            self._files[path] = right
            return
        base = self._repository.entry(self._base, path)
        if not layout.is_item(path):
            self._files[path] = self._plain(path, base, left, right)
        else:
            self._files[path] = self._document(path, base, left, right)

    def _plain(
        self, path: str, base: str | None, left: str | None, right: str | None
    ) -> str | None:
        """Return one of two versions of a file that is no document, by a fixed rule."""
        if base in (left, right):
            return right if left == base else left
        if path == genesis.SETTINGS:
            return max(filter(None, (left, right)), key=self._format)
        return max(left or "", right or "") or None

    def _format(self, blob: str) -> tuple[bytes, str]:
        return self._repository.blob(blob).partition(b"\n")[0], blob

    def _document(
        self, path: str, base: str | None, left: str | None, right: str | None
    ) -> str | None:
        versions = [_document(self._repository, each, path) for each in (base, left, right)]
        broken = [
            blob is not None and found is None
            for blob, found in zip((left, right), versions[1:], strict=True)
        ]
        if any(broken):
            self._unread.append(path)
            readable = right if broken[0] else left
            return max(left or "", right or "") if all(broken) else readable
        was, one, two = versions
        if one is not None and two is not None and identity(one) != identity(two):
            self._namesakes.add(path, was, one, two)
            return left
        sides = self._arms[0].side(one, path), self._arms[1].side(two, path)
        return self._merged(path, was, sides)

    def _merged(self, path: str, base: Document | None, sides: tuple[Side, Side]) -> str | None:
        merged = merge(base, *sides)
        if merged.lost:
            self._lost[path] = merged.lost
        self._calls += calls(base, sides, merged.document, at=text_of(self._seconds))
        document = merged.told
        if document is None:
            return None
        content = codec.emit(document.fields())
        if len(content) > codec.MAX_BYTES and merged.document is not None:
            content = codec.emit(merged.document.fields())  # the history has what was lost
        return self._repository.write_blob(content)

    def _keep_namesakes(self) -> None:
        """Give the beads that met under one id a file each, and bring references along."""
        for found in self._namesakes.settled(self._read):
            arms = zip(self._arms, (found.one, found.two), strict=True)
            one, two = (arm.side(each.document, each.path) for arm, each in arms)
            path = layout.path_of(found.id)
            self._files[path] = self._merged(path, found.base, (one, two))
        for number, arm in enumerate(self._arms):
            if moved := self._namesakes.of_arm(number):
                self._bring_references(arm, moved)

    def _call_for_losers(self) -> None:
        """Write a call for each claim that was lost, unless one side has had it already."""
        for call in self._calls:
            path = layout.path_of(call.id)
            if not any(self._repository.entry(arm.tip, path) for arm in self._arms):
                self._files[path] = self._repository.write_blob(codec.emit(call.fields()))

    def _bring_references(self, arm: Arm, moved: Mapping[str, str]) -> None:
        for path in filter(layout.is_item, arm.written):
            first = self._repository.entry(self._arms[0].tip, path)
            blob = self._files.get(path, first)
            now, wrote, base = (
                _document(self._repository, each, path)
                for each in (
                    blob,
                    self._repository.entry(arm.tip, path),
                    self._repository.entry(self._base, path),
                )
            )
            if now is None or wrote is None:
                continue
            after = with_references(now, wrote, base, moved)
            if after != now:
                self._files[path] = self._repository.write_blob(codec.emit(after.fields()))

    def _read(self, arm: int, path: str) -> Document | None:
        blob = self._repository.entry(self._arms[arm].tip, path)
        return _document(self._repository, blob, path)

    def _written(self) -> str:
        first, last = self._arms
        tree = self._repository.write_tree(first.tip, self._files)
        both = sorted(path for path in self._files if path in first.written)
        beads = [str(layout.named_by(path)) for path in both if layout.named_by(path)]
        event = Event(
            "merge two ledgers",
            name="ledger.merged",
            beads=tuple(beads[:_TOLD]),
            clock=1 + max(first.end.clock, last.end.clock),
            trailers=self._trailers(),
            at=text_of(self._seconds),
        )
        who = Signature(*_MERGER, self._seconds)
        return self._repository.write_commit(tree, (first.tip, last.tip), event.message(), who)

    def _trailers(self) -> dict[str, str]:
        lost = [
            f"{layout.named_by(path)}/{each.field}"
            for path, fields in sorted(self._lost.items())
            for each in fields
        ]
        told = {"Gt-Lost": " ".join(lost[:_TOLD]), "Gt-Unread": " ".join(self._unread[:_TOLD])}
        renamed = (f"{old}={new}" for old, new in sorted(self._namesakes.renamed.items()))
        return {**told, "Gt-Renamed": " ".join(renamed)}


def _document(repository: Repository, blob: str | None, path: str) -> Document | None:
    return None if blob is None else _loaded(repository.blob(blob), path)


def _parts(repository: Repository, blob: str | None, path: str) -> Parts:
    return {} if blob is None else _read_parts(repository.blob(blob), path)


@lru_cache(maxsize=4096)
def _loaded(content: bytes, path: str) -> Document | None:
    try:
        return load(content, path)
    except InvalidDocumentError:
        return None


@lru_cache(maxsize=4096)
def _read_parts(content: bytes, path: str) -> Parts:
    return parts_of(_loaded(content, path))
