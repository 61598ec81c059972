"""Be the only one who does something, wherever else others would: for as long as we live."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gitgt.git import lease
from gitgt.git.repository import Repository
from gitgt.model.lease import Holder, Lease
from gitgt.runtime import identity
from gitgt.runtime.identity import Identity
from gitgt.services.town import Town

_PROCESSES: Final = Path("/proc/self/ns/pid")


def me(who: str) -> Holder:
    """Return this process, which acts as *who*."""
    mine = identity.identify(os.getpid())
    return Holder(who, host(), os.getpid(), mine.started if mine else "")


def host() -> str:
    """Return what this machine is called; a container in which pids mean others is another."""
    try:
        space = f" {_PROCESSES.readlink()}"
    except OSError:
        space = ""
    return f"{socket.gethostname()}{space}"


def is_gone(holder: Holder) -> bool:
    """Tell whether the process of *holder* surely runs no more."""
    if holder.host != host() or not holder.started:
        return False
    return not identity.is_alive(Identity(holder.pid, holder.started))


def take(town: Town, repository: Repository, name: str, who: str, *, lasts: float) -> Lease:
    """Take a lease for so many seconds.

    Raises:
        LeaseHeldError: somebody has it.
    """
    now = town.clock()
    return lease.take(repository, name, me(who), now=now, lasts=lasts, is_gone=is_gone)


@contextmanager
def held(
    town: Town, repository: Repository, name: str, who: str, *, lasts: float
) -> Iterator[Lease]:
    """Have a lease meanwhile, and give it back.

    Raises:
        LeaseHeldError: somebody has it.
    """
    mine = take(town, repository, name, who, lasts=lasts)
    try:
        yield mine
    finally:
        lease.release(repository, name, mine)
