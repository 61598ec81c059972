"""Make a bead and put it on somebody's hook, in one commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, WorkType
from gitgt.model.lifecycle import BeadStatus, BeadVerb
from gitgt.services import claims, rig_state, sling
from gitgt.services.agents.hook import hooks
from gitgt.services.sling import Order
from gitgt.services.town import Rig, Town


def assign(
    town: Town, rig: Rig, to: str, who: Actor, fields: Mapping[str, Any], *, force: bool
) -> Bead:
    """Return a new bead of *rig* that hangs on the hook of *to*; ``title`` is needed.

    With *force*, what hangs there is taken off, for somebody else to take up.

    Raises:
        RefusedError: something hangs there, there is no such crew member, the rig is docked,
            or a field breaks the schema.
    """
    rig_state.check_not_docked(town, rig)
    order = Order(to=to, replace=force)
    made: Bead | None = None

    def decide(now: Snapshot) -> Change:
        nonlocal made
        _check_hook(now, sling.address(rig, to), force=force)
        agent, is_new = sling.choose(town, rig, now, order, who)
        made = _new(town, rig, now, who, fields).after(BeadVerb.SLING, assignee=agent.address)
        off = sling.in_the_way(rig, now, order, made.id) if force else ()
        documents = (made, agent, *off) if is_new else (made, *off)
        subject = f"create {made.id}, and sling it to {agent.address}"
        return Change(subject, documents, event="bead.slung")

    after = claims.transact(town, rig, decide, who)
    assert made is not None
    return after.bead(made.id)


def _check_hook(now: Snapshot, address: str, *, force: bool) -> None:
    there = hooks(now).get(address)
    if there and not force:
        raise RefusedError(
            f"{address} has {there} on its hook",
            hint=f"git gt assign {address} TITLE --force puts {there} back, its branch stays",
        )


def _new(town: Town, rig: Rig, now: Snapshot, who: Actor, fields: Mapping[str, Any]) -> Bead:
    name = town.new_id(rig.prefix)
    while now.find(name) is not None:
        name = town.new_id(rig.prefix)
    return Bead(
        id=name, status=BeadStatus.OPEN, created_at=town.now(), created_by=who.address,
        **{"type": WorkType.TASK, **fields},
    )  # fmt: skip
