"""Whether a town was told to go down, and who sat there, in ``refs/gt/down``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from gitgt.git.repository import Repository
from gitgt.ledger.side_file import Said, SideFile
from gitgt.model import downs
from gitgt.model.downs import Down

REF: Final = "refs/gt/down"
Decide = Callable[[Down | None], Down | None]


class Downs:
    """The last down of the town with this *repository*."""

    def __init__(self, repository: Repository) -> None:
        self._file = SideFile(repository, REF, "down.json", "what was running")

    def last(self) -> Down | None:
        """Return it; None if the town never went down."""
        return downs.parse(self._file.read())

    def change(self, decide: Decide, said: Said) -> bool:
        """Let *decide* say what is to be known of it, given what is; say if that is news.

        Raises:
            LedgerConflictError: others were faster again and again.
        """

        def written(old: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
            before = downs.parse(old)
            after = decide(before)
            return old if after == before else after and after.plain()

        return self._file.change(written, said)
