"""The witness: what branches say becomes state, and ``health.plan`` says whom to help."""

from __future__ import annotations

from gitgt.model.actor import Actor
from gitgt.model.dispatch import SessionState
from gitgt.model.documents import Bead, Severity
from gitgt.model.health.facts import UNWATCHED, Facts, Life, Program
from gitgt.model.health.findings import Call, EndSession, Nudge, Restart, Save, Step
from gitgt.model.health.plan import is_same, judge
from gitgt.model.health.watch import Signs, looked, nudged
from tests.simulation import verbs
from tests.simulation.clock import MINUTE
from tests.simulation.ledger import HELD
from tests.simulation.roles.role import Role
from tests.simulation.town import Rig, Sandbox, Seen
from tests.simulation.verbs import branch_of

_WHO = Actor.role("witness")
_EVERY = 10 * MINUTE
_SOON = MINUTE  # while somebody is there for nothing


class Witness(Role):
    """Watches the sandboxes of a rig."""

    role = "witness"

    def __init__(self, world: object) -> None:
        super().__init__(world)  # type: ignore[arg-type]
        self._looked: dict[str, float] = {}
        self._heeded: dict[str, tuple[int, int]] = {}  # what stood when branches were read

    def see_to(self, rig: Rig) -> float | None:
        """Heed the branches, then see how everybody is doing."""
        self._heed_all(rig)
        if self.town.is_off(rig):
            return None
        live = rig.live()
        left = self._looked.get(rig.name, 0.0) + _SOON - self.clock.now
        if left > 0:
            return left if live else None
        self._looked[rig.name] = self.clock.now
        held = dict(rig.ledger.held())
        for address, session in list(rig.sessions.items()):
            sandbox = rig.sandboxes[address]
            if not session.alive and sandbox.dirty == sandbox.saved:
                continue  # of whom has ended and left nothing, nothing is odd
            seen = self.town.look(rig, address)
            self._listen(rig, seen, held)
            for step in judge(self._facts(rig, address, seen, held)):
                self._help(rig, address, step)
        alone = any(held.get(each.address) != each.bead for each in live)
        return _SOON if alone else _EVERY if live else None

    def _heed_all(self, rig: Rig) -> None:
        """Read the branches, unless neither they nor the ledger has moved since."""
        if self._heeded.get(rig.name) == (rig.ledger.moves, rig.repository.moves):
            return
        for bead in rig.ledger.all(Bead, *HELD):
            self._heed(rig, bead)
        self._heeded[rig.name] = rig.ledger.moves, rig.repository.moves

    def _heed(self, rig: Rig, bead: Bead) -> None:
        """Do what the commits of an assignment's branch say."""
        ref = branch_of(bead.assignee, bead.id)
        tip = rig.repository.refs.get(ref)
        if tip is None or not rig.repository.is_new(tip):
            return
        request = rig.ledger.request_of(bead.id)
        if request is not None and tip == request.head:
            return
        who = Actor.agent(bead.assignee)
        if bead.status == "hooked":
            verbs.begin(self.town, rig, bead.id, who)
            self.acted()
        if rig.repository.heads[tip].closes:
            verbs.submit(self.town, rig, bead.id, ref, who)
            self.acted()

    # --- how they are doing

    def _listen(self, rig: Rig, seen: Seen, held: dict[str, str]) -> None:
        session = seen.session
        if session is None or seen.state is not SessionState.RUNNING or not seen.sure:
            return
        sandbox = rig.sandboxes[session.address]
        signs = Signs(
            session=session.name,
            seen={
                "branch": rig.repository.refs.get(sandbox.branch, ""),
                "worktree": str(sandbox.dirty),
                "turn": str(session.signs),
            },
            is_alone=held.get(session.address) != session.bead,
        )
        session.watch = looked(session.watch, signs, self.clock.now)

    def _facts(self, rig: Rig, address: str, seen: Seen, held: dict[str, str]) -> Facts:
        session, sandbox = seen.session, rig.sandboxes.get(address, Sandbox())
        assert session is not None
        life = Life.ENDED if seen.state is SessionState.ENDED else Life.RUNNING
        about = rig.ledger.bead(session.bead)
        handed_in = rig.ledger.is_submitted(session.bead)
        return Facts(
            address=address, life=life if seen.sure else Life.UNKNOWN, session=session.name,
            about=session.bead, program=Program.ALIVE, age=self.clock.now - session.at,
            ended=session.said, turn="working", begun=True, typed=True,
            bead=held.get(address, ""), closed=about.is_closed, handed_in=handed_in,
            tip=rig.repository.refs.get(sandbox.branch, ""),
            watch=session.watch or UNWATCHED,
            unsaved="changes" if sandbox.dirty > sandbox.saved else "",
        )  # fmt: skip

    def _help(self, rig: Rig, address: str, step: Step) -> None:
        """Do what was planned, if a second look finds the very same."""
        self.world.agents.meanwhile(rig.sessions.get(address))
        seen, held = self.town.look(rig, address), dict(rig.ledger.held())
        session = seen.session
        assert session is not None
        self._listen(rig, seen, held)
        later = judge(self._facts(rig, address, seen, held))
        if not is_same(step, later):
            return
        agents = self.world.agents
        match step.act:
            case Save():
                agents.save(rig, address)
            case Nudge():
                agents.nudge(rig, session, seen)
                if session.watch is not None:
                    session.watch = nudged(session.watch)
            case Restart(why):
                agents.save(rig, address)
                agents.end(rig, session, seen, why)
            case EndSession(why, passes):
                agents.save(rig, address)
                session.forgiven = session.forgiven or passes
                agents.end(rig, session, seen, why)
            case Call(title):
                verbs.escalate(self.town, rig, _WHO, Severity.HIGH, title, session.bead)
            case _:
                return
        self.town.trace(f"witness: {step.act.word}: {address}: {step.finding.kind}")
        self.acted()
