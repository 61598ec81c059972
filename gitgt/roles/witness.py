"""The witness: what branches say becomes state, work is saved, and agents are looked after."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import Bead
from gitgt.model.lifecycle import BeadStatus
from gitgt.reactor.key import Key, Settled
from gitgt.services import branch
from gitgt.services.agents import sandbox, wip
from gitgt.services.town import Rig, Town
from gitgt.services.witness import rounds

_LOG = logging.getLogger(__name__)
_REMOTE = "refs/remotes/origin/"
# Where the ledger stands still, nobody is looked at more than once in so many seconds; and not
# at every commit where it moves.
_GAP, _LEAST = 10.0, 1.0


class WitnessRole:
    """Watches the sandboxes of one rig for each key."""

    role = "witness"

    def __init__(self, town: Town) -> None:
        self._town = town
        # What was read and found to say nothing new; forgetting it costs one more look.
        self._read: dict[tuple[str, str], str] = {}
        self._saved: dict[str, wip.Saved] = {}
        self._rounds: dict[str, tuple[str, float, float]] = {}

    def keys(self) -> Iterable[Key]:
        """Return one key for each rig."""
        return [Key(self.role, name) for name in self._town.rigs_here()]

    def reconcile(self, key: Key) -> Settled:
        """Heed the branches of a rig, save what is not committed, help whoever needs it.

        Raises:
            BusyError: somebody begins a session that was to be ended.
        """
        rig = self._town.rig(key.name)
        now = self._town.ledger_at(rig).snapshot()
        for bead in now.all(Bead, status=(BeadStatus.HOOKED, BeadStatus.IN_PROGRESS)):
            self._heed(rig, now, bead)
        self._heed_pushed(rig, now)
        saved = wip.save_all(self._town, rig, now, self._saved)
        waits = (saved, self._look_after(rig, now.commit))
        return Settled(again_in=min((each for each in waits if each is not None), default=None))

    def _look_after(self, rig: Rig, commit: str) -> float | None:
        """Go on a round, if one is due; return in how many seconds the next one is."""
        now = self._town.clock()
        last, at, wait = self._rounds.get(rig.name, ("", 0.0, 0.0))
        wait = wait if last == commit else min(wait, _LEAST)
        if 0 <= now - at < wait:
            return wait - (now - at)
        went = rounds.go(self._town, rig)
        self._rounds[rig.name] = (commit, now, min(went.again_in or 0.0, _GAP))
        return went.again_in

    def _heed(self, rig: Rig, now: Snapshot, bead: Bead) -> None:
        if not bead.assignee.startswith(f"{rig.name}/polecats/"):
            return
        ref = f"refs/heads/{sandbox.branch_of(bead.assignee, bead.id)}"
        tip = now.repository.ref(ref)
        seen = f"{tip} {bead.status} {bead.merge_request}"
        if tip is None or self._read.get((rig.name, ref)) == seen:
            return
        branch.heed_assignment(self._town, rig, now, bead)
        self._read[rig.name, ref] = seen

    def _heed_pushed(self, rig: Rig, now: Snapshot) -> None:
        for ref, tip in now.repository.refs(_REMOTE).items():
            name = ref.removeprefix(_REMOTE)
            if name in (rig.branch, rig.ledger_branch, "HEAD") or name.startswith("polecat/"):
                continue
            if self._read.get((rig.name, ref)) in (tip, f"{tip} {now.commit}"):
                continue
            refused = branch.heed_pushed(self._town, now, branch.Pushed(rig, name, tip))
            for error in refused:
                _LOG.warning("refused", extra={"branch": ref, "why": error.message})
            # Its bead may come after it, or be completed: so the ledger as it was counts.
            self._read[rig.name, ref] = f"{tip} {now.commit}" if refused else tip
