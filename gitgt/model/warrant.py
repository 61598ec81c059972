"""The dance before a session is ended: it is asked, waited for, and asked again.

All of it is recorded in the warrant: so whoever is killed on the way, or takes over, goes on
where it stands. An answer is a word of the agent's, or that anything of it moved since it was
asked; what nobody can tell is no answer, and no silence either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Final

from gitgt.model.documents import Warrant
from gitgt.model.instant import seconds_of
from gitgt.model.lifecycle import WarrantStatus
from gitgt.values import dataclass

# For how many seconds each answer is awaited, and how many agents are asked at once.
PATIENCE: Final = (60.0, 120.0, 240.0)
POOL: Final = 5
ALIVE: Final = "ALIVE"
LIVE: Final = (
    WarrantStatus.FILED, WarrantStatus.INTERROGATING, WarrantStatus.UNANSWERED,
    WarrantStatus.EXECUTING,
)  # fmt: skip
_MOVED: Final = {
    "turn": "its turn moved on",
    "transcript": "its transcript grew",
    "branch": "its branch moved",
    "worktree": "its worktree changed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How the agent stands: its session that goes on, what tells whether it moves.

    ``answered`` is what it said itself, in a word. People sit with one that is ``attended``;
    one that is ``unseen`` nobody could look at, and nothing follows from that. For so many
    seconds of the time since it was asked it was ``held`` and could not answer.
    """

    session: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)
    answered: bool = False
    attended: bool = False
    unseen: bool = False
    held: float = 0.0


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask whether it lives, for the *number*-th time, and wait so long for an answer."""

    number: int
    patience: float


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait; ``until`` is None if only news can change anything."""

    until: float | None


@dataclass(frozen=True, slots=True)
class Pardon:
    """It lives, or what was to end has ended; and why."""

    why: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It does not answer, and only a person may end it."""


@dataclass(frozen=True, slots=True)
class Execute:
    """Record that its session is to be ended."""


@dataclass(frozen=True, slots=True)
class End:
    """End the session, once its work is saved."""


@dataclass(frozen=True, slots=True)
class Finish:
    """Record that the session has ended."""


Step = Ask | Wait | Pardon | GiveUp | Execute | End | Finish


def plan(
    warrants: Iterable[Warrant], seen: Mapping[str, Seen], *, now: float, pool: int = POOL
) -> list[tuple[Warrant, Step]]:
    """Return the next step of each warrant that has not ended, the oldest first.

    Of those that nobody was asked about yet only so many begin that *pool* are asked at once.
    """
    live = sorted(
        (each for each in warrants if each.status in LIVE),
        key=lambda each: (each.created_at, each.id),
    )
    free = pool - sum(each.status is WarrantStatus.INTERROGATING for each in live)
    found: list[tuple[Warrant, Step]] = []
    for each in live:
        step = judge(each, seen.get(each.about, Seen(unseen=True)), now=now)
        if isinstance(step, Ask) and each.status is WarrantStatus.FILED:
            step, free = (step, free - 1) if free > 0 else (Wait(None), free)
        found.append((each, step))
    return found


def judge(warrant: Warrant, seen: Seen, *, now: float) -> Step:
    """Return what is to be done about one warrant now."""
    if seen.unseen:
        return Wait(now + PATIENCE[0])
    is_there = bool(seen.session) and warrant.session in ("", seen.session)
    if warrant.status is WarrantStatus.EXECUTING:
        return End() if is_there else Finish()
    if not is_there:
        return Pardon("the session that it is about goes on no more")
    if warrant.status is WarrantStatus.FILED:
        return Ask(1, PATIENCE[0])
    if alive := signs_of_life(warrant, seen):
        return Pardon(alive)
    return (
        Wait(None) if warrant.status is WarrantStatus.UNANSWERED else _next(warrant, seen, now)
    )


def _next(warrant: Warrant, seen: Seen, now: float) -> Step:
    """Return what follows the silence of an agent that was asked."""
    due = seconds_of(warrant.due_at) + seen.held if warrant.due_at else now
    if now < due:
        return Wait(due)
    if warrant.number < len(PATIENCE):
        return Ask(warrant.number + 1, PATIENCE[warrant.number])
    return GiveUp() if seen.attended else Execute()


def signs_of_life(warrant: Warrant, seen: Seen) -> str:
    """Return what says that it lives since it was asked; empty if nothing does."""
    if seen.answered:
        return "it says that it is alive"
    before = read(warrant.evidence)
    moved = [
        said
        for name, said in _MOVED.items()
        if name in before and name in seen.evidence and before[name] != seen.evidence[name]
    ]
    return ", ".join(moved)


def written(evidence: Mapping[str, str]) -> str:
    """Return evidence as one line; ``read`` reads it."""
    return " ".join(f"{name}={value}" for name, value in sorted(evidence.items()) if value)


def read(line: str) -> dict[str, str]:
    """Return the evidence that a line holds."""
    pairs = (word.partition("=") for word in line.split(" ") if "=" in word)
    return {name: value for name, _, value in pairs}


def next_look(steps: Iterable[Step]) -> float | None:
    """Return when somebody has to look again."""
    times = [each.until for each in steps if isinstance(each, Wait) and each.until is not None]
    return min(times, default=None)


def question(warrant: Warrant, number: int, patience: float) -> str:
    """Return what the agent is asked."""
    return (
        f"{warrant.created_by} asks whether you live ({warrant.id}, {number} of"
        f" {len(PATIENCE)}): {warrant.description or warrant.title}\n"
        f"Say so within {round(patience)} s: git gt nudge deacon {ALIVE}\n"
        "Or just go on: a turn, a commit or a changed file says the same. Else this session is"
        " ended; your work is saved, and another session goes on with it."
    )
