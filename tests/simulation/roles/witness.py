"""The witness: what branches say becomes state, and work is saved."""

from __future__ import annotations

from gitgt.model.actor import Actor
from gitgt.model.documents import Bead
from tests.simulation import verbs
from tests.simulation.ledger import HELD
from tests.simulation.roles.role import Role
from tests.simulation.town import Rig
from tests.simulation.verbs import branch_of


class Witness(Role):
    """Watches the sandboxes of a rig."""

    role = "witness"

    def see_to(self, rig: Rig) -> float | None:
        """Heed the branches, then save what is not committed."""
        for bead in rig.ledger.all(Bead, *HELD):
            self._heed(rig, bead)
        for address, session in rig.sessions.items():
            if not session.alive and rig.sandboxes[address].dirty > (
                rig.sandboxes[address].saved
            ):
                self.world.agents.save(rig, address)
                self.acted()
        return None

    def _heed(self, rig: Rig, bead: Bead) -> None:
        """Do what the commits of an assignment's branch say."""
        ref = branch_of(bead.assignee, bead.id)
        tip = rig.repository.refs.get(ref)
        if tip is None or not rig.repository.is_new(tip):
            return
        who = Actor.agent(bead.assignee)
        request = rig.ledger.request_of(bead.id)
        if request is not None and tip == request.head:
            return
        if bead.status == "hooked":
            verbs.begin(self.town, rig, bead.id, who)
            self.acted()
        if rig.repository.heads[tip].closes:
            verbs.submit(self.town, rig, bead.id, ref, who)
            self.acted()
