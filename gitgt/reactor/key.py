"""What the reactor and its reconcilers say to each other; it knows nothing of beads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from gitgt.values import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """One thing that one role looks after: a name and nothing else, never what happened."""

    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Settled:
    """All is as it should be, and need not be looked at before *again_in* seconds."""

    again_in: float | None = None


class Reconciler(Protocol):
    """A role. It looks at how things are, and sees to it that they are as they should be."""

    @property
    def role(self) -> str:
        """Its name, which its keys carry."""
        ...

    def keys(self) -> Iterable[Key]:
        """Return everything that it looks after at the moment."""
        ...

    def reconcile(self, key: Key) -> Settled:
        """See to *key*: may be called at any time and any number of times.

        Raises:
            GtError: it could not be done; a retryable one is tried again, any other is not.
        """
        ...
