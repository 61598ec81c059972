"""Notes on what has landed, below ``refs/notes/gt/work``, where git's own commands show them.

One file for each commit, ``<aa>/<rest of its id>``, as git lays notes out; moved by
compare-and-swap, since git's own notes lose what two write at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from gitgt.git import side_ref
from gitgt.git.repository import Repository, Signature
from gitgt.model import work_note
from gitgt.model.event import Event
from gitgt.model.work_note import WorkNote

REF: Final = "refs/notes/gt/work"
_WHAT: Final = "the notes"
_WHO: Final = ("gitgt", "gitgt@gitgt.invalid")


class WorkNotes:
    """The notes that are kept in one repository."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def get(self, commit: str) -> WorkNote | None:
        """Return the note on *commit*, if there is one."""
        head = self._repository.ref(REF)
        content = None if head is None else self._repository.read(head, _path(commit))
        return None if content is None else work_note.parse(content.decode(errors="replace"))

    def noted(self) -> set[str]:
        """Return the commits that have a note."""
        return {path.replace("/", "") for path in self._files()}

    def all(self) -> Iterator[tuple[str, WorkNote]]:
        """Yield every note with its commit."""
        files = self._files()
        contents = dict(self._repository.readable([*files.values()]))
        for path, oid in files.items():
            note = work_note.parse(contents.get(oid, b"").decode(errors="replace"))
            if note is not None:
                yield path.replace("/", ""), note

    def write(self, wanted: Mapping[str, WorkNote], *, at: float) -> bool:
        """Write the notes of these commits, where they say something else; tell if any did.

        Raises:
            LedgerConflictError: others were faster again and again.
        """
        repository = self._repository
        before = repository.ref(REF)

        def decide(head: str | None) -> str | None:
            new = {
                commit: note
                for commit, note in wanted.items()
                if self._says_else(head, commit, note)
            }
            return self._written(head, new, at) if new else None

        after = side_ref.move(repository, REF, decide, why="note what landed", what=_WHAT)
        return after != before

    def take_in(self, theirs: str | None) -> str | None:
        """Take in the notes of another clone; return where ours stand then, if at all.

        Raises:
            LedgerConflictError: others were faster again and again.
        """
        return side_ref.meet(self._repository, REF, theirs, join, what=_WHAT)

    def _written(self, head: str | None, new: Mapping[str, WorkNote], at: float) -> str:
        repository = self._repository
        blobs: dict[str, str | None] = {
            _path(commit): repository.write_blob(note.text().encode(errors="replace"))
            for commit, note in new.items()
        }
        event = Event(f"note what {len(new)} landed commits took", "work.noted")
        tree = repository.write_tree(head, blobs)
        who = Signature(*_WHO, int(at))
        return repository.write_commit(tree, [head] if head else [], event.message(), who)

    def _says_else(self, head: str | None, commit: str, note: WorkNote) -> bool:
        content = None if head is None else self._repository.read(head, _path(commit))
        return content != note.text().encode(errors="replace")

    def _files(self) -> Mapping[str, str]:
        head = self._repository.ref(REF)
        return {} if head is None else self._repository.files(head)


def join(repository: Repository, ours: str, theirs: str) -> str:
    """Return a commit with the notes of two clones; of two on one commit the fuller one.

    It is made from its parents alone, so two clones that join the same pair make the same.
    """
    return side_ref.joined(repository, ours, theirs, partial(_of_pair, repository))


def _of_pair(repository: Repository, one: str, two: str) -> str:
    changes: dict[str, str | None] = {}
    for each in repository.differences(one, two):
        if each.new is None:
            continue
        changes[each.path] = each.new
        if each.old is not None:
            changes[each.path] = max(
                (each.old, each.new), key=lambda oid: _fullness(repository.blob(oid))
            )
    seconds = [repository.committed(each)[0].seconds for each in (one, two)]
    event = Event("meet another clone's notes", "work.joined")
    tree = repository.write_tree(one, changes)
    who = Signature(*_WHO, max(seconds))
    return repository.write_commit(tree, (one, two), event.message(), who)


def _fullness(content: bytes) -> tuple[int, int, bytes]:
    """Return how much a note says: what was counted later is more."""
    note = work_note.parse(content.decode(errors="replace"))
    if note is None:
        return (0, 0, content)
    buckets = (
        bucket or 0
        for each in note.usage.values()
        for bucket in (each.input, each.output, each.cache_read, each.cache_write)
    )
    return (sum(buckets), note.sessions, content)


def _path(commit: str) -> str:
    return f"{commit[:2]}/{commit[2:]}"
