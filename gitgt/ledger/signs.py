"""Signs that hang in this clone alone: who stopped something here, when and why.

A sign is one small file in a ref of its own (``refs/gt/parked``), which is never pushed. Its
commits say who hung it up and who took it down; without the file, none hangs there.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git import side_ref
from gitgt.git.repository import Repository, Signature
from gitgt.git.spool import Spool
from gitgt.model.actor import Actor
from gitgt.model.event import Event
from gitgt.model.instant import text_of
from gitgt.values import dataclass

_FILE: Final = "sign.json"


@dataclass(frozen=True, slots=True)
class Sign:
    """What a sign says; ``since`` is a time in UTC, for people."""

    by: str
    why: str
    since: str


def read(repository: Repository, ref: str) -> Sign | None:
    """Return the sign at *ref*, None if none hangs there; no process is started."""
    head = repository.ref(ref)
    return None if head is None else _at(repository, head)


def hang(
    repository: Repository, ref: str, who: Actor, *, why: str, subject: str, now: float
) -> bool:
    """Hang a sign up at *ref*; tell whether anything changed.

    One that hangs there stays as it is, unless another reason is given.

    Raises:
        LedgerConflictError: others were faster again and again.
    """
    text = json.dumps(asdict(Sign(who.address, why, text_of(now))), indent=1) + "\n"

    def decide(head: str | None) -> str | None:
        old = _at(repository, head) if head else None
        if old is not None and why in ("", old.why):
            return None
        return _written(repository, head, text, _signed(who, now), subject)

    return _moved(repository, ref, decide, subject)


def take_down(
    repository: Repository, ref: str, who: Actor, *, subject: str, now: float
) -> bool:  # fmt: skip
    """Take down the sign at *ref*; tell whether one hung there.

    Raises:
        LedgerConflictError: others were faster again and again.
    """

    def decide(head: str | None) -> str | None:
        if head is None or _at(repository, head) is None:
            return None
        return _written(repository, head, None, _signed(who, now), subject)

    return _moved(repository, ref, decide, subject)


def _at(repository: Repository, head: str) -> Sign | None:
    content = repository.read(head, _FILE)
    return None if content is None else _parsed(content)


def _parsed(content: bytes) -> Sign:
    """Return what a sign says; one that nobody can read hangs there all the same."""
    try:
        found: Any = json.loads(content)
        return Sign(str(found["by"]), str(found["why"]), str(found["since"]))
    except (ValueError, KeyError, TypeError):
        return Sign("somebody", "", "")


def _written(
    repository: Repository, head: str | None, text: str | None, who: Signature, subject: str
) -> str:
    blob = None if text is None else repository.write_blob(text.encode())
    tree = repository.write_tree(head, {_FILE: blob})
    return repository.write_commit(tree, [head] if head else [], Event(subject).message(), who)


def _signed(who: Actor, now: float) -> Signature:
    return Signature(who.address, who.email, int(now))


def _moved(
    repository: Repository, ref: str, decide: Callable[[str | None], str | None], why: str
) -> bool:
    fresh = False

    def noted(head: str | None) -> str | None:
        nonlocal fresh
        new = decide(head)
        fresh = new is not None
        return new

    side_ref.move(repository, ref, noted, why=why, what="the sign")
    if fresh:
        # Nobody watches refs of ours; that a full disk takes no note undoes nothing.
        with contextlib.suppress(EnvironmentProblemError):
            Spool.of(repository.common).leave(str(repository.common))
    return fresh
