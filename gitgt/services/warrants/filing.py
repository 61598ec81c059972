"""File warrants, see them, and decide about them by hand. They are in the town's ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gitgt.errors import NotAllowedError, NotFoundError, RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model import warrant as rules
from gitgt.model.actor import Actor
from gitgt.model.address import Address, Role
from gitgt.model.documents import Warrant
from gitgt.model.lifecycle import WarrantStatus
from gitgt.model.wording import fit_line, fit_text
from gitgt.services import identity
from gitgt.services.agents.hook_record import full
from gitgt.services.escalation import escalations
from gitgt.services.mail import nudges
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

WHO: Final = Actor.role("deacon")
# People sit with these: nobody but a person ends their sessions.
ATTENDED: Final = (Role.OVERSEER, Role.MAYOR, Role.CREW)
Amend = Callable[[Warrant], Warrant]


@dataclass(frozen=True, slots=True)
class Filed:
    """A warrant; ``fresh`` tells whether there was none on that agent before."""

    warrant: Warrant
    fresh: bool


def target_of(town: Town, named: str) -> str:
    """Return the address that *named* means, in full.

    Raises:
        RefusedError: it is no agent's.
    """
    address = full(town, named)
    if Address.parse(address).role in (None, Role.OVERSEER):
        raise RefusedError(f"{named!r} is no agent that has sessions", hint="git gt agents")
    return address


def place_of(town: Town, address: str) -> Rig | Town:
    """Return where the sessions of *address* are kept."""
    return nudges.place_of(town, address)


def is_attended(address: str) -> bool:
    """Tell whether people sit with whoever is at *address*."""
    return Address.parse(address).role in ATTENDED


def file(town: Town, named: str, who: Actor, *, reason: str) -> Filed:
    """Wish that the session of an agent ends, if it does not answer; once while that is open.

    Raises:
        RefusedError: it is no agent's, no session of it goes on, or there is no reason.
    """
    if not reason.strip():
        raise RefusedError("a warrant needs a reason", hint="--reason 'what it does not do'")
    address = target_of(town, named)
    before = find_live(town.ledger.snapshot(), address)
    if before is not None:
        return Filed(before, fresh=False)
    place = place_of(town, address)
    if not sessions.is_running(place, address):
        raise RefusedError(f"{address} has no session that could be ended")
    made = Warrant(
        id=town.new_id("hq", "wr"), type="warrant",
        title=fit_line(f"warrant on {address}: {reason}"), status=WarrantStatus.FILED,
        about=address, session=sessions.look(place, address).session,
        created_at=town.now(), created_by=who.address, description=fit_text(reason),
    )  # fmt: skip

    def decide(now: Snapshot) -> Change | None:
        if find_live(now, address) is not None:
            return None
        subject = f"a warrant on {address}: {reason}"
        return Change(fit_line(subject), (made,), event="warrant.filed")

    now = town.ledger.transact(decide, who)
    found = find_live(now, address)
    assert found is not None
    return Filed(found, fresh=found.id == made.id)


def every(town: Town, *, ended: bool = False) -> list[Warrant]:
    """Return the warrants, the oldest first; those that have *ended* if asked."""
    status = tuple(WarrantStatus) if ended else rules.LIVE
    found = town.ledger.snapshot().all(Warrant, status=status)
    return sorted(found, key=lambda each: (each.created_at, each.id))


def find_live(now: Snapshot, address: str) -> Warrant | None:
    """Return the warrant on *address* that has not ended, if there is one."""
    return next((e for e in now.all(Warrant, status=rules.LIVE) if e.about == address), None)


def find(town: Town, named: str) -> Warrant:
    """Return the warrant that *named* is the id of, or the last one on the agent *named*.

    Raises:
        NotFoundError: there is none.
    """
    now = town.ledger.snapshot()
    if named.startswith("hq-wr-"):
        found = now.get(now.complete(named))
        if isinstance(found, Warrant):
            return found
    address = full(town, named)
    about = [each for each in every(town, ended=True) if each.about == address]
    live = [each for each in about if each.status in rules.LIVE]
    if not about:
        raise NotFoundError(f"there is no warrant on {named}", hint="git gt warrant list --all")
    return (live or about)[-1]


def pardon(town: Town, named: str, who: Actor, *, reason: str) -> Warrant:
    """Let whoever a warrant is about live on.

    Raises:
        RefusedError: it was pardoned or executed before.
    """
    found = find(town, named)
    return step(
        town, found, WarrantStatus.PARDONED, who, f"pardon {found.about}: {reason}",
        reason=fit_text(reason), closed_at=town.now(),
    )  # fmt: skip


def condemn(town: Town, named: str, who: Actor, *, force: bool) -> Warrant:
    """Let the session of an agent be ended now; with *force* whether it answers or not.

    Raises:
        NotAllowedError: an agent asks for it, or people sit with it and no force is used.
        RefusedError: it was not asked often enough in vain.
        NotFoundError: there is no warrant on it, and no force is used.
    """
    identity.check_person(who, "executing a warrant is")
    found = _to_execute(town, named, who, force=force)
    if found.status is WarrantStatus.EXECUTING:
        return found
    if not force and is_attended(found.about):
        raise NotAllowedError(
            f"people sit with {found.about}",
            hint=f"git gt warrant execute {found.about} --force",
        )
    if not force:
        raise RefusedError(
            f"{found.about} was asked {found.number} of {len(rules.PATIENCE)} times",
            hint=f"wait for its answer; or git gt warrant execute {found.about} --force",
        )
    return step(town, found, WarrantStatus.EXECUTING, who, f"execute {found.id} by hand")


def _to_execute(town: Town, named: str, who: Actor, *, force: bool) -> Warrant:
    try:
        found = find(town, named)
    except NotFoundError:
        if not force:
            raise
        return file(town, named, who, reason="ended by hand").warrant
    if found.status in rules.LIVE or not force:
        return found
    return file(town, found.about, who, reason="ended by hand").warrant


def step(
    town: Town, warrant: Warrant, to: WarrantStatus, who: Actor, subject: str, **fields: object
) -> Warrant:
    """Record that *warrant* is further now, if it still stands as it was read.

    Raises:
        RefusedError: it cannot go there from where it stands.
    """

    def decide(now: Snapshot) -> Change | None:
        old = now.get(warrant.id)
        assert isinstance(old, Warrant)
        old.machine.between(old.status, to, who.standing)
        new = old.replace(status=to, **fields)
        if new == old:
            return None
        return Change(fit_line(subject), (new,), event=f"warrant.{to}")

    found = town.ledger.transact(decide, who).get(warrant.id)
    assert isinstance(found, Warrant)
    if found.status in (WarrantStatus.PARDONED, WarrantStatus.EXECUTED):
        escalations.settle(town, None, WHO, about=str(found.id))
    return found
