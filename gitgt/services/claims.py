"""Claims in a rig that several clones share: the remote's ref settles who has a bead.

Online, a claim is fetched for, judged on what all others have written so far, and pushed before
it counts here; if somebody was faster, it is judged again. Such a claim says in its commit that
it is settled, and stands against all that were made offline. Those are provisional: when the
clones meet, the first one stands, and whoever lost is told.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import field, replace
from typing import Final

from gitgt.errors import LedgerConflictError
from gitgt.git import remote
from gitgt.git import standing as checkouts
from gitgt.git.remote import UnreachableError
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change, Decide, Ledger
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead
from gitgt.model.event import SETTLED
from gitgt.services import following, settings, sync
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_LOG = logging.getLogger(__name__)
# With many clones at one remote a claim loses many races before it is settled either way.
_ATTEMPTS: Final = 1000
_SETTINGS: Final = "settings/config.yaml"


def transact(town: Town, rig: Rig | None, decide: Decide, who: Actor) -> Snapshot:
    """Write a claim: settled by the remote where there is one that answers."""
    ledger = town.ledger_at(rig)
    where = sync.remote_of(town, rig) if rig is not None else ""
    if not where:
        return ledger.transact(decide, who)
    try:
        also = following.targets(ledger.repository, rig, where)
        _catch_up(ledger, where, *also)
        following.follow(ledger.repository, where, also)
        online = _Online(ledger, where)
        return ledger.transact(online.settled(decide), who, move=online.move)
    except UnreachableError as error:
        _LOG.info("a claim is provisional", extra={"why": error.message})
        return ledger.transact(decide, who)


def _catch_up(ledger: Ledger, where: str, *also: str) -> None:
    sync.keep_arrived(ledger, where)
    theirs = remote.fetch(ledger.repository, where, sync.branch_of(ledger), *also)
    if theirs is not None:
        sync.check_same(ledger, theirs, where)
        sync.take_in(ledger, theirs)


@dataclass(frozen=True, slots=True)
class _Online:
    ledger: Ledger
    where: str
    pauses: Iterator[float] = field(default_factory=lambda: sync.turns(_ATTEMPTS))

    def settled(self, decide: Decide) -> Decide:
        """Return *decide* with a word in its commit on who settled it: only so it moves."""

        def decided(now: Snapshot) -> Change | None:
            change = decide(now)
            if change is None:
                return None
            return replace(change, trailers={**change.trailers, SETTLED: self.where})

        return decided

    def move(self, repository: Repository, moves: tuple[RefMove, ...], why: str) -> None:
        """Let the remote's ref move first, and ours after it.

        Raises:
            LedgerConflictError: the remote's had moved; what moved it is taken in.
        """
        *others, own = moves
        assert own.new is not None
        if not self._pushed(own.new):
            raise LedgerConflictError(f"{self.where} moved on")
        try:
            checkouts.move(repository, (*others, own), why=why)
        except LedgerConflictError:
            sync.take_in(self.ledger, own.new)  # it counts: the remote has it

    def _pushed(self, commit: str) -> bool:
        """Push *commit*; tell whether it is there, and else take in what was faster."""
        before = self.ledger.head()
        for pause in self.pauses:
            if remote.push(
                self.ledger.repository, self.where, commit, sync.branch_of(self.ledger)
            ):
                return True
            time.sleep(pause)  # before the look, so that what is seen then is new
            _catch_up(self.ledger, self.where)
            if self.ledger.head() != before:
                break
        return False


def is_provisional(town: Town, rig: Rig | None) -> bool:
    """Tell whether the rig is shared, and what was written last has not reached the others."""
    where = sync.remote_of(town, rig) if rig is not None else ""
    if not where:
        return False
    ledger = town.ledger_at(rig)
    known = ledger.repository.ref(remote.tracking(where, sync.branch_of(ledger)))
    return known is None or not ledger.repository.is_ancestor(ledger.head(), known)


def waits(town: Town, rig: Rig, bead: Bead) -> bool:
    """Tell whether nobody is to begin on *bead* yet: who has it, the remote has not settled.

    Raises:
        SettingsError: the town's settings break their schema.
    """
    where = sync.remote_of(town, rig)
    if not where or settings.read(town.root / _SETTINGS, "settings").get("sync", {}).get(
        "offline_claims", False
    ):
        return False
    ledger = town.ledger_at(rig)
    known = ledger.repository.ref(remote.tracking(where, sync.branch_of(ledger)))
    there = ledger.snapshot(known).find(bead.id) if known is not None else None
    return not isinstance(there, Bead) or there.assignee != bead.assignee
