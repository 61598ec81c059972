"""Nothing is started: a person runs the agent in its worktree, and the ledger does the rest.

What they type is written into the session's folder, with all that makes it this agent's
session. Whether it goes on, its taps say; until one is heard it counts as about to begin.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any, Final

from gitgt.errors import EnvironmentProblemError
from gitgt.runtime import environment, notes, progress
from gitgt.runtime.assignment import Assignment
from gitgt.runtime.commandline import Launch
from gitgt.runtime.launcher import SessionState
from gitgt.runtime.progress import Turn

ENTER: Final = "enter.sh"
_STOPPED: Final = "stopped"


def note(folder: Path, assignment: Assignment, launch: Launch) -> None:
    """Write down what a person types to run *assignment*.

    Raises:
        EnvironmentProblemError: there is no worktree to type it in.
    """
    if not assignment.worktree.is_dir():
        raise EnvironmentProblemError(f"the folder {assignment.worktree} is not there")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _STOPPED).unlink(missing_ok=True)
    (folder / progress.NAME).unlink(missing_ok=True)
    if launch.stdin is not None:
        (folder / "stdin").write_bytes(launch.stdin)
    notes.write_whole(folder / ENTER, _script(folder, assignment, launch))


def stop(folder: Path) -> None:
    """Take the session for ended."""
    (folder / _STOPPED).touch()


def told(folder: Path) -> dict[str, Any]:
    """Return what a session's taps say of it, and whether it was stopped."""
    went = progress.read(folder)
    if (folder / _STOPPED).exists():
        return {"state": SessionState.ENDED, "problem": "it was stopped"}
    if went.turn is Turn.ENDED:
        return {"state": SessionState.ENDED, "code": 0}
    return {"state": SessionState.RUNNING, "began": went.turn is not Turn.STARTING}


def how(folder: Path) -> str:
    """Return the command that a person types."""
    return f"sh {shlex.quote(str(folder / ENTER))}"


def _script(folder: Path, assignment: Assignment, launch: Launch) -> str:
    given = {**environment.for_agent(assignment, {}), **launch.env}
    given.pop("PATH", None)
    exports = [f"export {name}={shlex.quote(text)}" for name, text in sorted(given.items())]
    unset = [f"unset {name}" for name in launch.unset]
    words = " ".join(shlex.quote(word) for word in launch.argv)
    source = f" <{shlex.quote(str(folder / 'stdin'))}" if launch.stdin is not None else ""
    return "\n".join(
        [
            f"# Runs {assignment.address} in {assignment.worktree}.",
            f"cd {shlex.quote(str(assignment.worktree))} || exit 1",
            *exports,
            *unset,
            f"exec {words}{source}",
            "",
        ]
    )
