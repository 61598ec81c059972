"""A ledger as it stood: read like any other, and written by nobody."""

from __future__ import annotations

from typing import NoReturn

from gitgt.errors import RefusedError
from gitgt.ledger.chronicle import Chronicle
from gitgt.ledger.index import Index
from gitgt.ledger.transact import Ledger


class PastLedger(Ledger):
    """What *ledger* said at *commit*, to somebody whose clock says *at*.

    Its index lies in memory: the one that is kept is about now, for others who ask meanwhile.
    """

    def __init__(self, ledger: Ledger, commit: str, at: float) -> None:
        super().__init__(ledger.repository, ref=ledger.ref, clock=lambda: at)
        self._index = Index.apart(ledger.repository)
        self._commit = commit

    @property
    def chronicle(self) -> Chronicle:
        """What had happened by then."""
        return Chronicle(self.repository, kept=False)

    @property
    def exists(self) -> bool:
        """It did."""
        return True

    def head(self) -> str:
        """Return the commit that the ledger stood at."""
        return self._commit

    def transact(self, *_: object, **__: object) -> NoReturn:
        """Write nothing.

        Raises:
            RefusedError: always: what was so is not changed.
        """
        raise RefusedError(f"{self._commit[:12]} is the past, which nobody changes")
