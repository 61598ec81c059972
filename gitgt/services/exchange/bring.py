"""Bring records into a ledger: in one commit, judged again if another writer was faster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext

from gitgt.errors import LedgerConflictError, RefusedError
from gitgt.git import standing as checkouts
from gitgt.git.spool import Spool
from gitgt.git.transaction import RefMove
from gitgt.git.turn import turn
from gitgt.ledger import codec, genesis, layout
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Ledger
from gitgt.model.actor import Actor
from gitgt.model.event import Event
from gitgt.services import desk
from gitgt.services.exchange.foreign import Foreign, Problem
from gitgt.services.exchange.names import Names
from gitgt.services.exchange.plan import EVENT, Plan, plan
from gitgt.services.town import Rig, Town

_ATTEMPTS = 20
_PATIENCE = 2
Step = Callable[[str], None]


def quiet(_: str) -> None:
    """Say nothing of how far it is."""


def foresee(
    town: Town, rig: Rig | None, records: Sequence[Foreign], step: Step = quiet,
    *, others: Iterable[Rig] = (),
) -> Plan:  # fmt: skip
    """Return what bringing *records* over would do, were *others* rigs too.

    Nothing is written.
    """
    prefixes = [each.prefix for each in others]
    return _plan(town, town.ledger_at(rig).snapshot(), records, step, prefixes)


def bring(  # noqa: PLR0913 - the records, where to, by whom, and how
    town: Town, rig: Rig | None, records: Sequence[Foreign], who: Actor, *, said: str,
    strict: bool = False, step: Step = quiet,
) -> Plan:  # fmt: skip
    """Write what *records* say into a ledger; what cannot be written is told, the rest is.

    Raises:
        RefusedError: an agent asked for it; or it is to be *strict*, and something is wrong.
        NewerDataError: a later gitgt wrote the ledger.
    """
    if who.standing.is_agent:
        raise RefusedError(
            "an import is for people", hint="commit with the line: Escalate: HIGH why"
        )
    ledger = town.ledger_at(rig)
    for attempt in range(_ATTEMPTS):
        # It takes long, so others may write meanwhile; if they always do, it is our turn.
        own_turn = attempt >= _PATIENCE
        with turn(ledger.repository, "ledger") if own_turn else nullcontext():
            now = ledger.snapshot()
            found = _plan(town, now, records, step)
            if strict and found.problems:
                raise refusal(found.problems)
            if not found.documents or _write(ledger, now, found, who, said):
                break
    else:
        raise LedgerConflictError("the ledger moved on again and again", hint="try again")
    if found.documents:
        Spool(ledger.repository.gt / "spool").leave(str(ledger.repository.common))
        for each in desk.desks(ledger):
            desk.refresh(ledger, each)
    return found


def refusal(problems: Sequence[Problem]) -> RefusedError:
    """Return the error for somebody who wants all or nothing."""
    ordered = sorted(problems, key=lambda each: each.place)
    lines = "\n".join(str(each) for each in ordered[:20])
    return RefusedError(
        f"nothing was imported:\n{lines}", hint="leave out --strict for the rest"
    )


def _plan(
    town: Town, now: Snapshot, records: Sequence[Foreign], step: Step,
    prefixes: Iterable[str] = (),
) -> Plan:  # fmt: skip
    prefix = str(genesis.settings(now.repository, now.commit)["prefix"])
    homes = {"hq", *prefixes, *(rig.prefix for rig in town.rigs().values())}
    return plan(now, Names(now, prefix, homes.__contains__), records, step)


def _write(ledger: Ledger, now: Snapshot, found: Plan, who: Actor, said: str) -> bool:
    repository = ledger.repository
    with repository.unsynced():
        blobs: dict[str, str | None] = {
            layout.path_of(each.id): repository.write_blob(codec.emit(each.fields()))
            for each in found.documents
        }
        tree = repository.write_tree(now.commit, blobs)
        count = len(found.documents)
        event = Event(
            f"import {count} bead{'' if count == 1 else 's'} from {said}",
            name=EVENT,
            beads=tuple(str(each.id) for each in found.documents[:40]),
        )
        new = ledger.commit_tree(tree, (now.commit,), event, who)
    try:
        checkouts.move(repository, [RefMove(ledger.ref, now.commit, new)], why="import")
    except LedgerConflictError:
        if ledger.head() == now.commit:
            raise
        return False
    return True
