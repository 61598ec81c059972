"""What there is to see of sessions: who has one, what it is at, and what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gitgt.errors import GtError, NotFoundError
from gitgt.model import activity
from gitgt.model.activity import Signs
from gitgt.model.address import Address, Role
from gitgt.runtime import launcher, progress
from gitgt.runtime.launcher import Session, SessionState
from gitgt.runtime.launchers.launchers import Launchers
from gitgt.runtime.presets import Runtime
from gitgt.runtime.progress import Progress, Turn
from gitgt.runtime.terminal.reception import UNREADY
from gitgt.runtime.terminal.vt import View
from gitgt.services.sessions import runtimes, sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

Place = Rig | Town
_UNHEARD: Final = Progress()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One agent's last session.

    ``turn`` is what it is at: what its taps say, or its screen shows. ``limit`` is the line
    that says that its program answers no more for a while, ``unready`` why nobody knows
    whether it came up.
    """

    address: str
    session: Session
    turn: str = ""
    limit: str = ""
    unready: str = ""
    went: Progress = _UNHEARD

    def fields(self) -> dict[str, Any]:
        """Return all of it, for programs."""
        run = self.session
        return {
            "address": self.address,
            "state": str(run.state),
            "frozen": run.frozen,
            "turn": self.turn,
            "session": run.session,
            "launcher": run.launcher,
            "runtime": run.runtime,
            "bead": run.bead,
            "attempt": run.attempt,
            "worktree": run.worktree,
            "conversation": self.went.conversation or run.conversation,
            "transcript": self.went.transcript,
            "model": self.went.model or run.model,
            "started": run.at,
            "pid": run.pid,
            "code": run.code,
            "signal": run.signal,
            "problem": run.problem,
            "limit": self.limit,
            "unready": self.unready,
        }


def whose(town: Town, text: str, rig: Rig | None = None) -> tuple[Place, str]:
    """Return whom *text* means, and where their sessions are kept.

    A word by itself may be a name in *rig*, where one stands. ``shop/toast`` is whoever is
    called so there.

    Raises:
        RefusedError: it is no address.
        NotFoundError: there is no such rig.
    """
    word = text.strip().rstrip("/")
    if "/" not in word and rig is not None and word not in tuple(Role):
        word = f"{rig.name}/{word}"
    asked = Address.parse(word)
    place: Place = town.rig(asked.rig) if asked.rig else town
    if asked.role is not None or isinstance(place, Town):
        return place, str(asked)
    names = (f"{asked.rig}/polecats/{asked.name}", f"{asked.rig}/crew/{asked.name}")
    known = sessions.sessions_of(place).addresses()
    return place, next((each for each in reversed(names) if each in known), names[0])


def see(town: Town, place: Place, address: str, *, closely: bool = True) -> Sight:
    """Return how the last session of *address* is; *closely* also looks at its screen."""
    launchers = sessions.sessions_of(place)
    run = launchers.observe(address)
    if run.state is SessionState.ABSENT:
        return Sight(address=address, session=run)
    folder = sessions.folder_of(place, address, run.session)
    went = progress.read(folder)
    unready = folder / UNREADY
    why = unready.read_text() if unready.exists() else ""
    if not run.is_running:
        return Sight(address=address, session=run, went=went, unready=why)
    sight = Sight(address=address, session=run, turn=went.turn, went=went, unready=why)
    return _closely(town, place, launchers, sight) if closely else sight


def every(town: Town, rig: Rig | None = None) -> Iterator[Sight]:
    """Yield the last sessions of all who ever had one, of one rig or of all."""
    places: list[Place] = [town, *town.rigs_here().values()] if rig is None else [rig]
    for place in places:
        for address in sessions.sessions_of(place).addresses():
            yield see(town, place, address, closely=False)


def capture(place: Place, address: str, lines: int) -> View:
    """Return what the session of *address* shows, or the last that it showed.

    Raises:
        NotFoundError: it never had one.
    """
    launchers = sessions.sessions_of(place)
    if launchers.observe(address) == launcher.ABSENT:
        raise NotFoundError(f"{address} has had no session", hint="git gt session list")
    return launchers.capture(address, lines)


def _closely(town: Town, place: Place, launchers: Launchers, sight: Sight) -> Sight:
    """Add what its screen tells, where its taps do not."""
    runtime = runtime_of(town, place, sight.session.runtime)
    if runtime is None or runtime.is_plain:
        return sight
    try:
        view = launchers.capture(sight.address)
    except GtError:
        return sight
    signs = signs_of(runtime)
    by_taps = runtime.taps.are_there and sight.went.turn is not Turn.STARTING
    shown = "" if by_taps else activity.turn_by_screen(signs, view.title, view.text)
    return Sight(
        address=sight.address,
        session=sight.session,
        turn=shown or sight.turn,
        limit=activity.limit_reached(signs, view.text),
        unready=sight.unready,
        went=sight.went,
    )


def runtime_of(town: Town, place: Place, name: str) -> Runtime | None:
    """Return the runtime that a session was begun on; None if the settings have it no more."""
    try:
        return runtimes.named(town, None if isinstance(place, Town) else place, name)
    except GtError:
        return None


def signs_of(runtime: Runtime) -> Signs:
    """Return what the preset says of the program's screen."""
    screen = runtime.screen
    return Signs(
        busy=(screen.busy.title, screen.busy.text),
        idle=(screen.idle.title, screen.idle.text),
        dialogs=tuple(each.match for each in screen.dialogs),
        quota=runtime.quota,
    )
