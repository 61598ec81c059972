"""One merge request with all that is known of it: its place, what it waits for, its cost."""

from __future__ import annotations

from typing import Any

from gitgt.model.ids import BeadId
from gitgt.model.queue.merge_chain import Held
from gitgt.model.queue.merge_eta import Eta
from gitgt.model.queue.queue_cost import Cost
from gitgt.services.queue import conflicts, queue_cost, queue_eta, queue_view
from gitgt.services.queue.queue_view import Seen
from gitgt.services.town import Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """A merge request as it is *seen*.

    ``waits`` tells of one ahead that it cannot be merged onto, ``eta`` when it will probably
    have landed, ``cost`` what it took so far.
    """

    seen: Seen
    cost: Cost
    waits: Held | None = None
    eta: Eta | None = None

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        found = {**self.seen.fields(), "cost": self.cost.fields()}
        if self.waits:
            found["waits_for"] = self.waits.fields()
        if self.eta:
            found["eta"] = self.eta.fields()
        return found


def show(town: Town, name: BeadId) -> Shown:
    """Return all that is known of the merge request called *name*."""
    rig = town.rig_of(name)
    assert rig is not None
    all_ = queue_view.of(town, rig, ended=True)
    seen = next(each for each in all_ if each.request.id == name)
    cost = queue_cost.of(town, seen.request)
    if seen.request.is_closed:
        return Shown(seen, cost)
    held = conflicts.held(town, [rig])
    etas = queue_eta.of(town, rig, held=held)
    return Shown(seen, cost, held.get(name), etas.get(name))
