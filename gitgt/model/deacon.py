"""What the deacon makes of agents, given-back work and hooks: pure, facts in and acts out.

It comes after others: a rig's witness nudges and restarts, the dispatcher starts and gives up.
The deacon sees to what is still so when all of them had their time. It ends nothing itself: who
answers no ping is the subject of a warrant, which asks again before anything is ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final, TypeAlias

from gitgt.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long the deacon waits, in seconds, and how often it tries.

    Nothing is heard of an agent for ``silence``, longer than its witness needs; a ping is
    answered within ``answer``, ``failures`` of them, each ``cooldown`` after the one before,
    make a finding. Given-back work is slung again ``retry`` later, as long as it was given up
    less than ``tries`` times. A hook is stale when its agent is ``gone`` for so long.
    """

    silence: float = 2400.0
    answer: float = 30.0
    failures: int = 3
    cooldown: float = 300.0
    retry: float = 300.0
    tries: int = 3
    gone: float = 3600.0


USUAL: Final = Terms()


# --- health


@dataclass(frozen=True, slots=True)
class Live:
    """An agent whose session goes on: ``mark`` changes whenever something of it moves.

    Without a mark nobody can tell whether it lives. It may be ``silent`` for so long at what
    it is at, where that is longer than usual.
    """

    address: str
    session: str
    mark: str
    silent: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What is remembered of one agent: what its mark was ``since`` when, and its pings.

    It was ``asked`` at that time and has not answered yet (0: it is not asked now); ``fails``
    pings in a row were in vain, the ``last`` of them at that time. It may be ``silent`` for so
    long.
    """

    address: str
    session: str
    mark: str
    since: float
    asked: float = 0.0
    fails: int = 0
    last: float = 0.0
    silent: float = 0.0

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "address": self.address, "session": self.session, "since": self.since,
            "asked": self.asked, "fails": self.fails, "last": self.last,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ping:
    """Ask an agent to say a word."""

    address: str


@dataclass(frozen=True, slots=True)
class Report:
    """Hand over what was found: an agent that does not answer."""

    address: str
    session: str
    why: str


def check(
    live: Live, before: Check | None, *, now: float, terms: Terms = USUAL, by_hand: bool = False
) -> tuple[Check, Ping | Report | None]:
    """Return what is to be remembered of an agent from now on, and what to do about it.

    *by_hand* a person wants to know now, however much was heard of it lately.
    """
    if before is None or before.session != live.session or before.since > now:
        before = Check(address=live.address, session=live.session, mark=live.mark, since=now)
    before = replace(before, silent=max(live.silent, terms.silence))
    if live.mark and live.mark != before.mark:
        return replace(before, mark=live.mark, since=now, asked=0.0, fails=0), None
    if before.asked:
        return _awaited(before, now, terms)
    quiet = now - before.since >= before.silent or by_hand
    cool = bool(before.last) and 0 <= now - before.last < terms.cooldown
    if not live.mark or not quiet or cool or before.fails >= terms.failures:
        return before, None
    return replace(before, asked=now), Ping(live.address)


def _awaited(asked: Check, now: float, terms: Terms) -> tuple[Check, Report | None]:
    if asked.asked <= now < asked.asked + terms.answer:
        return asked, None
    after = replace(asked, asked=0.0, fails=asked.fails + 1, last=now)
    if after.fails < terms.failures:
        return after, None
    minutes = int((now - after.since) // 60)
    why = f"{after.fails} pings in a row unanswered, and nothing of it moved for {minutes} min"
    return after, Report(after.address, after.session, why)


def next_check(known: Iterable[Check], *, now: float, terms: Terms = USUAL) -> float | None:
    """Return in how many seconds one of them has to be looked at again; None if none has."""
    waits = [_wait(each, now, terms) for each in known if each.fails < terms.failures]
    return min((max(0.0, each) for each in waits), default=None)


def _wait(each: Check, now: float, terms: Terms) -> float:
    if each.asked:
        return each.asked + terms.answer - now
    return max(each.since + each.silent, each.last + terms.cooldown) - now


# --- work that was given back


class Fate(StrEnum):
    """What becomes of given-back work; each is an exit code of ``deacon redispatch``, too."""

    DISPATCHED = "dispatched"
    COOLING = "cooling"
    ESCALATED = "escalated"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """A bead that was given up ``failures`` times, the last time ``since`` then.

    It is ``open`` (unknown counts as not), ``waits`` for others, is ``fed`` by a convoy, and
    ``taken`` by a person if it came off its hook otherwise than by being given up.
    """

    bead: str
    failures: int
    since: float
    is_open: bool
    taken: bool = False
    fed: bool = False
    waits: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """What is to be done about a bead; ``wait`` says in how many seconds, ``why`` why not."""

    bead: str
    fate: Fate
    wait: float = 0.0
    why: str = ""


def redispatch(
    each: GivenBack, *, now: float, terms: Terms = USUAL, by_hand: bool = False
) -> Course:
    """Return what is to become of a bead; *by_hand* a person wants it, whoever took it off."""
    if each.failures >= terms.tries:
        why = f"it was given up {each.failures} times"
        return Course(each.bead, Fate.ESCALATED, why=why)
    if not each.is_open:
        return Course(each.bead, Fate.LEFT, why="it is not open")
    if each.waits:
        return Course(each.bead, Fate.LEFT, why=f"it waits for {each.waits}")
    if each.fed and not by_hand:
        return Course(each.bead, Fate.LEFT, why="its convoy gives it out")
    if each.taken and not by_hand:
        return Course(each.bead, Fate.LEFT, why="a person took it off its hook")
    wait = each.since + terms.retry - now if each.failures else 0.0
    if 0 < wait <= terms.retry:
        return Course(each.bead, Fate.COOLING, wait, f"it was given up {each.failures} times")
    return Course(each.bead, Fate.DISPATCHED)


# --- hooks of agents that are gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooked:
    """A bead on somebody's hook, who is an ``agent`` of ours (people hold what they like).

    Its identity is ``retired``, or there never was one. Nobody can tell about the session of
    one that is ``unseen``; without a ``sandbox`` its worktree is not there. The bead changed
    last ``since`` then.
    """

    bead: str
    address: str
    agent: bool
    retired: bool
    runs: bool
    sandbox: bool
    since: float
    unseen: bool = False
    starts: bool = False  # the dispatcher begins its sessions, and gives up


@dataclass(frozen=True, slots=True)
class Stale:
    """A bead that is to come off a hook, and what tells so."""

    bead: str
    address: str
    evidence: str


def stale(each: Hooked, *, now: float, terms: Terms = USUAL) -> Stale | None:
    """Return why a bead is on a hook for nothing; None if it is not, or nobody can tell."""
    if not each.agent or each.starts or each.unseen or each.runs or not each.retired:
        return None
    gone = now - each.since
    if gone < terms.gone:
        return None
    place = "its worktree is still there" if each.sandbox else "it has no worktree"
    evidence = (
        f"{each.address} is no agent any more and has no session, {place}; the bead has not"
        f" changed for {int(gone // 60)} min"
    )
    return Stale(each.bead, each.address, evidence)


# --- all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the deacon knows of one rig. One that is ``off`` or frozen is left alone."""

    live: tuple[Live, ...] = ()
    checks: tuple[Check, ...] = ()
    given_back: tuple[GivenBack, ...] = ()
    hooked: tuple[Hooked, ...] = ()
    off: bool = False
    paused: bool = False


Act: TypeAlias = Ping | Report | Course | Stale


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, what to remember of agents, and in how many seconds to look again."""

    acts: tuple[Act, ...] = ()
    checks: tuple[Check, ...] = ()
    again_in: float | None = None


def plan(facts: Facts, *, now: float, terms: Terms = USUAL) -> Plan:
    """Return what the deacon does about one rig now."""
    if facts.off or facts.paused:
        return Plan()
    before = {each.address: each for each in facts.checks}
    judged = [
        check(each, before.get(each.address), now=now, terms=terms) for each in facts.live
    ]
    known = tuple(each for each, _ in judged)
    courses = [redispatch(each, now=now, terms=terms) for each in facts.given_back]
    hooks = [found for each in facts.hooked if (found := stale(each, now=now, terms=terms))]
    waits = [
        next_check(known, now=now, terms=terms),
        *(each.wait for each in courses if each.fate is Fate.COOLING),
        *(_until_stale(each, now, terms) for each in facts.hooked),
    ]
    acts = (
        *(act for _, act in judged if act is not None),
        *(each for each in courses if each.fate is Fate.DISPATCHED),
        *hooks,
    )
    return Plan(acts, known, min((each for each in waits if each is not None), default=None))


def _until_stale(each: Hooked, now: float, terms: Terms) -> float | None:
    """Return in how many seconds a hook may be stale, if it may become so at all."""
    if not each.agent or each.starts or each.runs or not each.retired:
        return None
    return max(0.0, each.since + terms.gone - now) or terms.cooldown
