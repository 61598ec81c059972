"""Sessions compared with what they are for: nothing is mended, it is only told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gitgt.model.dispatch import SessionState, is_polecat
from gitgt.runtime.environment import town_mark
from gitgt.runtime.launcher import Kind
from gitgt.runtime.terminal import tmux
from gitgt.services.agents import hook, sandbox
from gitgt.services.sessions import session_views, sessions
from gitgt.services.sessions.session_views import Sight
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Odd:
    """Something that does not fit, of one agent."""

    address: str
    what: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def check(town: Town, rig: Rig | None = None) -> list[Odd]:
    """Return what does not fit in one rig, or in the town with all of them."""
    sights = list(session_views.every(town, rig))
    running = [each for each in sights if each.session.is_running]
    found = [odd for each in running for odd in _of_session(each)]
    for each in [rig] if rig else town.rigs_here().values():
        found += _of_hooks(town, each)
    if rig is None:
        found += _of_tmux(town, running)
    return sorted(found, key=lambda odd: (odd.address, odd.what))


def _of_session(sight: Sight) -> Iterator[Odd]:
    worktree = sight.session.worktree
    if worktree and not Path(worktree).is_dir():
        yield Odd(sight.address, f"its session runs, and {worktree} is not there")


def _of_hooks(town: Town, rig: Rig) -> Iterator[Odd]:
    now = town.ledger_at(rig).snapshot()
    held = dict(hook.held(now))
    seen = sessions.look_all(rig)
    for address, bead in held.items():
        last = seen.get(address)
        if is_polecat(address) and (last is None or last.state is not SessionState.RUNNING):
            where = sandbox.path_of(rig, address)
            more = "" if where.is_dir() else ", and no sandbox"
            yield Odd(address, f"{bead} is on its hook, and it has no session{more}")
    for address, last in seen.items():
        is_odd = last.bead and held.get(address) != last.bead
        if is_polecat(address) and last.state is SessionState.RUNNING and is_odd:
            yield Odd(address, f"its session is about {last.bead}, which is off its hook")


def _of_tmux(town: Town, running: list[Sight]) -> Iterator[Odd]:
    if not tmux.is_usable():
        return
    known = {each.address for each in running if each.session.launcher == Kind.TMUX}
    for name in tmux.Tmux(tmux.socket_of(town_mark(town.root))).sessions():
        if name not in known:
            yield Odd(name, "tmux has a session of that name, which nobody started here")
