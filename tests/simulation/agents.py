"""Agents: what a session does once it was started, and everything that it may do instead.

An agent's life is events in virtual time; each first sees whether the session still lives.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from gitgt.errors import RefusedError
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, Outcome, Severity
from tests.simulation import places, verbs
from tests.simulation.clock import HOUR, MINUTE
from tests.simulation.town import Rig, Sandbox, Seen, Session, Town
from tests.simulation.verbs import branch_of

# A session that goes on for longer is ended by its own supervisor.
LONGEST = 8 * HOUR
PATHS = 400
MENDS = "mends-main"


class Fate(StrEnum):
    """What becomes of a session."""

    WORKS = "works"
    FAILS = "fails"
    HANGS = "hangs"
    LIES = "lies"
    DIES = "dies"
    NOT_BEGUN = "not begun"


class Agents:
    """Starts and ends sessions, and plays what they do."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.clock, self.lots = town.clock, town.lots
        self.started = 0
        self.hopeless: dict[str, bool] = {}
        self.mended: set[str] = set()  # what a person has described better

    # --- what the town does with them

    def start(self, rig: Rig, address: str, bead: str, seen: Seen) -> Session:
        """Make the sandbox ready and start the session, as whoever *seen* it may."""
        assert seen.sure, f"{address} was started though nobody could tell whether it lives"
        assert not self._town.is_off(rig), f"{address} was started in a rig that is off"
        before = rig.sessions.get(address)
        assert before is None or not before.alive, f"{address} has two sessions"
        self._prepare(rig, address, bead)
        ref = branch_of(address, bead)
        request = rig.ledger.request_of(bead)
        past = rig.history.setdefault((address, bead), [])
        session = Session(
            f"{bead}-{len(past) + 1}", address, bead, self.clock.now,
            tip=rig.repository.refs.get(ref, ""),
            revision=request.revision if request else 0,
            deaf=self.lots.happens(self.lots.faults.deaf),
            active_at=self.clock.now,
        )  # fmt: skip
        past.append(session)
        rig.sessions[address] = rig.perhaps_live[address] = session
        self.started += 1
        rig.begun = True
        self._live(rig, session)
        return session

    def end(self, rig: Rig, session: Session, seen: Seen, why: str) -> None:
        """Ask a session to end; a deaf one comes back hours later."""
        _check_look(session, seen, "ended")
        if session.deaf:
            session.deaf = False
            self.clock.after(self.lots.around(3 * HOUR), self._of(rig, session, self._late))
            return
        self._over(rig, session, why)

    def nudge(self, rig: Rig, session: Session, seen: Seen) -> None:
        """Type a line to it; it helps one in two that stand still."""
        _check_look(session, seen, "nudged")
        if session.alive and self.lots.happens(0.5):
            self.clock.after(MINUTE, self._of(rig, session, self._work))

    def _prepare(self, rig: Rig, address: str, bead: str) -> None:
        sandbox = rig.sandboxes.setdefault(address, Sandbox())
        ref = branch_of(address, bead)
        if sandbox.branch not in ("", ref) and sandbox.dirty:
            self.save(rig, address)
            sandbox.dirty = sandbox.saved = 0
        sandbox.branch = ref
        request = rig.ledger.request_of(bead)
        if ref not in rig.repository.refs and request is not None:
            rig.repository.move(ref, request.head)

    def save(self, rig: Rig, address: str) -> None:
        """Keep what is not committed in a sandbox."""
        sandbox = rig.sandboxes[address]
        if sandbox.dirty > sandbox.saved:
            rig.repository.snapshot(address, sandbox.branch)
            sandbox.saved = sandbox.dirty

    # --- what they do

    def meanwhile(self, session: Session | None) -> None:
        """Let a session go on, now and then, between a look and what is done about it."""
        if session is not None and session.alive and self.lots.happens(self.lots.faults.stirs):
            self._stirs(session)

    def _stirs(self, session: Session) -> None:
        session.active_at = self.clock.now
        session.signs += 1

    def _of(
        self, rig: Rig, session: Session, what: Callable[[Rig, Session], None]
    ) -> Callable[[], None]:
        def happens() -> None:
            if session.alive:
                self._stirs(session)
                what(rig, session)

        return happens

    def _live(self, rig: Rig, session: Session) -> None:
        fate = self._fate(session)
        plays = {
            Fate.WORKS: self._work,
            Fate.FAILS: self._fail,
            Fate.LIES: self._lie,
            Fate.DIES: self._die,
        }
        if self._is_at_limit(session):
            self.clock.after(5 * MINUTE, self._of(rig, session, self._wait))
        elif fate is Fate.NOT_BEGUN:
            session.began = False
            self.clock.after(1.0, self._of(rig, session, self._refuse))
        elif fate in plays:
            wait = self.lots.around(20 * MINUTE)
            self.clock.after(wait, self._of(rig, session, plays[fate]))
        self.clock.after(LONGEST, self._of(rig, session, self._time_is_over))

    def _is_at_limit(self, session: Session) -> bool:
        if not places.answers(self._town, session):
            return True
        if not self.lots.happens(self.lots.faults.limited):
            return False
        over = self.clock.now + self.lots.around(2 * HOUR)
        until = over if self.lots.happens(0.5) else 0.0
        places.reach(self._town, session, until=until, over=over)
        return True

    def _wait(self, rig: Rig, session: Session) -> None:
        """Wait until the program answers again, and go on."""
        runtime = places.runtime_of(session.bead)
        left = self._town.limit_over.get(runtime, 0.0) - self.clock.now
        if left > 0:
            self.clock.after(left + MINUTE, self._of(rig, session, self._wait))
            return
        places.answers(self._town, session)
        self._work(rig, session)

    def _fate(self, session: Session) -> Fate:
        faults, point = self.lots.faults, self.lots.weight()
        if self.is_hopeless(session.bead):
            return (Fate.FAILS, Fate.HANGS, Fate.DIES)[self.lots.number(3)]
        for fate, chance in (
            (Fate.FAILS, faults.fails),
            (Fate.HANGS, faults.hangs),
            (Fate.LIES, faults.lies),
            (Fate.DIES, faults.dies),
            (Fate.NOT_BEGUN, faults.not_begun),
        ):
            if point < chance:
                return fate
            point -= chance
        return Fate.WORKS

    def is_hopeless(self, bead: str) -> bool:
        """Tell whether nobody gets a bead done before a person describes it better."""
        if bead not in self.hopeless:
            self.hopeless[bead] = self.lots.happens(self.lots.faults.hopeless)
        return self.hopeless[bead] and bead not in self.mended

    def _work(self, rig: Rig, session: Session) -> None:
        """Commit; sometimes that is all of it, and sometimes there is more to do."""
        bead = rig.ledger.bead(session.bead)
        if self.lots.happens(self.lots.faults.calls):
            who = Actor.agent(session.address)
            title = f"{bead.id}: which of the two is meant?"
            verbs.escalate(self._town, rig, who, Severity.MEDIUM, title, str(bead.id))
        request = rig.ledger.request_of(session.bead)
        if request is not None and request.status in ("conflict", "rejected"):
            self._rework(rig, session, bead)
        elif self.lots.happens(0.5):
            self._commit(rig, session, bead, closes=False)
            wait = self.lots.around(20 * MINUTE)
            self.clock.after(wait, self._of(rig, session, self._work))
            return
        else:
            self._commit(rig, session, bead, closes=True)
        self._say_done(rig, session)

    def _commit(self, rig: Rig, session: Session, bead: Bead, *, closes: bool) -> None:
        sandbox = rig.sandboxes[session.address]
        sandbox.dirty = sandbox.saved = 0
        topics = self.lots.some(PATHS, 1) if self.lots.happens(0.3) else frozenset()
        rig.repository.commit(
            branch_of(session.address, session.bead), session.bead, session.address,
            paths=self.lots.some(PATHS, 1 + self.lots.number(3)), topics=topics,
            red=self.lots.happens(self.lots.faults.red), mends=MENDS in bead.labels,
            closes=closes,
        )  # fmt: skip
        self._town.tell(rig.name)

    def _rework(self, rig: Rig, session: Session, bead: Bead) -> None:
        red = self.lots.happens(3 * self.lots.faults.red)
        ref = branch_of(session.address, session.bead)
        rig.repository.rework(ref, red=red, mends=MENDS in bead.labels, by=session.address)
        self._town.tell(rig.name)

    def _say_done(self, rig: Rig, session: Session) -> None:
        """Say ``git gt done``, or leave it to the commit's trailer; then end, or sit there."""
        if self.lots.happens(0.5):
            self._try_submit(rig, session)
        if self.lots.happens(0.5):
            self._over(rig, session, "done")

    def _try_submit(self, rig: Rig, session: Session) -> None:
        who = Actor.agent(session.address)
        ref = branch_of(session.address, session.bead)
        try:
            verbs.submit(self._town, rig, session.bead, ref, who)
        except RefusedError as error:
            self._town.trace(f"{session.address}: refused: {error.message}")

    def _fail(self, rig: Rig, session: Session) -> None:
        self._edit(rig, session)
        self._over(rig, session, "gave up")

    def _edit(self, rig: Rig, session: Session) -> None:
        rig.sandboxes[session.address].dirty += self.lots.number(3)

    def _lie(self, rig: Rig, session: Session) -> None:
        """Say done with nothing, or close what has not landed."""
        who, bead = Actor.agent(session.address), rig.ledger.bead(session.bead)
        if self.lots.happens(0.5):
            self._try_submit(rig, session)
        elif not bead.is_closed:
            try:
                verbs.close(self._town, rig, session.bead, who, Outcome.SUCCESS)
            except RefusedError:
                pass
            else:
                raise AssertionError(f"{bead.id} was closed by a word")
        self._over(rig, session, "said done")

    def _die(self, rig: Rig, session: Session) -> None:
        bead = rig.ledger.bead(session.bead)
        request = rig.ledger.request_of(session.bead)
        if request is None and self.lots.happens(0.5):
            self._commit(rig, session, bead, closes=False)
        self._edit(rig, session)
        self._over(rig, session, "killed")

    def _refuse(self, rig: Rig, session: Session) -> None:
        self._over(rig, session, "its program cannot be run")

    def _time_is_over(self, rig: Rig, session: Session) -> None:
        self._over(rig, session, "its time was over")

    def _late(self, rig: Rig, session: Session) -> None:
        """Come back: commit, and say done, whosever the bead is by now."""
        bead = rig.ledger.bead(session.bead)
        ref = branch_of(session.address, session.bead)
        if rig.sandboxes[session.address].branch == ref:
            self._commit(rig, session, bead, closes=True)
            self._try_submit(rig, session)
        self._over(rig, session, "came back late")

    def _over(self, rig: Rig, session: Session, why: str) -> None:
        session.alive, session.said = False, why
        session.ended_at = self.clock.now
        self._town.trace(f"{session.address} ended on {session.bead}: {why}")
        self._town.tell_softly(rig.name)


def _check_look(session: Session, seen: Seen, what: str) -> None:
    assert seen.sure, f"{session.address} was {what} though nobody could tell"
    since = session.signs - seen.signs
    assert not since, f"{session.address} was {what} on an old look: it has stirred since"
