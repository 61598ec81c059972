"""What is odd about agents, and what is to be done: help first, harm last.

Somebody of whom nothing is heard is nudged first, then started again in the same sandbox. How
often that may be is the dispatcher's to say (``model.dispatch``): it starts whoever has work
and no session, gives a bead back that several sessions got nowhere with, and blocks it in the
end. So nothing here ends work, and nothing is done about what nobody can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from gitgt.model.health.facts import Facts, Life, Program
from gitgt.model.health.findings import (
    Act,
    Call,
    Certainty,
    EndSession,
    Finding,
    Kind,
    LeaveAlone,
    Nudge,
    Restart,
    Save,
    Step,
)
from gitgt.model.health.watch import CALLED
from gitgt.model.instant import text_of
from gitgt.model.when import lasts

# So many nudges, and its branch did not move: another session has better chances.
NUDGES: Final = 3
_IDLE: Final = "idle"
_WAITS: Final = (_IDLE, "ready")
_STARTING: Final = "starting"
# Whoever is there for nothing may go on doing things; what that is is saved.
_TELLING: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.STUCK_IN_DONE: (), Kind.CLOSED_ALIVE: (), Kind.OFF_HOOK_ALIVE: (),
    Kind.ROUND_OVER: ("turn",), Kind.DEAD_PROCESS: (),
}  # fmt: skip


def plan(seen: Iterable[Facts]) -> list[Step]:
    """Return what is odd about those who were *seen*, each with what is to be done."""
    return [step for facts in seen for step in judge(facts)]


def judge(facts: Facts) -> list[Step]:
    """Return what is odd about one agent; at most one of it concerns its session."""
    session = next(_of_session(facts), None)
    return [*([session] if session else []), *_of_work(facts)]


def is_same(found: Step, later: Iterable[Step]) -> bool:
    """Tell whether what was *found* is still so *later*, by the very same evidence."""
    wanted = _what(found)
    return any(_what(each) == wanted for each in later)


def _what(step: Step) -> tuple[str, ...]:
    finding = step.finding
    return (finding.kind, finding.address, finding.session, finding.mark, step.act.word)


# --- its session


def _of_session(facts: Facts) -> Iterator[Step]:
    """Yield what is odd about the session; the first one counts."""
    if facts.life is Life.UNKNOWN:
        yield _unknown(facts)
        return
    if facts.life is not Life.RUNNING:
        yield from _without(facts)
        return
    if facts.program is Program.HELD:
        said = f"process {facts.pid} of session {facts.session} is stopped"
        yield _step(facts, Kind.HELD, [said], LeaveAlone("it goes on when it is let"))
        return
    if facts.watch.alone >= facts.patience.done:
        yield _ending(facts)
    if facts.watch.gone >= facts.patience.gone and facts.program is Program.DEAD:
        said = f"process {facts.pid} of session {facts.session} is dead, and its shim lives"
        why = f"its program died {lasts(facts.watch.gone)} before"
        yield _step(facts, Kind.DEAD_PROCESS, [said], Restart(why))
    if facts.at_it and not facts.handed_in:
        yield from _at_work(facts)


def _unknown(facts: Facts) -> Step:
    why = "nobody can tell whether it lives"
    return _step(facts, Kind.UNKNOWN, [facts.unknown], LeaveAlone(why), Certainty.UNKNOWN)


def _without(facts: Facts) -> Iterator[Step]:
    """Yield what is odd about work on a hook at which nobody sits."""
    if not facts.bead or facts.handed_in or not facts.started:
        return
    gone = f"session {facts.session} has ended: {facts.ended}"
    last = [gone if facts.session else "it has no session"]
    if not facts.sandbox:
        said = [*last, "its sandbox is not there", *facts.left]
        act = LeaveAlone("the dispatcher makes it anew from the branch and the last snapshot")
        yield _step(facts, Kind.ORPHANED, said, act)
    elif facts.session:
        act = LeaveAlone("the dispatcher begins another in the same sandbox")
        yield _step(facts, Kind.DEAD_SESSION, [*last, *facts.left], act)


def _ending(facts: Facts) -> Step:
    """Return that a session is there for nothing."""
    kind, what = Kind.OFF_HOOK_ALIVE, "is off its hook"
    if facts.closed:
        kind, what = Kind.CLOSED_ALIVE, "is closed"
    elif facts.handed_in:
        kind, what = Kind.STUCK_IN_DONE, "is handed in"
    about = facts.about or "what it was begun for"
    said = f"session {facts.session} goes on, and for {lasts(facts.watch.alone)} {about} {what}"
    return _step(facts, kind, [said], EndSession(f"{about} {what}", passes=True))


def _at_work(facts: Facts) -> Iterator[Step]:
    """Yield what is odd about a session with work."""
    quiet = facts.watch.quiet
    if facts.calls:
        said = f"its last commit {facts.tip[:12]} calls for a person"
        yield _step(facts, Kind.CALLS, [said], LeaveAlone("it waits for an answer"))
        return
    if facts.loops and facts.turn in _WAITS and quiet >= facts.patience.round and facts.begun:
        said = f"the turn of session {facts.session} is over"
        yield _step(
            facts, Kind.ROUND_OVER, [said], EndSession("its round is over", passes=True)
        )
        return
    if facts.half_done >= facts.patience.done:
        text = f"git gt done did not come to its end for {facts.bead}. Type it again."
        said = f"git gt done began {lasts(facts.half_done)} ago, and its process is gone"
        yield _helped(facts, Kind.HALF_DONE, [said], text, wait=facts.patience.nudge)
        return
    if facts.turn == _STARTING and not facts.begun:
        if facts.age >= facts.patience.startup and quiet >= facts.patience.still:
            odd = [f"no tap of it was heard in {lasts(facts.age)}", _quiet(facts)]
            text = f"{facts.bead} is on your hook. Type: git gt prime. Then begin."
            yield _helped(facts, Kind.STARTUP_STALL, odd, text, wait=facts.patience.still)
        return
    if quiet < facts.patient:
        return
    kind = Kind.IDLE if facts.turn in _WAITS else Kind.HUNG
    text = (
        f"{facts.bead} is on your hook, and for {lasts(quiet)} nothing came of it. Go on with"
        " it (see: git gt hook); if you need a person, commit with the line: Escalate: HIGH why"
    )
    yield _helped(facts, kind, [_quiet(facts)], text, wait=facts.patience.nudge)


def _helped(
    facts: Facts, kind: Kind, evidence: list[str], text: str, *, wait: float
) -> Step:  # fmt: skip
    """Return how somebody is helped of whom nothing is heard: first by a word."""
    watch = facts.watch
    if facts.by_hand:
        return _step(facts, Kind.BY_HAND, evidence, LeaveAlone("a person runs it"))
    if facts.limit:
        said = [*evidence, f"it shows: {facts.limit}"]
        return _step(facts, Kind.LIMITED, said, LeaveAlone("it waits for its limit to end"))
    if facts.asks:
        title = f"{facts.address} asks something at {facts.bead}: {facts.asks}"
        return _step(facts, Kind.ASKS, [*evidence, f"it asks: {facts.asks}"], Call(title))
    if watch.nudges:
        often = "once" if watch.nudges == 1 else f"{watch.nudges} times"
        evidence = [*evidence, f"nudged {often}, {lasts(watch.waited)} ago"]
    why = "; ".join(evidence)
    act: Act
    if watch.nudges >= NUDGES and watch.waited >= wait:
        act = Restart(why)
    elif facts.typed and watch.answered:
        act = Nudge(text)
    elif watch.nudges:
        act = Restart(why) if watch.waited >= wait else LeaveAlone("it was nudged just now")
    else:  # nothing can be typed to it, so it is given the time that a nudge would take
        late = _begun_to_be_odd(facts, kind) + wait
        act = Restart(why) if watch.quiet >= late else LeaveAlone("it cannot be typed to")
    return _step(facts, kind, evidence, act, Certainty.LIKELY)


def _begun_to_be_odd(facts: Facts, kind: Kind) -> float:
    if kind is Kind.STARTUP_STALL:
        return facts.patience.still
    return 0.0 if kind is Kind.HALF_DONE else facts.patient


def _quiet(facts: Facts) -> str:
    watch = facts.watch
    last = f"{CALLED[watch.heard]} at {text_of(watch.heard_at)}" if watch.heard else "none"
    return f"no sign of life for {lasts(watch.quiet)} in session {facts.session} (last: {last})"


# --- its work


def _of_work(facts: Facts) -> Iterator[Step]:
    """Yield what is odd about work that nobody is at."""
    if facts.runs or facts.life is Life.UNKNOWN:
        return
    if facts.unsaved:
        yield _step(facts, Kind.UNSAVED, [facts.unsaved], Save())
    if facts.ahead and not facts.bead and not facts.handed_in and not facts.closed:
        count = "1 commit" if facts.ahead == 1 else f"{facts.ahead} commits"
        said = f"{count} for {facts.about} up to {facts.tip[:12]}, which is on nobody's hook"
        act = LeaveAlone("whoever takes it up is told of the branch")
        yield _step(facts, Kind.ABANDONED, [said, *facts.left], act)
    if facts.unsent:
        yield _step(
            facts, Kind.UNSENT, [facts.unsent], LeaveAlone("git gt sync --work sends it")
        )
    if facts.stashed:
        yield _step(facts, Kind.STASHED, [facts.stashed], LeaveAlone("it stays in git stash"))


def _step(
    facts: Facts, kind: Kind, evidence: list[str], act: Act,
    certainty: Certainty = Certainty.SURE,
) -> Step:  # fmt: skip
    finding = Finding(
        kind=kind, address=facts.address, session=facts.session,
        bead=facts.bead or facts.about, evidence=tuple(each for each in evidence if each),
        certainty=certainty, mark=_mark(facts, kind),
    )  # fmt: skip
    return Step(finding, act)


def _mark(facts: Facts, kind: Kind) -> str:
    """Return what is another text once anything has happened that the evidence is made of."""
    said = (facts.life, facts.program, facts.bead, facts.tip, facts.handed_in, facts.closed)
    names = _TELLING.get(kind, tuple(sorted(facts.watch.seen)))
    seen = [f"{name}={facts.watch.seen.get(name, '')}" for name in names]
    return " ".join([facts.session, *seen, *map(str, said), str(facts.watch.nudges)])
