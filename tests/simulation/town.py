"""What a town consists of: its rigs, their ledgers, repositories, sandboxes and sessions.

All of this outlives the watcher. What the watcher keeps in its head is in ``watcher`` and the
roles, and is lost whenever it is killed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from gitgt.model.actor import Actor
from gitgt.model.dispatch import SessionState
from gitgt.model.documents import Bead, Convoy, Document, Escalation, MergeRequest, Waiver
from gitgt.model.escalation.plan import Delivery, Key
from gitgt.model.gate import Evidence
from gitgt.model.health.watch import Watch
from gitgt.model.queue.merge_acts import Run
from gitgt.model.queue.merge_odds import Finding
from gitgt.model.rate_limit import Limited
from tests.simulation.chance import Lots
from tests.simulation.clock import Clock
from tests.simulation.ledger import Ledger
from tests.simulation.repository import Repository

OVERSEER = Actor("tess", "tess@example.com", Actor.signed("tess", "tess@example.com").standing)
MAYOR = Actor.agent("mayor")
EVERYWHERE = "everywhere"
TARGET = "refs/heads/main"


@dataclass
class Session:
    """One sitting of an agent; ``said`` is why it ended."""

    name: str
    address: str
    bead: str
    at: float
    tip: str
    revision: int
    alive: bool = True
    began: bool = True
    deaf: bool = False
    said: str = ""
    ended_at: float = 0.0
    forgiven: bool = False
    over: bool = False  # somebody has seen for sure that it has ended
    active_at: float = 0.0
    signs: int = 0  # how often it has done something
    watch: Watch | None = None  # what is remembered of it between two looks


@dataclass
class Sandbox:
    """An agent's worktree: which branch it is on, and what is not committed there."""

    branch: str = ""
    dirty: int = 0  # how many edits nobody has committed
    saved: int = 0


@dataclass
class GateRun:
    """A gate at work; ``result`` is what it said, until somebody takes that in."""

    run: Run
    commit: str
    ends: bool = False  # its process has ended
    lost: bool = False
    result: str = ""


@dataclass
class Rig:
    """One project."""

    name: str
    ledger: Ledger
    repository: Repository
    limit: int
    gates: tuple[str, ...] = ("lint", "test")
    slots: int = 2
    sessions: dict[str, Session] = field(default_factory=dict)
    perhaps_live: dict[str, Session] = field(default_factory=dict)  # the last that is not over
    history: dict[tuple[str, str], list[Session]] = field(default_factory=dict)
    sandboxes: dict[str, Sandbox] = field(default_factory=dict)
    runs: dict[tuple[str, str], GateRun] = field(default_factory=dict)
    evidence: dict[tuple[str, str], Evidence] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    passed: set[tuple[str, str]] = field(default_factory=set)  # the truth about verdicts
    reds: Counter[tuple[str, str]] = field(default_factory=Counter)  # and how often not
    verdicts: int = 0
    # Why gates told nothing of a tree lately, how often, and when: no verdict, and momentary.
    troubles: dict[tuple[str, str], tuple[str, int, float]] = field(default_factory=dict)
    missing_tool: str = ""  # why gates cannot run here, until somebody sees to it
    scheduled: dict[str, None] = field(default_factory=dict)  # who waits for a place
    queue_moves: int = 0  # how often something about the queue was written
    begun: bool = False  # a session or a run was, since somebody counted them
    polecats: list[str] = field(default_factory=list)
    ready: dict[str, None] = field(default_factory=dict)  # beads that nothing holds up

    @property
    def key(self) -> str:
        """How the roles call it."""
        return self.name

    def held_or_open(self) -> list[str]:
        """Return the beads that are not done, and how they stand."""
        beads = self.ledger.all(Bead, "open", "hooked", "in_progress", "blocked")
        return [f"{each.id} is {each.status}" for each in beads]

    def live(self) -> list[Session]:
        """Return the sessions whose program truly runs."""
        return [each for each in self.perhaps_live.values() if each.alive]


@dataclass(frozen=True, slots=True)
class Seen:
    """How a session looks from outside; not ``sure``: it cannot be told at the moment."""

    state: SessionState
    session: Session | None = None
    sure: bool = True
    signs: int = 0  # that it had given by then


class Town:
    """Everything that is there, and who is told when something changes."""

    def __init__(self, clock: Clock, lots: Lots) -> None:
        self.clock = clock
        self.lots = lots
        self.rigs: dict[str, Rig] = {}
        self._by_prefix: dict[str, Rig] = {}
        self.changed: list[tuple[Document | None, Document]] = []
        self.tell: Callable[[str], None] = lambda _place: None
        self.tell_softly: Callable[[str], None] = lambda _place: None
        self.trace: Callable[[str], None] = lambda _line: None
        self.hq = Ledger("hq", self._heard_at("hq"))
        self.waiting_for: dict[str, set[str]] = {}  # who hangs on a bead that is not closed
        self.convoy_of: dict[str, str] = {}
        self.stirred: dict[str, None] = {}  # convoys of which something has changed
        self.stalled: set[str] = set()  # those whose people know that they need them
        self.paused = ""  # why nobody is given anything
        self.frozen = ""  # why nobody is started at all
        self.parked: dict[str, str] = {}  # rigs, and why nobody is started there
        self.limited: dict[str, Limited] = {}  # programs that answer no more for a while
        self.limit_over: dict[str, float] = {}  # when they will, which nobody knows
        self.deliveries: dict[Key, Delivery] = {}
        self.call_moves = 0  # how often something about a call was written

    def add_rig(self, name: str, prefix: str, *, limit: int, polecats: int) -> Rig:
        """Add a rig and its polecats."""
        rig = Rig(name, Ledger(prefix, self._heard_at(name)), Repository(name), limit)
        rig.polecats = [f"{name}/polecats/p{number:02}" for number in range(polecats)]
        self.rigs[name] = self._by_prefix[prefix] = rig
        return rig

    def _heard_at(self, place: str) -> Callable[[Document | None, Document], None]:
        def heard(old: Document | None, new: Document) -> None:
            self.changed.append((old, new))
            if isinstance(new, Convoy) and new.status == "open":
                self.convoy_of |= {str(each): str(new.id) for each in new.members}
                self.stirred[str(new.id)] = None
            if isinstance(new, Bead):
                self.note_ready(self.rigs[place], new)
            if place != "hq":
                self.rigs[place].queue_moves += _concerns_the_queue(new)
            self.call_moves += isinstance(new, Escalation)
            self.tell(place)

        return heard

    def ledger(self, rig: Rig | None) -> Ledger:
        """Return the ledger of a rig, or the town's own."""
        return self.hq if rig is None else rig.ledger

    def rig_of(self, name: str) -> Rig | None:
        """Return whose document this is."""
        return self._by_prefix.get(name.partition("-")[0])

    def find(self, name: str) -> Document | None:
        """Return a document wherever it is."""
        return self.ledger(self.rig_of(name)).documents.get(name)

    def write(self, who: Actor, rig: Rig | None, line: str, *documents: Document) -> None:
        """Write to the ledger of *rig*."""
        self.ledger(rig).write(who, self.clock.text, *documents)
        self.trace(f"{who.address}: {line}")

    def is_off(self, rig: Rig) -> str:
        """Return why nobody is to be started in a rig."""
        return self.frozen or self.parked.get(rig.name, "")

    # --- what is so

    def is_ready(self, bead: Bead) -> bool:
        """Tell whether nothing holds a bead up."""
        if bead.status != "open":
            return False
        return all(
            (other := self.find(edge.on)) is not None and other.is_closed
            for edge in bead.dependencies
            if edge.type == "blocks"
        )

    def note_ready(self, rig: Rig, bead: Bead) -> None:
        """Keep the list of what is ready, now that *bead* stands otherwise."""
        name = str(bead.id)
        if name in self.convoy_of:
            self.stirred[self.convoy_of[name]] = None
        if bead.status != "open":
            rig.scheduled.pop(name, None)
        if self.is_ready(bead):
            rig.ready[name] = None
        else:
            rig.ready.pop(name, None)
        if not bead.is_closed:
            for edge in bead.dependencies:
                self.waiting_for.setdefault(edge.on, set()).add(name)
            return
        for each in sorted(self.waiting_for.pop(name, ())):
            other = self.rig_of(each)
            assert other is not None
            self.note_ready(other, other.ledger.bead(each))

    def look(self, rig: Rig, address: str) -> Seen:
        """Look at a session from outside, as well as that can be done."""
        session = rig.sessions.get(address)
        if session is None:
            return Seen(SessionState.NONE)
        if session.over:  # its record says so by now
            return Seen(SessionState.ENDED, session)
        if self.lots.happens(self.lots.faults.unsure):
            return Seen(SessionState.RUNNING, session, sure=False, signs=session.signs)
        if session.alive:
            return Seen(SessionState.RUNNING, session, signs=session.signs)
        session.over = True
        rig.perhaps_live.pop(address, None)
        return Seen(SessionState.ENDED, session)

    def calls_about(self, rig: Rig | None, about: str) -> list[Escalation]:
        """Return the calls about something that nobody has closed."""
        return self.ledger(rig).calls_about(about)

    def is_waived(self, rig: Rig, tree: str) -> bool:
        """Tell whether a recorded waiver covers a tree."""
        return any(
            each.tree == tree or (not each.tree and not rig.gates)
            for each in rig.ledger.all(Waiver, "active")
        )


def _concerns_the_queue(new: Document) -> bool:
    return (
        isinstance(new, MergeRequest | Waiver)
        or (isinstance(new, Bead) and bool(new.merge_request))
        or (isinstance(new, Escalation) and new.about == TARGET)
    )
