"""Which messages a session was told of: a small file for each agent, momentary.

    <town's gt folder>/mail/<address>.json

What is unread is told to each session once. If this is lost, it is told once more.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from gitgt.runtime import notes
from gitgt.runtime.assignment import slug
from gitgt.runtime.notes import write_whole
from gitgt.services.mail import claims
from gitgt.services.town import Town

_SESSIONS: Final = 4  # that are remembered of one agent; there is one at a time
_TOLD: Final = "told"
_CLAIMS: Final = "claims"
_RUNG: Final = "rung"
_RINGS: Final = 200


def take(
    town: Town, address: str, session: str, names: Sequence[str], *, most: int
) -> tuple[list[str], int]:
    """Return which of *names* this session is to be told now, and how many are left after that.

    They are claimed for this process.
    """
    wanted: list[str] = []

    def decide(state: dict[str, Any]) -> dict[str, Any]:
        held = {name: who for name, who in _map(state, _CLAIMS).items() if claims.holds(who)}
        known = {*_map(state, _TOLD).get(session, ()), *held}
        wanted[:] = [name for name in names if name not in known]
        return {**state, _CLAIMS: held | dict.fromkeys(wanted[:most], claims.mine())}

    if names:
        _change(town, address, decide)
    return wanted[:most], len(wanted[most:])


def settle(
    town: Town, address: str, session: str, told: Iterable[str], left: Iterable[str] = ()
) -> None:
    """Note that this session was told of some, and that some are *left* for later."""
    done, free = list(told), list(left)

    def decide(state: dict[str, Any]) -> dict[str, Any]:
        held = _map(state, _CLAIMS)
        kept = {name: who for name, who in held.items() if name not in (*done, *free)}
        before = _map(state, _TOLD)
        mine = [*dict.fromkeys((*before.pop(session, ()), *done))]
        recent = {**dict(list(before.items())[1 - _SESSIONS :]), session: mine}
        return {**state, _TOLD: recent, _CLAIMS: kept}

    if done or free:
        _change(town, address, decide)


def ring(town: Town, address: str, session: str, names: Iterable[str]) -> bool:
    """Tell whether this session was not yet rung for all of *names*; from now on it was."""
    fresh: list[str] = []
    wanted = [*names]

    def decide(state: dict[str, Any]) -> dict[str, Any]:
        before = _map(state, _RUNG).get(session, ())
        fresh[:] = [name for name in wanted if name not in before]
        return {**state, _RUNG: {session: [*dict.fromkeys((*before, *fresh))][-_RINGS:]}}

    if wanted:
        _change(town, address, decide)
    return bool(fresh)


def told_to(town: Town, address: str, session: str) -> set[str]:
    """Return what this session was told."""
    return set(_map(notes.read(_path(town, address), dict), _TOLD).get(session, ()))


def _map(state: dict[str, Any], name: str) -> dict[str, Any]:
    found = state.get(name)
    return dict(found) if isinstance(found, dict) else {}


def _change(
    town: Town, address: str, decide: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:  # fmt: skip
    path = _path(town, address)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path):
            before = notes.read(path, dict)
            after = decide(before)
            if after != before:
                write_whole(path, json.dumps(after), synced=False)  # a tap writes it
    except OSError:  # on a full disk mail is shown, and perhaps once more
        decide(notes.read(path, dict))


def _path(town: Town, address: str) -> Path:
    return town.gt / "mail" / f"{slug(address)}.json"


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
