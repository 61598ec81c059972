"""The freezes of a town, in ``refs/gt/freeze``: they are about sessions on this machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from gitgt.git.repository import Repository
from gitgt.ledger.side_file import Said, SideFile
from gitgt.model import freezes
from gitgt.model.freezes import Freeze

REF: Final = "refs/gt/freeze"
Decide = Callable[[tuple[Freeze, ...]], tuple[Freeze, ...]]


class Freezes:
    """What is frozen, and was not long ago, in the town with this *repository*."""

    def __init__(self, repository: Repository) -> None:
        self._file = SideFile(repository, REF, "freezes.json", "what is frozen")

    def all(self) -> tuple[Freeze, ...]:
        """Return them all."""
        return freezes.parse(self._file.read())

    def change(self, decide: Decide, said: Said) -> bool:
        """Let *decide* say how they are to stand, given how they do; say if that is news.

        Raises:
            LedgerConflictError: others were faster again and again.
        """

        def written(old: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
            before = freezes.parse(old)
            after = decide(before)
            return old if after == before else [each.fields() for each in after]

        return self._file.change(written, said)
