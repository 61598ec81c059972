"""The work: ledgers, hooks of agents that are gone, notes that nobody takes, strays."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git.spool import Spool
from gitgt.model.lifecycle import AgentStatus
from gitgt.runtime import identity, process
from gitgt.runtime.environment import town_mark
from gitgt.runtime.held import is_held
from gitgt.runtime.process import TOWN_MARK, Running
from gitgt.services import fsck
from gitgt.services.agents import hook
from gitgt.services.doctor.finding import Finding, Level
from gitgt.services.identity import person
from gitgt.services.sessions import programs, runtime_layers, runtimes, session_check
from gitgt.services.taps import listing
from gitgt.services.town import Rig, Town

# Told by checks of their own.
_ELSEWHERE: Final = ("worktree", "branch", "intent")
_MILD: Final = ("form", "desk", "schemas")
# A watcher takes notes within a moment, and looks every five seconds anyway.
_DEAF: Final = 60.0


def ledgers(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield what is wrong in the ledgers, as ``git gt fsck`` finds it."""
    for rig in (None, *rigs):
        where = rig.name if rig else "hq"
        for each in fsck.fsck(town, rig):
            if each.rule in _ELSEWHERE:
                continue
            yield Finding(
                check="ledger", what=f"{each.rule}: {each.where}: {each.what}", where=where,
                level=Level.WARNING if each.rule in _MILD else Level.ERROR,
                hint=each.hint or f"git gt fsck --rig {where}",
                mend=partial(_mend, town, rig, each) if each.mends else None,
            )  # fmt: skip


def _mend(town: Town, rig: Rig | None, found: fsck.Finding) -> str:
    done = fsck.repair(town, rig, [found], person(os.environ, town.root)).done
    return "; ".join(done) or "nothing was left to mend"


def hooks_of_the_gone(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield the beads on hooks of agents that are no more."""
    for rig in rigs:
        now = town.ledger_at(rig).snapshot()
        for address, bead in hook.held(now):
            found = now.agent_at(address)
            if address.startswith(f"{rig.name}/") and (
                found is None or found.status is not AgentStatus.ACTIVE
            ):
                yield Finding(
                    check="stale-hooks", where=rig.name, level=Level.WARNING,
                    what=f"{bead} is on the hook of {address}, who is gone",
                    hint=f"git gt bead release {bead}",
                )  # fmt: skip


def watcher(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield what says that nobody, or a deaf watcher, sees to what people did."""
    lives = is_held(town.gt / "watch.lock")
    for rig in (None, *rigs):
        spool = Spool.of(town.ledger_at(rig).repository.common)
        old = sum(age > _DEAF for age in _ages(spool))
        if not old:
            continue
        where = rig.name if rig else "hq"
        waits = "1 note waits" if old == 1 else f"{old} notes wait"
        if lives:
            what = f"{waits} for a watcher that takes none"
            hint = "git gt daemon stop && git gt daemon start"
            yield Finding(check="watcher", what=what, where=where, hint=hint)
        else:
            yield Finding(
                check="watcher", what=f"{waits}, and nobody watches", where=where,
                level=Level.WARNING, hint="git gt tick sees to it, git gt up from now on",
            )  # fmt: skip


def _ages(spool: Spool) -> Iterator[float]:
    for path in spool.path.glob("[!.]*"):
        try:
            yield time.time() - path.stat().st_mtime
        except OSError:
            continue


def sessions(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield the sessions that do not fit what they are for, and processes that have none."""
    yield from _strays(town, rigs)
    for rig in rigs:
        for each in session_check.check(town, rig):
            if "it has no session" in each.what:
                continue  # the dispatcher's to see to: it may wait for its turn
            yield Finding(
                check="sessions", what=f"{each.address}: {each.what}", where=rig.name,
                level=Level.WARNING, hint=f"git gt session stop {each.address}",
            )  # fmt: skip


def _strays(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    family = identity.family()
    folders = [town.gt, *(town.ledger_at(rig).repository.gt for rig in rigs)]
    runs = [run for folder in folders for run in _runs(folder)]
    watching = _watcher_pid(town)
    marked = identity.marked(TOWN_MARK, town_mark(town.root))
    for who in process.beyond(runs, marked):
        name = identity.name_of(who.pid)
        of_watcher = watching in (who.pid, identity.parent_of(who.pid))
        if who.pid in family or of_watcher or name.startswith("tmux"):
            continue
        yield Finding(
            check="sessions",
            what=f"process {who.pid} ({name}) works for the town, and no session knows of it",
            level=Level.WARNING,
            hint=f"git gt down ends all; or look at it: ps -fp {who.pid}",
        )


def _runs(folder: Path) -> Iterator[Path]:
    for spec in folder.rglob("spec.json"):
        if isinstance(process.look(spec.parent), Running):
            yield spec.parent


def _watcher_pid(town: Town) -> int:
    try:
        return int((town.gt / "watch.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 0


def taps(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield the taps of agents' programs that are gone or were changed."""
    places: list[Rig | Town] = [town, *rigs]
    for place in places:
        due = [each for each in listing.installed(town, place) if each.is_due]
        if due:
            told = ", ".join(f"{each.role} on {each.runtime} is {each.state}" for each in due)
            yield Finding(
                check="taps", what=told, where=due[0].where, hint="git gt taps sync",
                mend=partial(_sync_taps, town, place),
            )  # fmt: skip


def _sync_taps(town: Town, place: Rig | Town) -> str:
    return f"renewed the taps of {len(list(listing.sync(town, place)))} roles"


def programs_there(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield the runtimes that somebody has chosen, and that cannot be run here."""
    for rig in (None, *rigs):
        nearest, *_ = runtime_layers.layers(town, rig)
        for name in sorted({nearest.default, *nearest.roles.values()} - {""}):
            try:
                programs.ready(runtimes.named(town, rig, name))
            except EnvironmentProblemError as error:
                yield Finding(
                    check="runtimes", what=error.message, where=rig.name if rig else "hq",
                    hint=error.hint,
                )  # fmt: skip
