"""Look at the polecats of a rig: what their sessions show, and how their work stands.

It reads a few small files for each, and the table of processes once. What takes longer, such
as what a terminal shows, is only looked at *closely*.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from gitgt.git import markers, refs, snapshot
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.dispatch import SessionState, is_polecat
from gitgt.model.documents import Bead, Mode
from gitgt.model.health.facts import Facts, Life, Patience, Program
from gitgt.model.health.watch import Signs, is_worth_it, looked
from gitgt.model.lease import Holder
from gitgt.model.lifecycle import BeadStatus
from gitgt.runtime import freezing, identity, process, progress
from gitgt.runtime.launcher import Kind
from gitgt.runtime.process import Running
from gitgt.runtime.progress import Progress, Turn
from gitgt.services import leases
from gitgt.services.agents import hook, sandbox
from gitgt.services.sessions import session_records, session_views, sessions
from gitgt.services.sessions.sessions import Seen
from gitgt.services.town import Rig, Town
from gitgt.services.witness import brake, memory
from gitgt.values import dataclass

_TERMINALS: Final = (Kind.TMUX, Kind.PROCESS)
_PRINTED: Final = ("output", "output.1", "output.2")
_SHOWN: Final = 200
_CALLS: Final = "\nEscalate:"


@dataclass(frozen=True, slots=True)
class Round:
    """One look at a rig: its ledger, its sessions, and what is on its hooks."""

    town: Town
    rig: Rig
    now: Snapshot
    seen: Mapping[str, Seen]
    held: Mapping[str, str]
    submitted: frozenset[str]
    patience: Patience

    @classmethod
    def of(cls, town: Town, rig: Rig) -> Round:
        """Look at *rig* as it stands."""
        now = town.ledger_at(rig).snapshot()
        seen = {who: each for who, each in sessions.look_all(rig).items() if is_polecat(who)}
        held = {who: bead for who, bead in hook.held(now) if is_polecat(who)}
        submitted = frozenset(hook.submitted(now))
        return cls(town, rig, now, seen, held, submitted, brake.patience(town, rig))

    @property
    def addresses(self) -> list[str]:
        """Everybody who has, or had, a session or work."""
        return sorted({*self.seen, *self.held})

    def bead(self, name: str) -> Bead | None:
        """Return the bead called *name*, if it is there and can be read."""
        found = self.now.find(name) if name else None
        return found if isinstance(found, Bead) else None


def look(
    one: Round, addresses: Iterable[str] | None = None, *, remembers: bool = False,
    closely: bool = False,
) -> list[Facts]:  # fmt: skip
    """Return what is known of the polecats of a rig, or of some of them.

    What this look *remembers* is how long nothing was heard of them.
    """
    whom = one.addresses if addresses is None else sorted(addresses)
    running = {who: _Run.of(one, who) for who in whom if _runs(one, who)}
    spent = identity.spent(run.pid for run in running.values() if run.pid)
    found = []
    for who in whom:
        facts = _of_work(one, who)
        if who in running:
            facts = _of_run(one, facts, running[who], spent, remembers=remembers)
            facts = _closely(one, facts) if closely else facts
        found.append(facts)
    return found


def _runs(one: Round, who: str) -> bool:
    return who in one.seen and one.seen[who].state is SessionState.RUNNING


# --- a session that goes on


@dataclass(frozen=True, slots=True)
class _Run:
    """The run of a session, as its folder tells."""

    seen: Seen
    folder: Path
    went: Progress
    run: Running | None

    @classmethod
    def of(cls, one: Round, who: str) -> _Run:
        seen = one.seen[who]
        folder = sessions.folder_of(one.rig, who, seen.session)
        found = process.look(folder) if seen.run.launcher != Kind.MANUAL else None
        return cls(seen, folder, progress.read(folder), _as_running(found))

    @property
    def pid(self) -> int:
        return self.run.pid if self.run else 0

    @property
    def program(self) -> Program:
        if freezing.is_frozen(self.folder):
            return Program.HELD
        command = self.run.command if self.run else None
        if command is None:
            return Program.UNKNOWN
        return Program.ALIVE if identity.is_alive(command) else Program.DEAD


def _as_running(found: object) -> Running | None:
    return found if isinstance(found, Running) else None


def _of_run(
    one: Round, facts: Facts, run: _Run, spent: Mapping[int, float], *, remembers: bool
) -> Facts:
    """Return *facts* with what the session shows."""
    seen, program = run.seen, run.program
    signs = Signs(
        session=seen.session,
        seen=dict(_signs(one, facts, run)),
        cpu=spent.get(run.pid) if run.went.turn not in (Turn.IDLE, Turn.READY) else None,
        is_dead=program is Program.DEAD,
        is_held=program is Program.HELD,
        is_alone=seen.bead != facts.bead,
    )
    before = memory.recall(run.folder)
    watch = looked(before, signs, one.town.clock())
    if remembers and is_worth_it(before, watch):
        memory.remember(run.folder, watch)
    elsewhere = _elsewhere(one, facts.address, seen)
    return replace(
        facts,
        life=Life.UNKNOWN if elsewhere else Life.RUNNING,
        unknown=elsewhere,
        program=program,
        pid=run.pid,
        age=max(0.0, one.town.clock() - seen.run.at),
        turn=_turn(one, run),
        begun=_begun(one, facts, run),
        typed=seen.run.launcher in _TERMINALS,
        by_hand=seen.run.launcher == Kind.MANUAL,
        watch=watch,
        half_done=_half_done(one, facts.address),
    )


def _signs(one: Round, facts: Facts, run: _Run) -> Iterator[tuple[str, str]]:
    yield "branch", facts.tip
    yield "worktree", one.now.repository.ref(f"{snapshot.WIP}{facts.address}") or ""
    yield "turn", f"{run.went.turn} {run.went.at}"
    yield "transcript", _stamp(Path(run.went.transcript)) if run.went.transcript else ""
    yield "output", " ".join(_stamp(run.folder / name) for name in _PRINTED)


def _stamp(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return "-"
    return f"{found.st_size}.{found.st_mtime_ns}"


def _turn(one: Round, run: _Run) -> str:
    """Return what its taps say that it is at; nothing, where its program has none."""
    runtime = session_views.runtime_of(one.town, one.rig, run.seen.run.runtime)
    has_taps = runtime is not None and runtime.taps.are_there
    return str(run.went.turn) if has_taps or run.went.turn is not Turn.STARTING else ""


def _begun(one: Round, facts: Facts, run: _Run) -> bool:
    """Tell whether anything came of a session since it began."""
    if run.went.transcript and Path(run.went.transcript).exists():
        return True
    repository = one.now.repository
    made = (facts.tip, repository.ref(f"{snapshot.WIP}{facts.address}"))
    return any(
        each and repository.committed(each)[0].seconds >= run.seen.run.at for each in made
    )


def _half_done(one: Round, address: str) -> float:
    """Return for how long a ``git gt done`` has been begun that nobody will end."""
    git_dir = refs.git_dir_of(sandbox.path_of(one.rig, address))
    text, at = markers.who_hands_in(git_dir) if git_dir else ("", 0.0)
    try:
        holder = Holder(**json.loads(text)) if text else None
    except (TypeError, ValueError):
        return 0.0
    if holder is None or not leases.is_gone(holder):
        return 0.0
    return max(0.0, one.town.clock() - at)


def _elsewhere(one: Round, address: str, seen: Seen) -> str:
    """Say why nobody here can tell how a session is doing; nothing, if we can."""
    kept = session_records.records(one.town, one.rig, address=address)
    record = next((each for each in reversed(kept) if each.session == seen.session), None)
    if record is None or record.host in ("", socket.gethostname()):
        return ""
    return f"session {seen.session} was begun on {record.host}, and this is another machine"


def _closely(one: Round, facts: Facts) -> Facts:
    """Return *facts* with what the screen of the session tells."""
    sight = session_views.see(one.town, one.rig, facts.address)
    asks = ""
    if sight.turn == "dialog" or (sight.unready and facts.turn == Turn.STARTING):
        view = session_views.capture(one.rig, facts.address, 0)
        shown = [line.strip() for line in view.text.splitlines() if line.strip()]
        asks = shown[-1][:_SHOWN] if shown else sight.unready
    return replace(facts, asks=asks, limit=sight.limit[:_SHOWN], turn=_seen_turn(facts, sight))


def _seen_turn(facts: Facts, sight: session_views.Sight) -> str:
    is_told = sight.turn in ("busy", "idle")
    return sight.turn if is_told and facts.turn in ("", Turn.STARTING) else facts.turn


# --- the work


def _of_work(one: Round, who: str) -> Facts:
    """Return how it stands with the work of somebody, and with their last session."""
    seen = one.seen.get(who, Seen(SessionState.NONE))
    held = one.held.get(who, "")
    bead = one.bead(held)
    about = bead if seen.bead == held else one.bead(seen.bead)
    name = held or seen.bead
    ref = f"refs/heads/{sandbox.branch_of(who, name)}"
    tip = (one.now.repository.ref(ref) or "") if name else ""
    return Facts(
        address=who,
        life=_LIFE[seen.state],
        session=seen.session,
        about=seen.bead,
        ended=seen.said,
        bead=held,
        loops=bead is not None and bead.mode == Mode.RALPH,
        patient=one.patience.with_bead(bead),
        started=bool(seen.session)
        or (bead is not None and bead.status is BeadStatus.IN_PROGRESS),
        closed=about is not None and about.is_closed,
        handed_in=seen.bead in one.submitted,
        calls=bool(tip) and _CALLS in one.now.repository.message_of(tip),
        sandbox=(sandbox.path_of(one.rig, who) / ".git").exists(),
        tip=tip,
        patience=one.patience,
    )


_LIFE: Final[Mapping[SessionState, Life]] = {
    SessionState.NONE: Life.NONE,
    SessionState.RUNNING: Life.RUNNING,
    SessionState.ENDED: Life.ENDED,
}
