"""Ask a program about an earlier conversation, in a copy of it."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError, NotFoundError, RefusedError
from gitgt.model.session_record import SessionRecord
from gitgt.runtime import answers, conversation, environment
from gitgt.runtime.assignment import Assignment, Permission, TakesUp
from gitgt.runtime.commandline import Launch, plan
from gitgt.runtime.presets import Runtime
from gitgt.services.sessions import sessions, transcripts
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

# So many seconds an answer may take.
PATIENCE: Final = 600.0
_FOLDER: Final = "seance"
_NOTE: Final = (
    "You are asked by somebody who goes on from your work. Answer from what you know; begin"
    " nothing, and change nothing."
)


@dataclass(frozen=True, slots=True)
class Call:
    """What is to be run to ask a copy of a conversation, and where."""

    launch: Launch
    cwd: Path
    env: Mapping[str, str]


def ask(town: Town, record: SessionRecord, question: str) -> str:
    """Return what a copy of the conversation of *record* answers.

    Raises:
        RefusedError: it cannot be asked, and why.
        EnvironmentProblemError: it was asked, and did not answer.
    """
    with _call(town, record, f"{question.strip()}\n\n{_NOTE}", interactive=False) as call:
        stdin = call.launch.stdin or b""
        said = conversation.ask(
            call.launch.argv, cwd=call.cwd, env=call.env, stdin=stdin, patience=PATIENCE
        )
    if said.late:
        raise EnvironmentProblemError(f"{record.runtime} did not answer in {PATIENCE:.0f} s")
    answer = answers.spoken(said.out.decode(errors="replace"))
    if said.code or not answer:
        why = said.err.strip() or answer or "it said nothing"
        raise EnvironmentProblemError(f"{record.runtime} did not answer: {why[-300:]}")
    return answer


def talk(town: Town, record: SessionRecord) -> int:
    """Let a person talk to a copy of the conversation of *record*; return the exit code.

    Raises:
        RefusedError: it cannot be talked to, and why.
    """
    with _call(town, record, "", interactive=True) as call:
        return conversation.talk(call.launch.argv, cwd=call.cwd, env=call.env)


@contextmanager
def _call(
    town: Town, record: SessionRecord, prompt: str, *, interactive: bool
) -> Iterator[Call]:
    runtime = _runtime(town, record)
    place: Rig | Town = town.rig(record.rig) if record.rig else town
    with _there(Path(record.cwd)) as cwd, _folder_in(place, record) as folder:
        asked = Assignment(
            address=record.address, role=record.role, runtime=runtime, town=town.root,
            worktree=cwd, session=record.session, rig=record.rig, prompt=prompt,
            conversation=record.conversation, takes_up=TakesUp.FORK, model=record.model,
            permission=Permission.ASK, folder=folder,
        )  # fmt: skip
        launch = plan(asked, interactive=interactive)
        yield Call(launch, cwd, _environment(town, runtime, launch, folder))


def _runtime(town: Town, record: SessionRecord) -> Runtime:
    """Return what the session of *record* ran on, if that can be asked about it here.

    Raises:
        RefusedError: it cannot, and why.
    """
    if record.host != socket.gethostname():
        raise RefusedError(f"it ran on {record.host or 'nobody knows which machine'}")
    runtime = transcripts.runtime_of(town, record)
    if runtime is None:
        raise NotFoundError(f"there is no runtime {record.runtime!r} any more")
    if not runtime.can_fork:
        raise RefusedError(f"runtime {record.runtime} makes no copies of conversations")
    return runtime


@contextmanager
def _there(cwd: Path) -> Iterator[Path]:
    """Let the folder be there in which the conversation was held, empty if it is gone."""
    missing = [each for each in (cwd, *cwd.parents) if not each.exists()]
    cwd.mkdir(parents=True, exist_ok=True)
    try:
        yield cwd
    finally:
        for each in missing:
            try:
                each.rmdir()
            except OSError:  # somebody has begun to use it
                break


@contextmanager
def _folder_in(place: Rig | Town, record: SessionRecord) -> Iterator[Path]:
    """Give the copy a folder of its own among the sessions, for the time."""
    folder = sessions.root_of(place) / _FOLDER / f"{record.id}-{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(town: Town, runtime: Runtime, launch: Launch, folder: Path) -> dict[str, str]:
    """Return the environment of a copy: it is nobody in the town, and has no taps."""
    env = {
        **environment.allowed(os.environ, runtime.environment),
        **launch.env,
        "GIT_TERMINAL_PROMPT": "0",
        "GT_TOWN_ROOT": str(town.root),
        "GT_SESSION_DIR": str(folder),
    }
    return {name: value for name, value in env.items() if name not in launch.unset}
