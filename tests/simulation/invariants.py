"""What has to hold after every step, whatever goes wrong; ``docs/invariants.md`` names each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitgt.model.documents import Bead, Document, Escalation, MergeRequest
from gitgt.model.queue.merge_acts import Eject
from tests.simulation import places
from tests.simulation.clock import DAY, HOUR
from tests.simulation.repository import name_of
from tests.simulation.town import TARGET, Rig

if TYPE_CHECKING:
    from tests.simulation.world import World

# For so long, while there is a watcher, something may stand still before a person is told.
BOUND = 2 * HOUR
# And for so long may a call wait for a person, who sleeps at night and reads a list each day.
PATIENCE = 4 * DAY


class Invariants:
    """Looks at whatever changed, and now and then at everything."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._town = world.town
        self._began: dict[str, float] = {}  # when each call was made
        self._landed: set[str] = set()
        self._stuck: dict[str, float] = {}  # since when, in seconds of a watcher's life
        self._looked = 0.0
        self._counted = world.clock.now
        self.checks = 0

    def age_of(self, call: str) -> float:
        """Return how many seconds ago a call was made."""
        return self._world.clock.now - self._began[call]

    def check(self) -> None:
        """Check all that has changed since the last time."""
        self.checks += 1
        changed, self._town.changed = self._town.changed, []
        for old, new in changed:
            self._document(old, new)
        for rig in self._town.rigs.values():
            if rig.repository.moved:
                moved, rig.repository.moved = rig.repository.moved, []
                for ref, before, after in moved:
                    self._ref(rig, ref, before, after)
            if rig.begun:
                rig.begun = False
                self._capacity(rig)
        if self._world.clock.now >= self._looked + HOUR:
            self._looked = self._world.clock.now
            self._blockers()

    def check_daily(self) -> None:
        """Check everything once a day."""
        if self._world.clock.now >= self._counted + DAY:
            self.check_all()

    def check_all(self) -> None:
        """Check everything, however long ago it changed."""
        self.check()
        self._counted = self._world.clock.now
        for rig in self._town.rigs.values():
            lost = set(rig.repository.made) - rig.repository.reachable()
            assert not lost, f"nothing keeps {sorted(lost)}"
            for bead in rig.ledger.all(Bead, "closed"):
                self._closed(rig, bead)
            assert rig.ledger.held() == rig.ledger.held_anew(), "who holds what is kept wrong"
            unknown = [each for each in rig.sessions.values() if each.alive and each.over]
            assert not unknown, f"{unknown} live, and their records say that they have ended"
            for address, _ in rig.ledger.held():
                self._one_hook(rig, address)
        self._blockers()

    # --- no bead on two hooks

    def _document(self, old: Document | None, new: Document) -> None:
        if isinstance(new, Escalation):
            self._call(old, new)
            return
        if not isinstance(new, Bead):
            return
        rig = self._town.rig_of(new.id)
        assert rig is not None
        if new.assignee and new.status == "hooked":
            self._one_hook(rig, new.assignee)
        if new.status == "closed" and (old is None or old.status != "closed"):
            self._closed(rig, new)
            if new.landed:
                assert str(new.id) not in self._landed, f"{new.id} landed twice"
                self._landed.add(str(new.id))

    def _one_hook(self, rig: Rig, address: str) -> None:
        on = [bead for whose, bead in rig.ledger.held() if whose == address]
        assert len(on) <= 1, f"{address} has {on} on its hook"

    # --- no work lost, none done twice

    def _ref(self, rig: Rig, ref: str, before: str | None, after: str | None) -> None:
        if ref == TARGET:
            assert after is not None
            self._target(rig, after)
            return
        if before is None or (after and rig.repository.is_ancestor(before, after)):
            return
        if after is None or before not in rig.repository.parents[after]:
            assert before in rig.repository.reachable(), f"{ref} let go of {before}"

    def _closed(self, rig: Rig, bead: Bead) -> None:
        requests = rig.ledger.requests_of(bead.id)
        landed = [each for each in requests if each.status in ("landed", "no-op")]
        if not bead.landed:
            assert not landed, f"{bead.id} has landed and does not say so"
            return
        assert len(landed) == 1, f"{bead.id} landed {len(landed)} times"
        missing = [
            each
            for each in rig.repository.heads[landed[0].head].changes
            if each not in rig.repository.landed
        ]
        assert not missing, f"{bead.id} is closed and main lacks {missing}"

    # --- main holds what gates passed, or a waiver covers

    def _target(self, rig: Rig, commit: str) -> None:
        parents = rig.repository.parents[commit]
        if len(parents) == 1:
            return  # somebody pushed past the queue
        if commit != rig.repository.main:
            return  # another move followed at once, and is looked at
        tree = name_of(rig.repository.tree)
        if self._town.is_waived(rig, tree):
            return
        untested = [gate for gate in rig.gates if (tree, gate) not in rig.passed]
        assert rig.gates, f"{rig.name} has no gates, and something landed"
        assert not untested, f"main of {rig.name} is {tree}, which {untested} never passed"
        assert not rig.repository.red[tree], f"main of {rig.name} is red"

    # --- nobody is blamed without proof

    def blamed(self, rig: Rig, act: Eject) -> None:
        """Check that a red gate is proved to be a request's doing, before it goes back."""
        reds = rig.reds[act.tree, act.gate]
        assert reds > 1, f"{act.request} goes back for {reds} red run of {act.gate}"
        base = name_of(rig.repository.tree)
        green = (base, act.gate) in rig.passed
        assert green, f"{act.request} is blamed, and {act.gate} never passed on main"

    # --- capacity

    def _capacity(self, rig: Rig) -> None:
        live = len(rig.live())
        assert live <= rig.limit, f"{live} sessions live in {rig.name}, of {rig.limit}"
        limits = places.limits(self._town)
        everybody = [each for rig in self._town.rigs.values() for each in rig.live()]
        assert len(everybody) <= limits.town, f"{len(everybody)} sessions live in the town"
        for runtime, most in limits.runtimes.items():
            many = sum(places.runtime_of(each.bead) == runtime for each in everybody)
            assert many <= most, f"{many} sessions of {runtime} live, of {most}"
        runs = sum(not each.ends for each in rig.runs.values())
        assert runs <= rig.slots, f"{runs} gates run in {rig.name}, of {rig.slots}"

    # --- whoever is stuck reaches a person, or gets an answer

    def _call(self, old: Document | None, new: Escalation) -> None:
        if old is None:
            self._began[str(new.id)] = self._world.clock.now
        elif isinstance(old, Escalation) and old.status != "open":
            louder = new.reescalations > old.reescalations
            assert not louder, f"{new.id} grew louder, though somebody has taken it"

    def _blockers(self) -> None:
        awake = self._world.watcher.awake
        stuck = {key: what for rig in self._town.rigs.values() for key, what in self._in(rig)}
        self._stuck = {key: self._stuck.get(key, awake) for key in stuck}
        for key, since in self._stuck.items():
            assert awake - since <= BOUND, f"nobody was told that {stuck[key]}"
        for rig in (None, *self._town.rigs.values()):
            for call in self._town.ledger(rig).all(Escalation, "open", "acked"):
                age = self.age_of(call.id)
                assert age <= PATIENCE, f"nobody answers {call.id}: {call.title}"

    def _in(self, rig: Rig) -> list[tuple[str, str]]:
        """Return what stands still in a rig, and of which no person has heard."""
        stuck = [
            *((str(each.id), "is blocked") for each in rig.ledger.all(Bead, "blocked")),
            *(
                (str(each.id), "is escalated")
                for each in rig.ledger.all(MergeRequest, "escalated")
            ),
        ]
        if rig.missing_tool and rig.troubles and rig.ledger.count(MergeRequest, "queued"):
            stuck.append((TARGET, "gets nothing, since gates cannot run"))
        unheard = [
            (str(each.id), f"{each.id} calls for a person: {each.title}")
            for each in rig.ledger.all(Escalation, "open")
            if str(each.id) not in self._world.people.heard
        ]
        return unheard + [
            (f"{rig.name} {about}", f"{about} {what}")
            for about, what in stuck
            if not self._town.calls_about(rig, about)
        ]
