"""What clones exchange besides the ledger: verdicts, resolutions, pins, sessions and notes.

So a tree that one clone has tested no other tests again, a conflict that one resolved is known
to all, and what is handed in in one may land from any. It is a help: a remote that takes no
refs but branches costs time, and stops nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from gitgt.errors import GtError
from gitgt.git import rerere, shared, side_ref
from gitgt.git.landing import PINS
from gitgt.git.repository import Repository, Signature
from gitgt.git.rerere import Memory
from gitgt.git.transaction import RefMove, move_refs
from gitgt.ledger import verdicts
from gitgt.ledger.session_records import SessionRecords
from gitgt.ledger.work_notes import WorkNotes
from gitgt.model.documents import MergeRequest
from gitgt.services.sessions import transcripts
from gitgt.services.submit import TRASH
from gitgt.services.town import Rig, Town

_LOG: Final = logging.getLogger(__name__)
_ATTEMPTS: Final = 10
_WHO: Final = ("gitgt", "gitgt@gitgt.invalid")


def exchange(town: Town, rig: Rig | None, remote: str) -> bool:
    """Take in what other clones found out, and send them what this one did, through *remote*.

    None stands for the town's own repository. Tells whether all of it arrived.
    """
    repository = town.ledger_at(rig).repository
    try:
        return any(_exchange(town, rig, remote, repository) for _ in range(_ATTEMPTS))
    except GtError as error:
        name = "hq" if rig is None else rig.name
        _LOG.warning("verdicts not shared", extra={"rig": name, "why": str(error)})
        return False


def take_in(town: Town, rig: Rig, remote: str) -> None:
    """Take in what a fetch has brought from *remote*; nothing is asked of it or sent."""
    repository = town.ledger_at(rig).repository
    try:
        _take_in(town, rig, repository, shared.had(repository, remote))
    except GtError as error:
        _LOG.warning("verdicts not taken in", extra={"rig": rig.name, "why": error.message})


def _exchange(town: Town, rig: Rig | None, remote: str, repository: Repository) -> bool:
    place = town if rig is None else rig
    rules = transcripts.rules(town, place)
    more = (shared.TRANSCRIPTS,) if rules.share else ()
    theirs = shared.fetch(repository, remote, *more)
    tips = _take_in(town, rig, repository, theirs)
    if rules.share:
        first = transcripts.oldest(town, rules.months)
        kept = transcripts.of(town, place)
        tips[shared.TRANSCRIPTS] = kept.take_in(theirs.get(shared.TRANSCRIPTS), oldest=first)
    news = {name: oid for name, oid in tips.items() if oid and theirs.get(name) != oid}
    return shared.push(repository, remote, news, theirs)


def _take_in(
    town: Town, rig: Rig | None, repository: Repository, theirs: Mapping[str, str]
) -> dict[str, str | None]:
    """Join what others have with ours; return where each stands here then."""
    now = town.ledger_at(rig).snapshot()
    who = Signature(*_WHO, int(town.clock()))
    heads = {str(each.id): each.head for each in now.all(MergeRequest)}
    _take_pins(repository, theirs, heads)
    return {
        shared.VERDICTS: _verdicts(repository, theirs.get(shared.VERDICTS)),
        shared.RERERE: _resolutions(repository, theirs.get(shared.RERERE), who),
        shared.SESSIONS: SessionRecords(repository).take_in(theirs.get(shared.SESSIONS)),
        shared.NOTES: WorkNotes(repository).take_in(theirs.get(shared.NOTES)),
        **_pins(repository, heads),
    }


def _pins(repository: Repository, heads: Mapping[str, str]) -> dict[str, str]:
    """Return our pins of what requests ask for now, not of what they asked for before."""
    pinned = repository.refs(PINS)
    return {
        f"{shared.PINS}{name.removeprefix(PINS)}": oid
        for name, oid in pinned.items()
        if heads.get(name.removeprefix(PINS)) == oid
    }


def _take_pins(
    repository: Repository, theirs: Mapping[str, str], heads: Mapping[str, str]
) -> None:
    """Pin what requests ask for and others have; what was pinned before is kept as well."""
    moves: list[RefMove] = []
    for request, head in heads.items():
        ours = repository.ref(f"{PINS}{request}")
        if ours == head or theirs.get(f"{shared.PINS}{request}") != head:
            continue
        moves.append(RefMove(f"{PINS}{request}", ours, head))
        kept = f"{TRASH}{request}/{(ours or '')[:12]}"
        if ours is not None and repository.ref(kept) is None:
            moves.append(RefMove(kept, None, ours))
    if moves:
        move_refs(repository, moves, why="pin what another clone handed in")


def _verdicts(repository: Repository, theirs: str | None) -> str | None:
    join, what = verdicts.join, "the verdicts"
    return side_ref.meet(repository, verdicts.REF, theirs, join, what=what)


def _resolutions(repository: Repository, theirs: str | None, who: Signature) -> str | None:
    if theirs is None:
        return repository.ref(rerere.REF)
    return Memory(repository).join(theirs, who)
