"""Up and down: who sat there when the town went down, and who is begun again.

A town that was told to go down stays down: nobody is begun for what is on a hook, whoever
types what meanwhile, before it is told to come up.
"""

from __future__ import annotations

from gitgt.ledger.downs import Downs
from gitgt.model.downs import Down
from gitgt.services.town import Town

__all__ = ["is_down", "last"]


def last(town: Town) -> Down | None:
    """Return what is known of the last time that *town* went down."""
    return Downs(town.repository).last()


def is_down(town: Town) -> bool:
    """Tell whether *town* was told to go down, and not to come up since."""
    found = last(town)
    return found is not None and not found.over
