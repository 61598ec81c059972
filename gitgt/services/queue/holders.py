"""Who lands on which target of a rig that several towns share, as far as was heard."""

from __future__ import annotations

from typing import Any

from gitgt.git import remote_lease
from gitgt.model import lease as rules
from gitgt.model.instant import text_of
from gitgt.model.lease import Lease
from gitgt.services import sync
from gitgt.services.queue import holding
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is to land on a branch."""

    branch: str
    lease: Lease

    @property
    def told(self) -> str:
        """Whose it is, in a line."""
        return rules.told(self.lease, f"the refinery of {self.branch}")

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        whose = self.lease.holder
        assert whose is not None
        return {
            "branch": self.branch, "who": whose.who, "host": whose.host.partition(" ")[0],
            "until": text_of(self.lease.until), "number": self.lease.number,
        }  # fmt: skip


def of(town: Town, rig: Rig) -> tuple[Turn, ...]:
    """Return whose turn it is on each branch on which it is somebody's; nobody is asked."""
    where = sync.remote_of(town, rig)
    if not where:
        return ()
    repository = town.ledger_at(rig).repository
    found = []
    for name, lease in remote_lease.all_known(repository, where, holding.KIND).items():
        if lease.holder is not None:
            found.append(Turn(name, lease))
    return tuple(sorted(found, key=lambda each: each.branch))


def takes_none(town: Town, rig: Rig) -> bool:
    """Tell whether the remote that the rig is shared through said that it takes no leases."""
    return bool(sync.remote_of(town, rig)) and holding.is_without(
        town.ledger_at(rig).repository
    )  # fmt: skip
