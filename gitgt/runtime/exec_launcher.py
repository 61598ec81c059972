"""Sessions without a terminal: one turn is one process, its output and exit status are kept.

<common git dir>/gt/sessions/<agent>/<session>/    one run, see process.py
                                     session.json  which bead, which attempt
                             current               the name of the last session
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from gitgt.errors import EnvironmentProblemError, LeaseHeldError
from gitgt.runtime import commandline, environment, process
from gitgt.runtime.assignment import Assignment, slug
from gitgt.runtime.jail import wrap
from gitgt.runtime.launcher import ABSENT, Session, SessionState
from gitgt.runtime.process import Ended, Lost, Running, Spec

# So many sessions of an agent are kept with their output.
_KEPT: Final = 20


@dataclass(frozen=True, slots=True)
class Wiring:
    """Who is told when a session ends, and what then goes on if nobody watches."""

    wake: tuple[Path, ...] = ()
    watcher: Path | None = None
    after: tuple[str, ...] | None = None


class ExecLauncher:
    """Runs each session as a detached process of its own."""

    def __init__(
        self,
        sessions: Path,
        *,
        wiring: Wiring | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._sessions = sessions
        self._wiring = wiring or Wiring()
        self._environ = os.environ if environ is None else environ

    def start(self, assignment: Assignment) -> None:
        """Start a session; see ``Launcher``."""
        if self._already_runs(assignment):
            return
        self.stop(assignment.address)
        folder = self._sessions / assignment.slug / assignment.session
        spec = self._spec(assignment, folder)
        folder.mkdir(parents=True, exist_ok=True)
        facts = {
            "session": assignment.session,
            "bead": assignment.bead,
            "attempt": assignment.attempt,
            "at": assignment.at,
        }
        process.write_whole(folder / "session.json", json.dumps(facts))
        process.write_whole(folder.parent / "current", assignment.session)
        try:
            process.spawn(spec)
        except EnvironmentProblemError:
            (folder.parent / "current").unlink(missing_ok=True)
            raise
        self._forget_old(folder.parent)

    def observe(self, key: str) -> Session:
        """Return how the agent's last session is doing; see ``Launcher``."""
        folder = self._current(key)
        if folder is None:
            return ABSENT
        facts, run = _facts(folder), process.look(folder)
        return ABSENT if run is None or facts is None else Session(**facts, **_told(run))

    def stop(self, key: str) -> None:
        """End the agent's session; see ``Launcher``."""
        folder = self._current(key)
        if folder is not None and not isinstance(process.look(folder), Ended):
            process.stop(folder)

    def ask_to_stop(self, key: str) -> None:
        """Ask the agent's session to end, gently, and do not wait for it."""
        folder = self._current(key)
        if folder is not None:
            process.ask_to_stop(folder)

    def folders(self) -> list[Path]:
        """Return the folders of the last sessions of all agents, for whoever sweeps them."""
        agents = [path.parent.name for path in self._sessions.glob("*/current")]
        return sorted(found for each in agents if (found := self._current(each)) is not None)

    def _already_runs(self, assignment: Assignment) -> bool:
        seen = self.observe(assignment.address)
        if not seen.is_running:
            return False
        if seen.session != assignment.session:
            raise LeaseHeldError(f"{assignment.address} is at work in session {seen.session}")
        return True

    def _current(self, key: str) -> Path | None:
        folder = self._sessions / slug(key)
        try:
            return folder / (folder / "current").read_text()
        except FileNotFoundError:
            return None

    def _spec(self, assignment: Assignment, folder: Path) -> Spec:
        placed = replace(assignment, folder=folder)
        launch = commandline.plan(placed, interactive=False)
        return Spec(
            argv=wrap(launch.argv, assignment.jail),
            cwd=assignment.worktree,
            env={**environment.for_agent(placed, self._environ), **launch.env},
            directory=folder,
            stdin=launch.stdin,
            wake=self._wiring.wake,
            note=str(assignment.worktree),
            watcher=self._wiring.watcher,
            after=self._wiring.after,
        )

    def _forget_old(self, folder: Path) -> None:
        """Keep the last few sessions of an agent, the current one whatever the clock says."""
        current = (folder / "current").read_text()
        sessions = [path.parent for path in folder.glob("*/session.json")]
        sessions.sort(key=lambda path: (path / "session.json").stat().st_mtime_ns)
        for old in [each for each in sessions if each.name != current][: 1 - _KEPT]:
            shutil.rmtree(old, ignore_errors=True)


def _facts(folder: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((folder / "session.json").read_bytes())
    except FileNotFoundError:  # somebody removed what may be lost
        return None
    return found


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
