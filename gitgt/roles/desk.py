"""The desk: what people commit on their desks becomes part of the ledger."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from gitgt.errors import BusyError, RefusedError
from gitgt.git import standing as checkouts
from gitgt.ledger.transact import Ledger
from gitgt.model.actor import Actor
from gitgt.model.documents import Severity
from gitgt.reactor.key import Key, Settled
from gitgt.services import desk, quarantine, submit, sync
from gitgt.services.town import Rig, Town

_LOG = logging.getLogger(__name__)
_WHO = Actor.role("desk")
# A person may sit in an editor with a commit half made; their desk is brought along later.
_PATIENCE = 30.0


class DeskRole:
    """Merges each desk into its ledger, and brings the desks to where the ledger stands."""

    role = "desk"

    def __init__(self, town: Town) -> None:
        self._town = town

    def keys(self) -> Iterable[Key]:
        """Return one key for each ledger, named after its rig; the town's own is ``hq``."""
        return [
            Key(self.role, "hq"),
            *(Key(self.role, name) for name in self._town.rigs_here()),
        ]

    def reconcile(self, key: Key) -> Settled:
        """Take in what is new on the desks of one ledger."""
        rig: Rig | None = None if key.name == "hq" else self._town.rig(key.name)
        ledger = self._town.ledger_at(rig)
        checkouts.catch_up(ledger.repository, ledger.ref)
        quarantine.put_back(self._town, rig, _WHO)
        sync.take_arrivals(ledger)
        found = list(desk.desks(ledger))
        for each in found:
            try:
                desk.take_in(ledger, each)
            except BusyError:
                raise
            except RefusedError as problem:
                escalation = desk.set_aside(ledger, each, problem, _WHO)
                _LOG.info("set aside", extra={"desk": each.ref, "escalation": escalation})
        quarantine.report(self._town, rig, _WHO)
        quarantine.settle(self._town, rig, _WHO)
        self._tell_astray(rig, ledger)
        behind = [each for each in found if not desk.refresh(ledger, each)]
        for each in behind:
            desk.note_seen(ledger, each)
        return Settled(again_in=_PATIENCE if behind else None)

    def _tell_astray(self, rig: Rig | None, ledger: Ledger) -> None:
        """Call on whoever stood on the ledger with something that is not committed."""
        branch = ledger.ref.removeprefix("refs/heads/")
        for path in desk.astray(ledger):
            title = f"{path} was taken off {branch}, which is for gitgt alone to stand on"
            submit.escalate(self._town, rig, _WHO, severity=Severity.LOW, title=title, about="")
