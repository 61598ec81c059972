"""What was written to a ledger behind our back, judged by the rules that a desk is judged by.

Whoever moves the ledger's ref with plumbing, libgit2 or ``--no-verify`` passes no hook. So each
commit since the last look is held against the lifecycle: what differs from its parent is a
step, and one that nobody may take is undone. How far we have come is in ``refs/gt/judged``, a
ref of this clone alone.

Our own commits, which say in a trailer what happened, pass the same check with the town's
standing, and cost two documents each. Merges that ``join`` makes say nothing of their own.
Steps that people took one after the other were perhaps judged as one on a desk, and are here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from functools import reduce
from typing import Final

from gitgt.errors import GtError, InvalidDocumentError, NotFoundError, RefusedError
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs
from gitgt.git.walk import Commit, new_in
from gitgt.ledger import codec, genesis, layout
from gitgt.ledger.documents import load, load_draft
from gitgt.ledger.intake import check_home, line_of
from gitgt.ledger.join import join
from gitgt.ledger.wrong import Wrong, wrong
from gitgt.model.actor import Actor, Standing
from gitgt.model.change import check_change, complete, flaws
from gitgt.model.documents import Document
from gitgt.model.event import Event
from gitgt.model.instant import text_of
from gitgt.values import dataclass

JUDGED: Final = "refs/gt/judged"
PUT_BACK: Final = "ledger.put-back"
TAKEN_BACK: Final = "ledger.taken-back"
_TAKEN_IN: Final = "desk.taken-in"
# These bring or mend whole ledgers: steps of their own they do not take.
_WHOLE: Final = frozenset(
    {"beads.imported", "ledger.begun", "ledger.mended", "ledger.migrated", PUT_BACK}
)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was done wrong, and the blobs (None to remove) that make it good again.

    ``unread`` is what no schema accepts: its writer has to mend it, so it stays.
    """

    wrongs: tuple[Wrong, ...] = ()
    files: Mapping[str, str | None] = field(default_factory=dict)
    unread: tuple[Wrong, ...] = ()


@dataclass(frozen=True, slots=True)
class _Held:
    """A file that should not be as it is: what was good last, and what should be there."""

    good: str | None
    wanted: str | None
    wrongs: tuple[Wrong, ...] = ()
    unread: Wrong | None = None  # that is told by others, and stays for its writer to mend


@dataclass(slots=True)
class _State:
    """What is known of the tree of one commit."""

    held: dict[str, _Held] = field(default_factory=dict)
    # What stood before the steps that people took one after the other.
    before: dict[str, str | None] = field(default_factory=dict)


def mark(repository: Repository, head: str) -> None:
    """Note that the ledger is judged as far as *head*.

    Raises:
        LedgerConflictError: somebody else noted something just now.
    """
    old = repository.ref(JUDGED)
    if old != head:
        move = RefMove(JUDGED, old, head)
        move_refs(repository, [move], why="judged", logged=old is not None)


def look(repository: Repository, since: str | None, head: str) -> Findings:
    """Return what is wrong at *head* and was not at *since*; None is before the beginning.

    Raises:
        NewerDataError: a later gitgt wrote the ledger, so nothing can be judged.
    """
    prefix = str(genesis.settings(repository, since or head)["prefix"])
    with suppress(RefusedError):  # it was taken away, and comes back
        genesis.settings(repository, head)
    commits = list(new_in(repository, head, since))
    looking = _Looking(repository, prefix, commits)
    for commit in commits:
        looking.take(commit)
    held = dict(sorted(looking.states.get(head, _State()).held.items()))
    return Findings(
        tuple(one for each in held.values() for one in each.wrongs),
        {path: each.wanted for path, each in held.items() if not each.unread or each.wrongs},
        tuple(each.unread for each in held.values() if each.unread),
    )


class _Looking:
    """What was found so far, commit by commit, parents before children."""

    def __init__(self, repository: Repository, prefix: str, commits: Sequence[Commit]) -> None:
        self.states: dict[str, _State] = {}
        self._children = Counter(parent for each in commits for parent in each.parents)
        self._repository = repository
        self._prefix = prefix

    def take(self, commit: Commit) -> None:
        """Judge one commit."""
        name = Event.parse(self._repository.message_of(commit.id)).name
        if len(commit.parents) < 2 or name == _TAKEN_IN:
            state = self._after(commit.parents[:1])
            self._judge_step(state, commit, name)
        else:
            state = self._merged(commit)
        self.states[commit.id] = state
        self._forget(commit.parents)

    def _forget(self, parents: Iterable[str]) -> None:
        """Drop what was known of commits after which nothing comes any more."""
        for each in parents:
            self._children[each] -= 1
            if not self._children[each]:
                self.states.pop(each, None)

    def _after(self, parents: Iterable[str]) -> _State:
        found = _State()
        for parent in parents:
            known = self.states.get(parent, _State())
            found.held |= known.held
            found.before |= known.before
        return found

    def _judge_step(self, state: _State, commit: Commit, name: str) -> None:
        for path, old, new in self._changed(commit):
            if name in _WHOLE:
                state.held.pop(path, None)
            elif not name or not self._is_ours(state, path, old, new, back=name == TAKEN_BACK):
                self._judge(state, commit, path, (old,), new)
        if name:
            state.before = {}
            return
        for path, each in [*state.held.items()]:
            if each.wrongs and path in state.before and path not in commit.files:
                now = self._repository.entry(commit.id, path)
                self._judge(state, commit, path, (), now, blame=False)

    def _changed(self, commit: Commit) -> list[tuple[str, str | None, str | None]]:
        if len(commit.parents) < 2:
            return [(path, (*old, None)[0], new) for path, (old, new) in commit.files.items()]
        found = self._repository.differences(commit.parents[0], commit.id)
        return [(each.path, each.old, each.new) for each in found]

    def _is_ours(
        self, state: _State, path: str, old: str | None, new: str | None, *, back: bool
    ) -> bool:
        """Tell whether a step is one that gitgt takes; note what it made good."""
        held = state.held.get(path)
        if held is None:
            return self._is_lawful(path, old, new, back=back)
        if self._is_lawful(path, held.good, new, back=back):
            del state.held[path]
            return True
        # On top of what is wrong, which stays so.
        return self._is_lawful(path, old, new, back=back)

    def _is_lawful(
        self, path: str, old: str | None, new: str | None, *, back: bool = False
    ) -> bool:
        if layout.id_of(path) is None or old == new:
            return True
        before, after = self._document(old, path), self._document(new, path)
        if after is None and new is not None:
            return False
        try:
            broken = before is None and old is not None
            _check(before, after, Standing.TOWN, broken=broken, back=back)
        except RefusedError:
            return False
        return True

    def _merged(self, commit: Commit) -> _State:
        """Judge a merge: by what ``join`` would have made of the same parents."""
        parents = [(each, self.states.get(each, _State())) for each in commit.parents]
        state, git = _State(), self._repository
        for parent, known in parents:
            for path, each in known.held.items():
                now = git.entry(commit.id, path)
                if now == git.entry(parent, path):
                    state.held[path] = each
                elif each.wrongs and not self._is_lawful(path, each.good, now):
                    others = [one for one, its in parents if path not in its.held]
                    good = git.entry(others[0], path) if others else each.good
                    if now != good:
                        state.held[path] = replace(each, good=good, wanted=good)
        for path, expected, new in self._unexpected(commit):
            olds = [git.entry(parent, path) for parent, _ in parents]
            older = [each for each in olds if each not in (new, expected)]
            ended = self._is_closed(expected, path)
            fit = [each for each in older if not ended or self._is_closed(each, path)]
            self._judge(state, commit, path, (expected, *fit), new)
        state.before = {}
        return state

    def _is_closed(self, blob: str | None, path: str) -> bool:
        """Tell whether a document has ended: nobody goes on from what it was before."""
        found = None if layout.id_of(path) is None else self._document(blob, path)
        return found is not None and found.is_closed

    def _unexpected(self, commit: Commit) -> list[tuple[str, str | None, str | None]]:
        """Return where a merge is not what we would have made: path, ours, theirs."""
        try:
            expected = reduce(self._joined, commit.parents)
        except RefusedError:  # of another history
            return [(path, old[0], new) for path, (old, new) in commit.files.items()]
        found = self._repository.differences(expected, commit.id)
        return [(each.path, each.old, each.new) for each in found]

    def _joined(self, one: str, other: str) -> str:
        return join(self._repository, one, other).commit

    def _judge(
        self, state: _State, commit: Commit, path: str, olds: tuple[str | None, ...],
        new: str | None, *, blame: bool = True,
    ) -> None:  # fmt: skip
        """Judge a step by whoever signed it, and note what it leaves behind."""
        held = state.held.get(path)
        good = held.good if held else olds[0]
        bases = [good, *olds[1:]]
        bases += [state.before[path]] if path in state.before else []
        state.before.setdefault(path, good)
        who, at = Actor.signed(commit.name, commit.email), text_of(float(commit.seconds))
        problem: GtError | None = None
        for base in bases:
            try:
                wanted = self._taken(path, base, new, (who, at))
            except GtError as error:
                problem = problem or error
                continue
            state.held.pop(path, None)
            if wanted != new:
                # Completed it stands, for the steps that follow in the same breath.
                state.held[path] = _Held(wanted, wanted)
            return
        assert problem is not None
        wrongs, told = held.wrongs if held else (), wrong(commit.id, who, at, path, problem)
        unread = isinstance(problem, InvalidDocumentError | NotFoundError)
        if blame and not unread:
            wrongs += (told,)
        state.held[path] = _Held(good, good, wrongs, told if unread else None)

    def _taken(
        self, path: str, old: str | None, new: str | None, writer: tuple[Actor, str]
    ) -> str | None:
        """Return what stands after a step; what a person left out is filled in.

        Raises:
            RefusedError: nobody, or not they, may take it.
            InvalidDocumentError: what is there now is no document.
        """
        if old == new:
            return new
        if is_its_own(path):
            raise RefusedError("what the ledger says about itself is not edited by hand")
        if layout.id_of(path) is None:
            return new
        before = self._document(old, path)
        if new is None:
            _check(before, None, writer[0].standing, broken=before is None)
            return None
        return self._completed(path, before, new, writer, broken=old is not None)

    def _completed(
        self, path: str, before: Document | None, new: str, writer: tuple[Actor, str],
        *, broken: bool,
    ) -> str:  # fmt: skip
        who, at = writer
        content = self._repository.blob(new)
        fields = load_draft(content, path, path)
        if before is None and not broken:
            check_home(self._prefix, fields, f"{path}:{line_of(content, 'id')}")
        after = complete(before, fields, now=at, by=who.address)
        try:
            _check(before, after, who.standing, broken=broken and before is None)
        except RefusedError as error:
            where = f"{path}:{line_of(content, 'status')}"
            raise type(error)(f"{where}: {error.message}", hint=error.hint) from error
        if after == self._document(new, path):
            return new
        return self._repository.write_blob(codec.emit(after.fields()))

    def _document(self, blob: str | None, path: str) -> Document | None:
        try:
            return None if blob is None else load(self._repository.blob(blob), path)
        except (InvalidDocumentError, NotFoundError):
            return None


def _check(
    before: Document | None, after: Document | None, standing: Standing, *,
    broken: bool, back: bool = False,
) -> None:  # fmt: skip
    """Check a step; what follows on something *broken* may be anything that can be so."""
    if not broken:
        check_change(before, after, standing, back=back)
        return
    for what, hint in flaws(after) if after else ():
        raise RefusedError(f"{after.id if after else ''}: {what}", hint=hint)


def is_its_own(path: str) -> bool:
    """Tell whether a file is what the ledger says about itself."""
    own = (genesis.SETTINGS, genesis.ATTRIBUTES, genesis.RIG)
    return path in own or path.startswith(genesis.SCHEMAS)
