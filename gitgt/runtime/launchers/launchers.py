"""All launchers behind one promise: each session is looked after as it was started."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from gitgt.errors import EnvironmentProblemError, LeaseHeldError, RefusedError
from gitgt.runtime import (
    commandline,
    environment,
    freezing,
    process,
    progress,
    session_folders,
)
from gitgt.runtime.assignment import Assignment, address_of
from gitgt.runtime.commandline import Launch
from gitgt.runtime.jail import wrap
from gitgt.runtime.launcher import ABSENT, Delivery, Given, Kind, Session, SessionState
from gitgt.runtime.launchers import manual
from gitgt.runtime.launchers.pane import Pane
from gitgt.runtime.launchers.pseudo import Pseudo
from gitgt.runtime.launchers.surface import Bare, Surface, last_of, text_of
from gitgt.runtime.process import Ended, Lost, On, Running, Spec
from gitgt.runtime.session_folders import Facts, SessionFolders
from gitgt.runtime.terminal.greeting import Greeting
from gitgt.runtime.terminal.vt import View
from gitgt.runtime.wiring import Wiring

_SURFACES: Final[Mapping[Kind, Surface]] = {
    Kind.EXEC: Bare(),
    Kind.PROCESS: Pseudo(),
    Kind.TMUX: Pane(),
}
_SIZE: Final = (48, 160)


class Launchers:
    """Starts sessions as *kind* says, and looks after all of them; see ``Launcher``."""

    def __init__(
        self,
        sessions: Path,
        *,
        kind: Kind = Kind.EXEC,
        wiring: Wiring | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._folders = SessionFolders(sessions)
        self._kind = kind
        self._wiring = wiring or Wiring()
        self._environ = os.environ if environ is None else environ

    def start(self, assignment: Assignment, given: Given | None = None) -> None:
        """Start a session; see ``Launcher``."""
        if self._already_runs(assignment):
            return
        self.stop(assignment.address)
        folder = self._folders.of(assignment)
        placed = replace(assignment, folder=folder)
        wanted = given or Given()
        kind = self._kind if _can_talk(placed) or self._kind is Kind.MANUAL else Kind.EXEC
        talks = kind is not Kind.EXEC and _can_talk(placed)
        launch = commandline.plan(placed, interactive=talks, tap_files=wanted.taps)
        more: dict[str, Any] = {"launcher": kind}
        if kind is Kind.MANUAL:
            manual.note(folder, placed, launch)
            self._folders.note(placed, more)
            return
        surface = _SURFACES[kind]
        more |= Pane.named(placed) if kind is Kind.TMUX else {}
        more |= {"submit": placed.runtime.screen.submit}
        spec = self._spec(placed, launch, surface.on, wanted)
        facts = {"session": assignment.session, **more}
        self._folders.note(placed, more)
        try:
            surface.begin(spec, facts)
        except EnvironmentProblemError:
            self._folders.take_back(folder)
            raise
        self._folders.forget_old(folder)

    def observe(self, key: str) -> Session:
        """Return how the agent's last session is doing; see ``Launcher``."""
        last = self._last(key)
        return _observed(*last) if last else ABSENT

    def stop(self, key: str) -> None:
        """End the agent's session; see ``Launcher``."""
        last = self._last(key)
        if last is None:
            return
        folder, facts = last
        if _kind_of(facts) is Kind.MANUAL:
            manual.stop(folder)
            return
        if not isinstance(process.look(folder), Ended):
            process.stop(folder)
        _SURFACES[_kind_of(facts)].end(facts)

    def ask_to_stop(self, key: str, *, goes_on: bool = False) -> None:
        """Ask the agent's session to end; see ``Launcher``."""
        last = self._last(key)
        if last is None:
            return
        folder, facts = last
        if _kind_of(facts) is Kind.MANUAL:
            manual.stop(folder)
        else:
            process.ask_to_stop(folder, goes_on=goes_on)

    def freeze(self, key: str) -> bool:
        """Stop the agent's session where it stands; see ``Launcher``."""
        last = self._last(key)
        return last is not None and freezing.freeze(last[0])

    def thaw(self, key: str) -> bool:
        """Let the agent's session go on; see ``Launcher``."""
        last = self._last(key)
        return last is not None and freezing.thaw(last[0])

    def addresses(self) -> list[str]:
        """Return who ever had a session; see ``Launcher``."""
        return [address_of(folder.parent.name) for folder in self._folders.all()]

    def folders(self) -> list[Path]:
        """Return the folders of the last sessions of all agents, for whoever sweeps them."""
        return self._folders.all()

    def send(self, key: str, text: str) -> Delivery:
        """Paste a text and submit it; see ``Launcher``."""
        folder, facts = self._running(key)
        if freezing.is_frozen(folder):
            raise RefusedError(f"{key} is frozen, and hears nothing", hint="git gt thaw")
        before = progress.read(folder).at
        _surface(facts).type(folder, facts, text, tuple(facts.get("submit", ("Enter",))))
        return Delivery(facts["session"], folder, before)

    def keys(self, key: str, keys: tuple[str, ...]) -> None:
        """Strike keys; see ``Launcher``."""
        folder, facts = self._running(key)
        _surface(facts).type(folder, facts, "", keys)

    def capture(self, key: str, lines: int = 0) -> View:
        """Return what is shown, or was; see ``Launcher``."""
        last = self._last(key)
        if last is None:
            raise RefusedError(f"{key} has no session")
        folder, facts = last
        kind = _kind_of(facts)
        if kind is Kind.MANUAL:
            return View(lines=(f"type in {facts['worktree']}: {manual.how(folder)}",))
        if isinstance(process.look(folder), Running):
            shown = _surface(facts).view(folder, facts, lines)
            if shown is not None:
                return shown
        output = folder / "output"
        return text_of(output, lines) if kind is Kind.EXEC else last_of(output, _SIZE)

    def attach(self, key: str) -> int:
        """Show the session on our terminal; see ``Launcher``."""
        last = self._last(key)
        if last is not None and _kind_of(last[1]) is Kind.MANUAL:
            raise RefusedError(
                f"{key} is started by a person",
                hint=f"in {last[1]['worktree']}: {manual.how(last[0])}",
            )
        folder, facts = self._running(key)
        return _surface(facts).attach(folder, facts)

    def detach(self, key: str) -> int:
        """Send those away who are attached; see ``Launcher``."""
        folder, facts = self._running(key)
        return _surface(facts).detach(folder, facts)

    def _already_runs(self, assignment: Assignment) -> bool:
        seen = self.observe(assignment.address)
        if not seen.is_running:
            return False
        if seen.session != assignment.session:
            raise LeaseHeldError(f"{assignment.address} is at work in session {seen.session}")
        return True

    def _last(self, key: str) -> tuple[Path, Facts] | None:
        """Return where the agent's last session is kept, and what was started."""
        folder = self._folders.current(key)
        facts = session_folders.facts(folder) if folder else None
        return (folder, facts) if folder and facts else None

    def _running(self, key: str) -> tuple[Path, Facts]:
        """Return the session that runs.

        Raises:
            RefusedError: none does.
        """
        last = self._last(key)
        if last is None or not _observed(*last).is_running:
            raise RefusedError(f"{key} has no session that runs", hint="git gt session list")
        folder, facts = last
        if _kind_of(facts) is Kind.MANUAL:
            raise RefusedError(
                f"{key} is started by a person, so nothing can be typed for it",
                hint="send it mail: its taps deliver that",
            )
        return folder, facts

    def _spec(self, assignment: Assignment, launch: Launch, on: On, given: Given) -> Spec:
        whole = {**environment.for_agent(assignment, self._environ), **launch.env}
        visible = {name: text for name, text in whole.items() if name not in launch.unset}
        hidden = set(assignment.runtime.environment)
        folder = assignment.folder
        assert folder is not None
        return Spec(
            argv=wrap(launch.argv, assignment.jail),
            cwd=assignment.worktree,
            env={name: text for name, text in visible.items() if name not in hidden},
            secrets={name: text for name, text in visible.items() if name in hidden},
            directory=folder,
            stdin=launch.stdin,
            timeout=assignment.longest,
            wake=self._wiring.wake,
            note=str(assignment.worktree),
            watcher=self._wiring.watcher,
            after=self._wiring.after,
            terminal=on,
            size=_SIZE,
            greeting=None if on is On.NOTHING else _greeting(assignment, launch, given),
        )


def _can_talk(assignment: Assignment) -> bool:
    return assignment.runtime.interactive is not None


def _greeting(assignment: Assignment, launch: Launch, given: Given) -> Greeting:
    screen = assignment.runtime.screen
    return Greeting(
        dialogs=tuple((each.match, each.keys) for each in screen.dialogs),
        title=screen.ready.title,
        text=screen.ready.text,
        paste=launch.paste,
        submit=screen.submit,
        patience=screen.patience,
        after=given.once_ready,
    )


def _kind_of(facts: Facts) -> Kind:
    return Kind(facts.get("launcher", Kind.EXEC))


def _surface(facts: Facts) -> Surface:
    return _SURFACES[_kind_of(facts)]


def _observed(folder: Path, facts: Facts) -> Session:
    """Return how the session in *folder* is doing."""
    if _kind_of(facts) is Kind.MANUAL:
        return Session(**session_folders.told(facts), **manual.told(folder))
    run = process.look(folder)
    if run is None:
        return ABSENT
    frozen = isinstance(run, Running) and freezing.is_frozen(folder)
    return Session(**session_folders.told(facts), **_told(run), frozen=frozen)


def _told(run: Running | Ended | Lost) -> dict[str, Any]:
    """Return what a run says of the session that it is."""
    match run:
        case Running():
            return {"state": SessionState.RUNNING, "pid": run.pid, "output": run.output}
        case Lost():
            return {
                "state": SessionState.LOST,
                "problem": "it vanished without a word",
                "output": run.output,
            }
        case Ended():
            return {
                "state": SessionState.ENDED,
                "code": run.code,
                "signal": run.signal,
                "seconds": run.seconds,
                "problem": _problem(run),
                "began": run.began,
                "output": run.output,
            }


def _problem(run: Ended) -> str:
    """Say why a run did not end well; nothing, if it did."""
    if run.error:
        return run.error
    if run.stopped:
        return "it was stopped"
    if run.timed_out:
        return f"it took longer than it may, {run.seconds:.0f} seconds"
    if run.signal is not None:
        return f"it was killed by signal {run.signal}"
    return f"it exited with {run.code}" if run.code else ""
