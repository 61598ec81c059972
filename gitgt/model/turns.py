"""What an agent is told at the turns of its session: pure, from what is so.

An agent's program asks when something happens in it (its *taps*): it starts, takes a prompt,
ends a turn. The end of a turn is where work goes on by itself: who has mail, has not begun, or
has not handed in, is made to go on, with what to do. No loop can come of that: a turn goes on
only so often, and for each reason once a session.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Final, TypeAlias

from gitgt.values import dataclass

# So often a turn is made to go on, whatever the reasons.
MOST: Final = 4
# Whose work is to be handed in by themselves; people's and the town's own go other ways.
AUTONOMOUS: Final = frozenset({"polecat"})


class TapEvent(StrEnum):
    """What happens in an agent's program, in our words; each program has its own."""

    SESSION_START = "session.start"
    PROMPT_SUBMIT = "prompt.submit"
    TOOL_BEFORE = "tool.before"
    TOOL_AFTER = "tool.after"
    COMPACT_BEFORE = "compact.before"
    TURN_END = "turn.end"
    SESSION_END = "session.end"


class Source(StrEnum):
    """Why a session starts."""

    STARTUP = "startup"
    RESUME = "resume"
    CLEAR = "clear"
    COMPACT = "compact"

    @classmethod
    def said(cls, word: str) -> Source:
        """Return what a program's *word* means; a new one, if nobody knows."""
        known = {"new": cls.STARTUP, "fork": cls.RESUME, "reload": cls.RESUME, **_OF_ALL}
        return known.get(word, cls.STARTUP)


_OF_ALL: Final = {str(each): each for each in Source}


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing is answered."""


@dataclass(frozen=True, slots=True)
class Tell:
    """The model is given a text, and whatever it does goes on."""

    text: str


@dataclass(frozen=True, slots=True)
class Deny:
    """The tool is not to be used, and why."""

    text: str


@dataclass(frozen=True, slots=True)
class GoOn:
    """The turn does not end yet: the model is told to do something first.

    ``reason`` names it: no reason is given twice.
    """

    reason: str
    text: str


Reply: TypeAlias = Silence | Tell | Deny | GoOn
SILENCE: Final = Silence()


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How it stands with what is on an agent's hook.

    ``begun``: something is committed for it. ``ahead`` are its commits that are not on the
    base, ``head`` the last of them. ``handed_in``: it is with the refinery; ``waits``: its
    last commit calls for a person. In one that ``loops``, a turn may end before all is done.
    """

    bead: str = ""
    branch: str = ""
    begun: bool = False
    handed_in: bool = False
    waits: bool = False
    loops: bool = False
    ahead: int = 0
    head: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What is so when a turn ends. ``mail`` is the text that waits, ``ids`` what is in it."""

    role: str
    work: Work = Work()
    mail: str = ""
    ids: tuple[str, ...] = ()


def at_the_end(seen: Ending, *, continued: int, said: Collection[str]) -> GoOn | Silence:
    """Return what an agent is to do before it stops; silence, if it may.

    The turn has been made to go on *continued* times, for the reasons that were *said*.
    """
    if continued >= MOST:
        return SILENCE
    return next((each for each in _reasons(seen) if each.reason not in said), SILENCE)


def is_of_mail(reply: Reply, seen: Ending) -> bool:
    """Tell whether *reply* hands over what waits."""
    return isinstance(reply, GoOn) and reply.reason == _of_mail(seen)


def is_said(seen: Ending, said: Collection[str]) -> bool:
    """Tell whether what waits was handed over before, and only its receipt was lost."""
    return _of_mail(seen) in said


def needs_no_look(*, continued: int) -> bool:
    """Tell whether a turn ends whatever is so, and nobody need look."""
    return continued >= MOST


def _reasons(seen: Ending) -> Iterator[GoOn]:
    work = seen.work
    if seen.mail:
        yield GoOn(_of_mail(seen), seen.mail)
    if not work.bead or work.handed_in or work.waits:
        return
    if not work.begun and not work.ahead:
        yield GoOn(f"begin {work.bead}", _begin(work, seen.role))
    elif work.ahead and seen.role in AUTONOMOUS and not work.loops:
        yield GoOn(f"hand in {work.bead} {work.head}", _hand_in(work))


def _of_mail(seen: Ending) -> str:
    return f"mail {' '.join(seen.ids)}"


def _begin(work: Work, role: str) -> str:
    if role not in AUTONOMOUS:
        return f"{work.bead} is on your hook, and not begun. See it: git gt hook"
    return (
        f"{work.bead} is on your hook, and nothing is committed for it yet. Go on with it "
        f"(see: git gt hook).\n{_ways_out(work)}"
    )


def _hand_in(work: Work) -> str:
    commits = "1 commit" if work.ahead == 1 else f"{work.ahead} commits"
    return (
        f"{commits} on {work.branch} not handed in. If {work.bead} is done, run: git gt done\n"
        f"If it is not, go on with it.\n{_ways_out(work)}"
    )


def _ways_out(work: Work) -> str:
    return (
        f"If nothing needs changing: git gt bead close {work.bead} --outcome no-changes "
        "--reason '...'\n"
        "If you need a person: commit with the line: Escalate: HIGH why"
    )
