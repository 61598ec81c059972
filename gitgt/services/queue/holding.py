"""Whose turn it is to land on a target that several towns share: a lease at their remote.

It is taken when something waits, renewed while there is work, and given back when nothing waits
any more. Who has it not tests all the same, and lets the others decide what lands and what goes
back. Nothing rests on what is remembered here: a landing takes the lease along, so the server
judges it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Final

from gitgt.errors import GtError, LeaseHeldError, LedgerConflictError
from gitgt.git import remote_lease
from gitgt.git.publish import DeclinedError, Way
from gitgt.git.remote import UnreachableError
from gitgt.git.remote_lease import Held, Taker
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove
from gitgt.model import lease as rules
from gitgt.model.lease import Lease
from gitgt.runtime import notes
from gitgt.services import leases, sync
from gitgt.services.town import Town

# So many seconds it lasts, and from the middle on it is renewed.
LASTS: Final = 120.0
# For so long a remote that takes no leases is not asked again.
_WITHOUT: Final = 3600.0
KIND: Final = "refinery"
# Whoever ends does not wait longer for a remote.
_PARTING: Final = 5.0
_SEEN: Final = "leases.json"
_NONE: Final = "none"


def name_of(branch: str) -> str:
    """Return the name of the lease for landing on *branch*."""
    return remote_lease.named(KIND, branch)


def known(repository: Repository, remote: str, branch: str) -> Lease | None:
    """Return who lands on *branch* there, as far as was heard; None if nobody ever did."""
    return remote_lease.known(repository, remote, name_of(branch))


def is_without(repository: Repository) -> bool:
    """Tell whether the remote said, when it was asked last, that it takes no leases."""
    seen = notes.read(repository.gt / _SEEN, dict)
    return any(isinstance(each, list) and each[:1] == [_NONE] for each in seen.values())


def leave(town: Town) -> None:
    """Give back whatever this process has: it acts no more."""
    mine = leases.me(_who(town))
    for rig in town.rigs_here().values():
        where = sync.remote_of(town, rig)
        repository = town.ledger_at(rig).repository
        known = remote_lease.all_known(repository, where, KIND) if where else {}
        for branch, lease in known.items():
            if lease.holder != mine:
                continue
            name = name_of(branch)
            held = Held(name, lease, remote_lease.file(repository, where, name))
            with suppress(GtError):  # it runs out
                remote_lease.release(repository, Way(remote=where, within=_PARTING), held)


def _who(town: Town) -> str:
    return f"town {town.root.name}"


class Holding:
    """The lease for landing on one branch, as this process has it or not."""

    def __init__(self, town: Town, repository: Repository, branch: str) -> None:
        self._town = town
        self._repository = repository
        self._branch = branch
        self._name = name_of(branch)
        self._held: Held | None = None
        self._without_until = 0.0
        self._waits_for: tuple[str, float] = ("", 0.0)

    @property
    def is_held(self) -> bool:
        """Whether it is ours, as far as we know."""
        return self._held is not None

    def is_ours(self, way: Way, *, ask: bool) -> bool:
        """Tell whether we may decide; take or renew the lease if that is due and may be asked.

        Where nobody can be asked, we may if nobody else was known to have it.
        """
        now = self._town.clock()
        if now < self._without_until:
            return True
        if self._held is not None and now < self._held.lease.until - LASTS / 2:
            return True
        if not ask or self._is_waiting(way, now):
            return self._held is not None or self._is_free(way)
        try:
            self.mine(way)
        except LeaseHeldError:
            return False
        except (UnreachableError, LedgerConflictError):
            return self._held is not None or self._is_free(way)
        return True

    def free_in(self) -> float | None:
        """Return in how many seconds it may be tried again; None if nobody else has it."""
        if self._held is not None or not self._waits_for[1]:
            return None
        return max(0.0, self._waits_for[1] - self._town.clock())

    def mine(self, way: Way) -> Held | None:
        """Return the lease, taken or renewed if it has to be; None where there are none.

        Raises:
            LeaseHeldError: another town has it.
            UnreachableError: the remote does not answer.
            LedgerConflictError: others were faster again and again.
        """
        now = self._town.clock()
        try:
            self._held = self._taken(way) if self._held is None else self._renewed(way)
        except DeclinedError:
            self._held, self._without_until = None, now + _WITHOUT
            self._note(_NONE)
        except LeaseHeldError:
            self._lost(way)
            raise
        self._waits_for = ("", 0.0)
        return self._held

    def along(self, held: Held) -> tuple[RefMove, Held]:
        """Return what goes along with a landing, and the lease as it is then."""
        return remote_lease.along(
            self._repository, held, now=self._town.clock(), lasts=LASTS
        )  # fmt: skip

    def went(self, way: Way, held: Held) -> None:
        """Take note that *held* went along and arrived."""
        self._held = held
        remote_lease.note(self._repository, way, held)

    def confirm(self, way: Way) -> None:
        """Look whether it still is ours, after a landing that did not arrive.

        Raises:
            LeaseHeldError: another town has it.
            UnreachableError: the remote does not answer.
        """
        if self._held is None:
            return
        try:
            self._held = remote_lease.check(self._repository, way, self._held)
        except LeaseHeldError:
            self._lost(way)
            raise

    def give_back(self, way: Way) -> None:
        """Give it back, if it is ours; who cannot be told waits until it is over."""
        if self._held is None:
            return
        held, self._held = self._held, None
        with suppress(GtError):
            remote_lease.release(self._repository, way, held)

    def _taken(self, way: Way) -> Held:
        return remote_lease.take(
            self._repository, way, self._name, self._taker, now=self._town.clock(), lasts=LASTS
        )

    def _renewed(self, way: Way) -> Held:
        assert self._held is not None
        now = self._town.clock()
        if now < self._held.lease.until - LASTS / 2:
            return self._held
        return remote_lease.renew(self._repository, way, self._held, now=now, lasts=LASTS)

    @property
    def _taker(self) -> Taker:
        return Taker(leases.me(_who(self._town)), leases.is_gone, self._still_for)

    def _still_for(self, file: str) -> float:
        """Return for how long *file*, by our own clock, was seen to lie there."""
        said = notes.read(self._repository.gt / _SEEN, dict).get(self._name)
        if isinstance(said, list) and len(said) == 2 and said[0] == file:
            return max(0.0, self._town.clock() - float(said[1]))
        if file:
            self._note(file)
        return 0.0

    def _note(self, file: str) -> None:
        """Note that *file* was seen for the first time now."""
        path = self._repository.gt / _SEEN
        path.parent.mkdir(parents=True, exist_ok=True)
        seen = {**notes.read(path, dict), self._name: [file, self._town.clock()]}
        notes.write_whole(path, json.dumps(seen), synced=False)

    def _lost(self, way: Way) -> None:
        """Note when it may be tried again: by then it is over, unless it was renewed."""
        self._held = None
        file = remote_lease.file(self._repository, way.remote, self._name)
        self._waits_for = (file, self._town.clock() + max(1.0, self._free_in(way)))

    def _is_waiting(self, way: Way, now: float) -> bool:
        """Tell whether the one who has it was asked, and nothing was heard of it since."""
        file, until = self._waits_for
        same = file == remote_lease.file(self._repository, way.remote, self._name)
        return self._held is None and now < until and same

    def _is_free(self, way: Way) -> bool:
        return self._free_in(way) == 0

    def _free_in(self, way: Way) -> float:
        lease = known(self._repository, way.remote, self._branch)
        holder = lease.holder if lease is not None else None
        file = remote_lease.file(self._repository, way.remote, self._name)
        return rules.free_in(
            lease, leases.host(), now=self._town.clock(), lasts=LASTS,
            is_gone=holder is not None and leases.is_gone(holder),
            still_for=self._still_for(file),
        )  # fmt: skip
