"""Move a target and the ledger together, and survive being killed in the middle.

git checks both old values before the first ref moves, but renames the refs one by one, and a
kill leaves ``*.lock`` files. So the intent is written first, as a ref of its own, and deleted
last. Whoever comes next reads it: the target moves before the ledger, so where the target
stands says what happened.

    pin, intent, detach checkouts, move target and ledger, bring checkouts along, forget

Where a remote has the last word, what lands is published between intent and detaching. Then an
intent none of whose refs has moved here may have been kept there: it waits until that is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from pathlib import Path
from typing import Final

from gitgt.errors import GtError, LedgerConflictError
from gitgt.git import faults
from gitgt.git import standing as checkouts
from gitgt.git.intent import INTENTS, Intent
from gitgt.git.locks import lock_of, remove_stale
from gitgt.git.remote import UnreachableError
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs
from gitgt.git.turn import turn
from gitgt.values import dataclass

PINS: Final = "refs/gt/pin/"
_LEDGER: Final = "refs/heads/beads"
Before = Callable[[str], None]


def _go_on(act: str) -> None:
    """Let every act happen; tests die here instead."""
    faults.act(act)


@dataclass(frozen=True, slots=True)
class Landed:
    """What a landing did to checkouts of the target.

    ``detached`` hold something that is not committed: their owners have to be told.
    """

    followed: tuple[Path, ...] = ()
    detached: tuple[Path, ...] = ()


class Ending(StrEnum):
    """What became of a landing that was cut short."""

    COMPLETED = "completed"  # a ref lagged behind, and was moved
    FINISHED = "finished"  # all had moved
    DROPPED = "dropped"  # nothing had moved
    TORN = "torn"  # the target moved, and somebody else moved the ledger since
    BUSY = "busy"  # somebody seems to be at it
    WAITING = "waiting"  # whether the remote has it is not known yet


@dataclass(frozen=True, slots=True)
class Recovered:
    """How one landing that was cut short has ended."""

    intent: Intent
    ending: Ending
    landed: Landed = field(default_factory=Landed)


@dataclass(frozen=True, slots=True)
class Publishing:
    """What is done first, at a *remote*.

    ``send`` raises ``UnreachableError`` if it cannot know what has become of it, and any other
    error if nothing has.
    """

    remote: str
    send: Callable[[], None]


def land(
    repository: Repository,
    moves: Sequence[RefMove],
    why: str,
    *,
    pins: Mapping[str, str] | None = None,
    publishing: Publishing | None = None,
    before: Before = _go_on,
) -> Landed:
    """Make all *moves*, the target's first and the ledger's last, or none.

    *pins* names requests and the heads that must not be lost. *before* is told of each act.

    Raises:
        LedgerConflictError: a ref no longer stands at its old value.
    """
    with turn(repository, "landing"):
        _recover(repository, [move.name for move in moves], before)
        before("pin")
        _pin(repository, pins or {})
        promise = None
        if publishing is not None:
            promise = _publish(repository, moves, publishing, before)
        for move in moves[1:]:
            checkouts.catch_up(repository, move.name)
        standing = tuple(checkouts.in_the_way(repository, moves))
        intent = Intent(tuple(moves), standing, publishing.remote if publishing else "")
        before("intent")
        commit = intent.write(repository)
        move_refs(repository, [RefMove(intent.name, promise, commit)], why=why)
        _detach(intent, before)
        before("move")
        try:
            move_refs(repository, moves, why=why)
        except LedgerConflictError:
            _give_up(repository, intent, commit)
            raise
        landed = _bring_along(intent, before)
        before("forget")
        _forget(repository, intent, commit)
        return landed


def _publish(
    repository: Repository, moves: Sequence[RefMove], publishing: Publishing, before: Before
) -> str:
    """Write down what is published, and publish it; return the commit of the intent."""
    intent = Intent(tuple(moves), remote=publishing.remote)
    before("promise")
    commit = intent.write(repository)
    move_refs(repository, [RefMove(intent.name, None, commit)], why="publish")
    before("publish")
    try:
        publishing.send()
    except UnreachableError:
        raise
    except GtError:
        _forget(repository, intent, commit)
        raise
    return commit


def published(repository: Repository) -> set[str]:
    """Return the targets for which something was published, and not brought to its end here."""
    intents = (Intent.read(repository, each) for each in repository.refs(INTENTS).values())
    return {intent.moves[0].name for intent in intents if intent.remote}


def end_published(repository: Repository, target: str) -> list[Intent]:
    """Bring to its end what was published for *target*, now that all is known of it.

    Returns those by which *target* has not moved here: whoever knows that they were taken has
    to see to that, since checkouts may stand on it by now.
    """
    dropped = []
    with turn(repository, "landing"):
        for commit in repository.refs(INTENTS).values():
            intent = Intent.read(repository, commit)
            if not intent.remote or intent.moves[0].name != target:
                continue
            if _end(repository, intent, commit, _go_on).ending is Ending.WAITING:
                _give_up(repository, intent, commit)
                dropped.append(intent)
    return dropped


def recover(
    repository: Repository, *, ledger: str = _LEDGER, before: Before = _go_on
) -> list[Recovered]:
    """End every landing that was cut short, and remove the locks that it left.

    Repeatable, and may itself be killed anywhere.
    """
    with turn(repository, "ledger"), turn(repository, "landing"):
        return _recover(repository, [ledger], before)


def _recover(repository: Repository, refs: Sequence[str], before: Before) -> list[Recovered]:
    """End what was cut short; locks of *refs* that nobody holds go in any case."""
    before("unlock")
    remove_stale(repository.common, _locks(repository, refs))
    return [
        _end(repository, Intent.read(repository, commit), commit, before)
        for commit in repository.refs(INTENTS).values()
    ]


def _locks(repository: Repository, names: Sequence[str]) -> Iterator[Path]:
    """Yield the locks that a killed landing can have left."""
    common = repository.common
    yield from (common / INTENTS).rglob("*.lock")
    yield from (common / PINS).glob("*.lock")
    for commit in repository.refs(INTENTS).values():
        intent = Intent.read(repository, commit)
        yield from (lock_of(common, move.name) for move in intent.moves)
        yield from (each.git_dir / "HEAD.lock" for each in intent.standing)
    yield from (lock_of(common, name) for name in (*names, "HEAD", "packed-refs"))


def _end(repository: Repository, intent: Intent, commit: str, before: Before) -> Recovered:
    """Bring one intent to its end, whatever it was in the middle of."""
    lagging = [move for move in intent.moves if not _has_moved(repository, move)]
    if intent.remote and intent.moves[0] in lagging:
        return Recovered(intent, Ending.WAITING)
    if len(lagging) == len(intent.moves):
        before("drop")
        _give_up(repository, intent, commit)
        return Recovered(intent, Ending.DROPPED)
    ending = Ending.COMPLETED if lagging else Ending.FINISHED
    if lagging:
        before("complete")
        try:
            move_refs(repository, lagging, why="complete a landing that was cut short")
        except LedgerConflictError:
            stuck = [move for move in lagging if repository.ref(move.name) == move.old]
            if stuck:
                return Recovered(intent, Ending.BUSY)
            ending = Ending.TORN
    landed = _bring_along(intent, before)
    before("forget")
    _forget(repository, intent, commit)
    return Recovered(intent, ending, landed)


def _has_moved(repository: Repository, move: RefMove) -> bool:
    """Tell whether a ref stands where it was to go, or further on."""
    now = repository.ref(move.name)
    if now == move.new or now is None or move.new is None:
        return now == move.new
    return now != move.old and repository.is_ancestor(move.new, now)


def _pin(repository: Repository, pins: Mapping[str, str]) -> None:
    missing = [
        RefMove(f"{PINS}{request}", None, head)
        for request, head in pins.items()
        if repository.ref(f"{PINS}{request}") != head
    ]
    if missing:
        move_refs(repository, missing, why="pin what is to land")


def _move_of(intent: Intent, branch: str) -> RefMove:
    return next(move for move in intent.moves if move.name == branch)


def _detach(intent: Intent, before: Before) -> None:
    for each in intent.standing:
        old = _move_of(intent, each.branch).old
        assert old is not None
        before("detach")
        checkouts.detach(each, old)


def _bring_along(intent: Intent, before: Before) -> Landed:
    followed: list[Path] = []
    detached: list[Path] = []
    for each in intent.standing:
        move = _move_of(intent, each.branch)
        before("follow")
        assert move.old is not None
        assert move.new is not None
        if move is not intent.moves[0]:
            checkouts.bring_along(each, move)  # the ledger's: the desk role tells its owner
            continue
        came = each.follows and checkouts.follow(each, move.old, move.new)
        (followed if came else detached).append(each.path)
    return Landed(tuple(followed), tuple(detached))


def _give_up(repository: Repository, intent: Intent, commit: str) -> None:
    """Undo what was done before the refs were to move."""
    for each in intent.standing:
        move = _move_of(intent, each.branch)
        if move.old is not None and repository.ref(move.name) == move.old:
            checkouts.put_back(each, move.old)
    _forget(repository, intent, commit)


def _forget(repository: Repository, intent: Intent, commit: str) -> None:
    move_refs(repository, [RefMove(intent.name, commit, None)], why="landed")
