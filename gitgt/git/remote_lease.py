"""Leases at a remote: several machines want one, and the remote's ref says who has it.

The same small file as a lease in a repository, taken, renewed and given back by a push that
says where the ref stands. Whatever only the holder may do there goes out with ``along``: one
atomic push, which also renews the lease. So it is the server that refuses whoever has lost it,
however late they notice; no look beforehand could do that.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from gitgt.errors import LeaseHeldError, LedgerConflictError
from gitgt.git import shared
from gitgt.git.lease import LEASES, IsGone
from gitgt.git.publish import DeclinedError, Fate, Way, move
from gitgt.git.remote import UnreachableError
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove
from gitgt.model import lease as rules
from gitgt.model.lease import Holder, Lease
from gitgt.values import dataclass

_ATTEMPTS: Final = 10
# For how many seconds a file, by its id, was seen to lie there; 0 for one that is new to us.
StillFor = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Held:
    """A lease that is ours, and the file that says so there."""

    name: str
    lease: Lease
    file: str

    @property
    def ref(self) -> str:
        """The ref, at the remote."""
        return f"{LEASES}{self.name}"


def _never(_: str) -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class Taker:
    """Who would have a lease, and how they tell that whoever has it acts no more."""

    me: Holder
    is_gone: IsGone
    still_for: StillFor = _never


def named(kind: str, what: str) -> str:
    """Return the name of the lease of *kind* for *what*, which may be a branch with slashes.

    A ref cannot lie below another one; and a branch may, once that other one is gone.
    """
    return f"{kind}/{what.replace('%', '%25').replace('/', '%2F')}"


def unnamed(kind: str, name: str) -> str:
    """Return what the lease called *name* is for, as ``named`` was told."""
    return name.removeprefix(f"{kind}/").replace("%2F", "/").replace("%25", "%")


def all_known(repository: Repository, where: str, kind: str) -> dict[str, Lease]:
    """Return the leases of *kind* as they stood there last, by what they are for."""
    below = f"{shared.LEASES}{kind}/"
    read = {
        unnamed(kind, name.removeprefix(shared.LEASES)): _read(repository, oid)
        for name, oid in shared.all_theirs(repository, where, below).items()
    }
    return {what: lease for what, lease in read.items() if lease is not None}


def known(repository: Repository, where: str, name: str) -> Lease | None:
    """Return the lease called *name* as it stood there last, without asking."""
    return _read(repository, shared.theirs(repository, where, f"{shared.LEASES}{name}"))


def file(repository: Repository, where: str, name: str) -> str:
    """Return the file that said so; empty if there was none."""
    return shared.theirs(repository, where, f"{shared.LEASES}{name}")


def look(repository: Repository, way: Way, name: str) -> tuple[Lease | None, str]:
    """Ask for the lease called *name*; return what it says, and the file that says so.

    Raises:
        UnreachableError: the remote does not answer.
    """
    oid = shared.fetch_leases(repository, way.remote, within=way.within).get(name, "")
    return _read(repository, oid), oid


def take(
    repository: Repository, way: Way, name: str, taker: Taker, *, now: float, lasts: float
) -> Held:  # fmt: skip
    """Take the lease called *name* there for so many seconds.

    Raises:
        LeaseHeldError: somebody has it, and until when.
        DeclinedError: the remote takes no leases.
        UnreachableError: it does not answer; who has the lease is not known.
        LedgerConflictError: others were faster again and again.
    """
    for _ in range(_ATTEMPTS):
        held, oid = look(repository, way, name)
        holder = held.holder if held is not None else None
        if held is not None and holder == taker.me:  # an answer to us got lost
            return Held(name, held, oid)
        mine = rules.taken(
            held, taker.me, now=now, lasts=lasts,
            is_gone=holder is not None and taker.is_gone(holder),
            still_for=taker.still_for(oid),
        )  # fmt: skip
        if mine is None:
            raise _of_another(name, held)
        done = _put(repository, way, name, oid, mine)
        if done is not None:
            return done
    raise LedgerConflictError(f"the lease {name} moved on again and again", hint="git gt tick")


def renew(
    repository: Repository, way: Way, held: Held, *, now: float, lasts: float
) -> Held:  # fmt: skip
    """Keep *held* for so many seconds from now.

    Raises:
        LeaseHeldError: it is ours no more.
        UnreachableError: the remote does not answer.
        DeclinedError: it takes no leases any more.
        LedgerConflictError: it moved on again and again.
    """
    for _ in range(_ATTEMPTS):
        longer = rules.renewed(held.lease, held.lease, now=now, lasts=lasts)
        assert longer is not None
        done = _put(repository, way, held.name, held.file, longer)
        if done is not None:
            return done
        held = check(repository, way, held)
    raise LedgerConflictError(f"the lease {held.name} moved on again and again")


def release(repository: Repository, way: Way, held: Held) -> bool:
    """Give *held* back; tell whether it still was ours.

    Raises:
        UnreachableError: the remote does not answer.
        DeclinedError: it takes no leases any more.
    """
    for _ in range(_ATTEMPTS):
        if _put(repository, way, held.name, held.file, Lease(held.lease.number)) is not None:
            return True
        try:
            held = check(repository, way, held)
        except LeaseHeldError:
            return False
    return False


def check(repository: Repository, way: Way, held: Held) -> Held:
    """Ask whether *held* still is ours, and return it as it stands there.

    That tells whom to name. Only ``along`` keeps from acting whoever has just lost it.

    Raises:
        LeaseHeldError: it is ours no more, and whose it is.
        UnreachableError: the remote does not answer.
    """
    now, oid = look(repository, way, held.name)
    if now is None or not rules.is_mine(now, held.lease):
        raise _of_another(held.name, now)
    return replace(held, lease=now, file=oid)


def along(
    repository: Repository, held: Held, *, now: float, lasts: float
) -> tuple[RefMove, Held]:  # fmt: skip
    """Return what has to go along with what only the holder may do, and *held* once it went.

    It is a renewal. A ref that only has to stand where it does would not be sent to the
    server at all, and so not be looked at by it.
    """
    longer = rules.renewed(held.lease, held.lease, now=now, lasts=lasts)
    assert longer is not None
    oid = _written(repository, longer)
    return RefMove(held.ref, held.file, oid), Held(held.name, longer, oid)


def note(repository: Repository, way: Way, held: Held) -> None:
    """Remember that *held* stands there so: what it went along with has arrived."""
    # Where a fetch of ours was faster it stands there already.
    with suppress(LedgerConflictError):
        shared.note(repository, way.remote, f"{shared.LEASES}{held.name}", held.file)


def _put(
    repository: Repository, way: Way, name: str, old: str, lease: Lease
) -> Held | None:  # fmt: skip
    """Let the lease stand there, if the file *old* lies there; None if another one does."""
    made = Held(name, lease, _written(repository, lease))
    answer = move(repository, way, [RefMove(made.ref, old or None, made.file)])
    match answer.fate:
        case Fate.TAKEN:
            note(repository, way, made)
            return made
        case Fate.TOO_LATE:
            return None
        case Fate.DECLINED:
            raise DeclinedError(f"{way.remote} takes no leases: {answer.said}")
        case Fate.UNKNOWN:
            _, oid = look(repository, way, name)
            if oid == made.file:
                return made
            if oid != old:
                return None
            raise UnreachableError(
                f"{way.remote} did not take the lease {name}: {answer.said}",
                hint="it is tried again",
            )


def _read(repository: Repository, oid: str) -> Lease | None:
    """Return what a lease's file says; what nobody can read is nobody's lease."""
    try:
        return Lease.read(json.loads(repository.blob(oid))) if oid else None
    except (ValueError, KeyError, TypeError, AttributeError):  # the last: it is no file
        return None


def _written(repository: Repository, lease: Lease) -> str:
    return repository.write_blob((json.dumps(lease.fields(), sort_keys=True) + "\n").encode())


def _of_another(name: str, held: Lease | None) -> LeaseHeldError:
    if held is None or held.holder is None:
        return LeaseHeldError(
            f"the lease {name} is held no more: it ran out, or was given back"
        )
    return LeaseHeldError(rules.told(held, f"the lease {name}"))
