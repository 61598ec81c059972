"""Landing where a remote has the last word: by a push of target and ledger together.

The remote's target moves first and ours after it. Whatever happens in between, looking there
tells what has become of it: so nothing here has to be undone, and nothing lands twice.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gitgt.errors import LeaseHeldError, LedgerConflictError, RefusedError
from gitgt.git import landing, lfs, publish, remote
from gitgt.git.landing import Landed
from gitgt.git.publish import DeclinedError, Fate, Way
from gitgt.git.remote import UnreachableError
from gitgt.git.remote_lease import Held
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove
from gitgt.ledger.transact import Ledger
from gitgt.model.queue.merge_chain import Link
from gitgt.model.upstream import Course, Upstream
from gitgt.services import following, sync
from gitgt.services.queue.holding import Holding
from gitgt.services.queue.merge_queue import Target
from gitgt.services.queue.publish import (
    Local,
    ParkedError,
    Publisher,
    Publishing,
    land,
    publishing,
)
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


def publisher(town: Town, target: Target, holding: Holding) -> Publisher:
    """Return what lands on *target*; *holding* is whose turn that is.

    Raises:
        SettingsError: the rig's settings break their schema.
    """
    how = publishing(town, target.rig)
    if how.here_alone or not takes_pushes(town, target.rig):
        return Local(town, target, how)
    if how.direct:
        return Direct(town, target, how, holding)
    return Local(town, target, how, holding)


def lands_there(town: Town, rig: Rig) -> bool:
    """Tell whether to land is to land at the remote.

    Raises:
        SettingsError: the rig's settings break their schema.
    """
    return publishing(town, rig).direct and takes_pushes(town, rig)


def takes_pushes(town: Town, rig: Rig) -> bool:
    """Tell whether the rig is shared through a remote that we may push its target to.

    git refuses to move the branch of somebody's checkout: what lands for that is pulled there.
    """
    where = sync.remote_of(town, rig)
    address = remote.address(town.ledger_at(rig).repository, where) if where else ""
    path = Path(address.removeprefix("file://"))
    return bool(address) and not (path / ".git").exists()


@dataclass(frozen=True, slots=True)
class Direct:
    """Lands by a push to the remote that the rig is shared through."""

    town: Town
    target: Target
    how: Publishing
    holding: Holding

    @property
    def _ledger(self) -> Ledger:
        return self.town.ledger_at(self.target.rig)

    @property
    def _repository(self) -> Repository:
        return self._ledger.repository

    @property
    def _remote(self) -> str:
        return self.target.rig.remote

    @property
    def _seen(self) -> str:
        return following.seen(self._remote, self.target.branch)

    def is_behind(self) -> bool:
        """Tell whether a landing was published, and what has become of it is not known."""
        return self.target.ref in landing.published(self._repository)

    def catch_up(self) -> Landed:
        """Fetch target and ledger, and bring ours to where they stand.

        The ledger is fetched last: so it knows of all that the target has.
        """
        now = self._fetched()
        self._take_in_ledger()
        return self._follow(now)

    def _fetched(self) -> str | None:
        branch = self.target.branch
        return remote.fetch(self._repository, self._remote, branch, within=self.how.within)

    def _take_in_ledger(self) -> None:
        branch = sync.branch_of(self._ledger)
        sync.keep_arrived(self._ledger, self._remote)
        theirs = remote.fetch(self._repository, self._remote, branch, within=self.how.within)
        if theirs is not None:
            sync.check_same(self._ledger, theirs, self._remote)
            sync.take_in(self._ledger, theirs)

    def _follow(self, now: str | None) -> Landed:
        """Bring our target to where the remote's stands *now*, if nothing speaks against it."""
        here = self._repository.ref(self.target.ref)
        if here is None:
            return Landed()
        found = Upstream(here, self._repository.ref(self._seen), now)
        course = found.course(self._contains)
        if course not in (Course.STAY, Course.FOLLOW):
            raise self._parked(course, found)
        landing.end_published(self._repository, self.target.ref)
        here = self._repository.ref(self.target.ref)
        landed = Landed()
        if course is Course.FOLLOW and here != now:
            why = f"follow {self._remote}"
            landed = landing.land(self._repository, [RefMove(self.target.ref, here, now)], why)
        self._note(now)
        return landed

    def _contains(self, one: str, other: str) -> bool:
        return self._repository.is_ancestor(other, one)

    def _note(self, now: str | None) -> None:
        """Note where the remote's target stands, for whoever looks next."""
        following.note(self._repository, self._remote, self.target.branch, now)

    def _parked(self, course: Course, found: Upstream) -> ParkedError:
        branch, where = self.target.branch, self._remote
        git = f"git -C {shlex.quote(str(self._repository.common))}"
        back = f"{git} push --force {where} {found.seen or found.here}:{self.target.ref}"
        accept = f"{git} update-ref {self.target.ref} {found.now}"
        match course:
            case Course.REWOUND:
                return ParkedError(
                    f"{branch} of {where} was rewound: {str(found.seen)[:12]} is gone from it",
                    hint=f"put it back: {back}; or take it as it is: {accept}",
                )
            case Course.GONE:
                return ParkedError(f"{where} has no branch {branch} any more", hint=back)
            case _:
                return ParkedError(
                    f"{branch} here and {branch} of {where} each have what the other has not",
                    hint=f"merge them there; or take it as it is there: {accept}",
                )

    def decides(self, *, ask: bool) -> bool:
        """Tell whether no other town does."""
        return self.holding.is_ours(self._way, ask=ask)

    def give_back(self) -> None:
        """Let others decide."""
        self.holding.give_back(self._way)

    @property
    def _way(self) -> Way:
        return Way(remote=self._remote, within=self.how.within)

    def land(self, base: str, links: Sequence[Link]) -> Landed:
        """Let *links* land there, and here after it."""
        return land(self.town, self.target, base, links, self.how, by=self._move)

    def _move(self, repository: Repository, moves: tuple[RefMove, ...], why: str) -> Landed:
        sent = False

        def send() -> None:
            nonlocal sent
            self._send(moves)
            sent = True

        new = moves[0].new
        try:
            publishing = landing.Publishing(self._remote, send)
            landed = landing.land(repository, moves, why, publishing=publishing)
        except LedgerConflictError:
            if not sent:
                raise
            # Ours moved at this moment; it counts all the same, for the remote has it.
            sync.take_in(self._ledger, str(moves[-1].new))
            return self._follow(new)
        self._note(new)
        return landed

    def _send(self, moves: Sequence[RefMove]) -> None:
        """Push what is to move; come back only if it is there."""
        target, own = moves[0], moves[-1]
        assert target.new is not None
        assert own.new is not None
        expected = self._repository.ref(self._seen)
        if expected is not None and not self._contains(target.new, expected):
            raise RefusedError(f"{target.new} would take {expected} back from {self._remote}")
        way = replace(self._way, hooks=self.how.hooks)
        lfs.upload(self._repository, way, expected or target.old, target.new)
        also, then = self._lease()
        answer = publish.push(
            self._repository, way, {target.name: target.new, own.name: own.new},
            target=target.name, expected=expected, also=also,
        )  # fmt: skip
        if answer.fate is Fate.DECLINED:
            raise DeclinedError(
                f"{self._remote} does not take {self.target.branch}: {answer.said}",
                hint="let the refinery push there; or land by pull requests: "
                "merge_queue: land: pull-request; or only here: land: local",
            )
        if answer.fate is not Fate.TAKEN:
            self._find_out(target.new, expected, answer.said)
        if then is not None:
            self.holding.went(self._way, then)

    def _lease(self) -> tuple[tuple[RefMove, ...], Held | None]:
        """Return what says that it is our turn, to go along, and the lease as it is then."""
        try:
            held = self.holding.mine(self._way)
        except LeaseHeldError as error:
            raise LedgerConflictError(error.message) from error
        if held is None:
            return (), None
        also, then = self.holding.along(held)
        return (also,), then

    def _find_out(self, new: str, expected: str | None, said: str) -> None:
        """Look there what has become of a push; come back only if it has arrived."""
        now = self._fetched()
        if now is not None and self._contains(now, new):
            return
        try:
            self.holding.confirm(self._way)
        except LeaseHeldError as error:
            raise LedgerConflictError(error.message) from error
        if now != expected:
            raise LedgerConflictError(f"{self.target.branch} of {self._remote} moved on")
        before = self._ledger.head()
        self._take_in_ledger()
        if self._ledger.head() == before:
            raise UnreachableError(
                f"{self._remote} did not take {self.target.branch}: {said}",
                hint="nothing has landed; it is tried again",
            )
        raise LedgerConflictError(f"the ledger of {self._remote} moved on")
