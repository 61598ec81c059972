"""What was said in sessions: a file for each below ``refs/gt/transcripts``, for a while.

A file is ``<year>-<month>/<address>/<id of the record>``. The ref is a single commit without
parents, so what is dropped is gone with git's next collection; it moves by compare-and-swap.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from gitgt.git import side_ref
from gitgt.git.repository import Repository, Signature

REF: Final = "refs/gt/transcripts"
_WHO: Final = ("gitgt", "gitgt@gitgt.invalid")
_MONTH: Final = re.compile(r"\d{4}-\d{2}")
_WHY: Final = "what was said"

Changes = dict[str, str | None]


class Transcripts:
    """The transcripts that are kept in one repository."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def get(self, path: str) -> str | None:
        """Return the text at *path*, if it is kept."""
        head = self._repository.ref(REF)
        content = None if head is None else self._repository.read(head, path)
        return None if content is None else content.decode(errors="replace")

    def keep(self, path: str, text: str, *, oldest: str, at: float) -> None:
        """Keep *text* at *path*; months before the *oldest* go.

        Raises:
            LedgerConflictError: others were faster again and again.
        """
        blob = self._repository.write_blob(text.encode(errors="replace"))

        def decide(head: str | None) -> Changes:
            held = None if head is None else self._repository.entry(head, path)
            return {} if held == blob else {**self._before(head, oldest), path: blob}

        self._change(decide, at)

    def take_in(self, theirs: str | None, *, oldest: str) -> str | None:
        """Add what another clone keeps; return where ours stand then, if at all.

        Raises:
            LedgerConflictError: others were faster again and again.
        """
        repository = self._repository
        if theirs is None:
            return repository.ref(REF)

        def decide(head: str | None) -> Changes:
            ours = {} if head is None else repository.files(head)
            return {
                path: oid
                for path, oid in repository.files(theirs).items()
                if path not in ours and path[: len(oldest)] >= oldest
            }

        self._change(decide, repository.committed(theirs)[0].seconds)
        return repository.ref(REF)

    def _before(self, head: str | None, oldest: str) -> Changes:
        if head is None:
            return {}
        paths = self._repository.files(head)
        return {path: None for path in paths if path[: len(oldest)] < oldest}

    def _change(self, decide: Callable[[str | None], Changes], at: float) -> None:
        repository = self._repository

        def written(head: str | None) -> str | None:
            changes = decide(head)
            if not changes:
                return None
            tree = repository.write_tree(head, changes)
            return repository.write_commit(tree, [], f"{_WHY}\n", Signature(*_WHO, int(at)))

        what = "the transcripts"
        side_ref.move(repository, REF, written, why=_WHY, what=what, logged=False)


def path_of(started: str, address: str, name: str) -> str:
    """Return where the transcript of the record *name*, which *started* then, is kept."""
    month = started[:7] if _MONTH.fullmatch(started[:7]) else "0000-00"
    return f"{month}/{address}/{name}"
