"""Leases in git: ``refs/gt/lease/<name>`` is a small file that says who has it, and until when.

Taken, renewed and given back by compare-and-swap: of two takers one wins, and knows it. The
ref stays when it is given back, so that the next taking has a higher number.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from gitgt.errors import LeaseHeldError
from gitgt.git import side_ref
from gitgt.git.repository import Repository
from gitgt.model import lease as rules
from gitgt.model.lease import Holder, Lease

LEASES: Final = "refs/gt/lease/"
# Whether a holder's process surely runs no more; who cannot tell says no.
IsGone = Callable[[Holder], bool]


def look(repository: Repository, name: str) -> Lease | None:
    """Return the lease called *name* as it stands; None if nobody has ever taken it."""
    return _read(repository, repository.ref(f"{LEASES}{name}"))


def take(
    repository: Repository, name: str, me: Holder, *, now: float, lasts: float, is_gone: IsGone
) -> Lease:
    """Take the lease called *name* for so many seconds.

    Raises:
        LeaseHeldError: somebody has it, and until when.
    """
    mine: Lease | None = None
    other: Lease | None = None

    def decide(head: str | None) -> str | None:
        nonlocal mine, other
        other = _read(repository, head)
        gone = other is not None and other.holder is not None and is_gone(other.holder)
        mine = rules.taken(other, me, now=now, lasts=lasts, is_gone=gone)
        return None if mine is None else _written(repository, mine)

    _move(repository, name, decide)
    if mine is None:
        raise _held(name, other)
    return mine


def renew(
    repository: Repository, name: str, mine: Lease, *, now: float, lasts: float
) -> Lease:  # fmt: skip
    """Keep *mine* for so many seconds from now.

    Raises:
        LeaseHeldError: it is mine no more.
    """
    return _change(
        repository, name, lambda held: rules.renewed(held, mine, now=now, lasts=lasts)
    )


def release(repository: Repository, name: str, mine: Lease) -> bool:
    """Give *mine* back; tell whether it still was mine."""
    try:
        _change(repository, name, lambda held: rules.released(held, mine))
    except LeaseHeldError:
        return False
    return True


def check(repository: Repository, name: str, mine: Lease) -> None:
    """Check that *mine* still is: right before what only its holder may do.

    Raises:
        LeaseHeldError: it is mine no more.
    """
    held = look(repository, name)
    if not rules.is_mine(held, mine):
        raise _held(name, held)


def _change(
    repository: Repository, name: str, amend: Callable[[Lease | None], Lease | None]
) -> Lease:
    new: Lease | None = None
    held: Lease | None = None

    def decide(head: str | None) -> str | None:
        nonlocal new, held
        held = _read(repository, head)
        new = amend(held)
        return None if new is None else _written(repository, new)

    _move(repository, name, decide)
    if new is None:
        raise _held(name, held)
    return new


def _move(repository: Repository, name: str, decide: side_ref.Decide) -> None:
    ref = f"{LEASES}{name}"
    side_ref.move(
        repository, ref, decide, why="lease", what=f"the lease {name}", logged=False
    )  # fmt: skip


def _read(repository: Repository, oid: str | None) -> Lease | None:
    """Return what a lease's file says; what nobody can read is nobody's lease."""
    if oid is None:
        return None
    try:
        return Lease.read(json.loads(repository.blob(oid)))
    except (ValueError, KeyError, TypeError):
        return None


def _written(repository: Repository, lease: Lease) -> str:
    return repository.write_blob((json.dumps(lease.fields(), sort_keys=True) + "\n").encode())


def _held(name: str, held: Lease | None) -> LeaseHeldError:
    if held is None or held.holder is None:
        return LeaseHeldError(
            f"the lease {name} is held no more: it ran out, or was given back"
        )
    whose = held.holder
    return LeaseHeldError(f"{whose.who} is at {name} (process {whose.pid} on {whose.host})")
