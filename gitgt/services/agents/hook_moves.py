"""Put a bead on a hook, and take it off again: an agent's, a crew member's, a person's.

A bead that is not finished is replaced or taken off only by force: and then its branch stays,
and what was not committed is in a snapshot.
"""

from __future__ import annotations

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadStatus, BeadVerb
from gitgt.services import beads, claims, reading, sling
from gitgt.services.agents import hook, sandbox, wip
from gitgt.services.agents.hook_record import full
from gitgt.services.sessions import sessions
from gitgt.services.sling import Order, Slung
from gitgt.services.town import Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Cleared:
    """A bead that is off a hook now, and whose that was."""

    bead: Bead
    address: str


def attach(town: Town, name: str, to: str, who: Actor, *, force: bool) -> Slung:
    """Put a bead on the hook of *to*: an address, the mayor, or a person's name.

    Raises:
        RefusedError: another one hangs there that is not finished, or the bead is on another
            hook.
    """
    bead, address = reading.identify(town, name), full(town, to)
    if "/" not in address:
        return _hand_to(town, bead, address, who, force=force)
    order = Order(to=address, convoy=False, replace=force)
    _check_replaces(town, bead, address, force=force)
    (done,) = sling.sling(town, [bead], order, who)
    if not isinstance(done, Slung):
        assert isinstance(done, RefusedError), "whoever is named has a hook of their own"
        raise done
    return done


def _check_replaces(town: Town, bead: BeadId, address: str, *, force: bool) -> None:
    there = [each for each in hook.on(town, address) if each.id != bead]
    if there and not force:
        raise _taken(address, there[0].id, bead)


def _taken(address: str, there: str, bead: str) -> RefusedError:
    return RefusedError(
        f"{address} has {there} on its hook, which is not finished",
        hint=f"git gt hook {bead} {address} --force puts {there} back, its branch stays",
    )


def _hand_to(town: Town, bead: BeadId, name: str, who: Actor, *, force: bool) -> Slung:
    """Put a bead on the hook of somebody who goes by a name: in one step with what it replaces.

    What hangs there in another ledger is put back first.
    """
    others = [each for each in hook.of_person(town, name) if each.id != bead]
    if others and not force:
        raise _taken(name, others[0].id, bead)
    for each in others:
        why = f"{bead} took its place on the hook of {name}"
        beads.release_from(town, each.id, name, who, reason=why)
    fresh = False

    def decide(now: Snapshot) -> Change | None:
        nonlocal fresh
        old = now.bead(bead)
        fresh = not (old.status in hook.HELD and old.assignee == name)
        if not fresh:
            return None
        if old.status in hook.HELD:
            raise RefusedError(
                f"{bead} is on the hook of {old.assignee}", hint=f"git gt unsling {bead}"
            )
        new = old.after(BeadVerb.SLING, assignee=name, reason="")
        return Change(f"sling {bead} to {name}", (new,), event="bead.slung")

    return Slung(claims.transact(town, town.rig_of(bead), decide, who).bead(bead), fresh)


def detach(town: Town, name: str, of: str, who: Actor, *, force: bool) -> Cleared:
    """Take a bead off the hook of *of*; without a *name*, what hangs there.

    Raises:
        RefusedError: nothing hangs there, another one does, or it is not finished.
    """
    address = full(town, of)
    bead = _hanging(town, reading.identify(town, name) if name else None, address)
    if not force:
        _check_idle(town, bead)
    _save(town, bead)
    reason = f"taken off the hook by {who.address}"
    return Cleared(beads.release_from(town, bead.id, address, who, reason=reason), address)


def _hanging(town: Town, wanted: BeadId | None, address: str) -> Bead:
    there = hook.at(town, address)
    for each in there:
        if wanted in (None, each.id):
            return each
    if wanted is None:
        raise RefusedError(f"nothing is on the hook of {address}", hint="git gt hook status")
    held = f"; {there[0].id} is" if there else ""
    raise RefusedError(
        f"{wanted} is not on the hook of {address}{held}", hint=f"git gt bead show {wanted}"
    )


def _check_idle(town: Town, bead: Bead) -> None:
    """Check that nobody has begun with *bead*."""
    rig = town.rig_of(bead.id)
    place = town if rig is None or "/" not in bead.assignee else rig
    at_it = sessions.is_running(place, bead.assignee)
    if bead.status is BeadStatus.HOOKED and not at_it:
        return
    raise RefusedError(
        f"{bead.id} is not finished: {bead.assignee} is at it",
        hint=f"git gt unsling {bead.id} {bead.assignee} --force; its branch stays",
    )


def _save(town: Town, bead: Bead) -> None:
    """Save what is not committed where the bead is worked on."""
    rig = town.rig_of(bead.id)
    if rig is None or "/" not in bead.assignee:
        return
    if sandbox.path_of(rig, bead.assignee).is_dir():
        wip.save(town, rig, bead.assignee)
