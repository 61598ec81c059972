"""Whether a runtime's program is there, before anything is spent on it, and in which version.

An agent's environment is an allow-list; of ours, its PATH and home are the same. So what is
found here is found there.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError, ToolMissingError
from gitgt.runtime import conversation, environment
from gitgt.runtime.presets import Runtime
from gitgt.runtime.program import find_program
from gitgt.values import dataclass

_PATIENCE: Final = 10.0
_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """What is here of a runtime: its program, and the version that this says, if any."""

    runtime: Runtime
    program: Path | None = None
    version: str = ""


def ready(runtime: Runtime, environ: Mapping[str, str] | None = None) -> Runtime:
    """Return *runtime* with its program found; its agent's worktree need not be there yet.

    Raises:
        ToolMissingError: it is not here.
        EnvironmentProblemError: it may not be run, or refuses to work so.
    """
    ours = os.environ if environ is None else environ
    _check_refusal(runtime, ours)
    word = runtime.command[0]
    if _is_of_the_worktree(word):
        return runtime
    try:
        find_program([_filled(word)], Path("/"), environment.allowed(ours))
    except ToolMissingError as error:
        place = _beside(runtime, ours)
        if place is None:
            raise _missing(runtime, error) from error
        return replace(runtime, command=(str(place), *runtime.command[1:]))
    return runtime


def _is_of_the_worktree(word: str) -> bool:
    """Tell whether a command is a file of the project: it is there once the worktree is."""
    return "/" in word and not word.startswith("/")


def _filled(word: str) -> str:
    import sys

    return sys.executable if word == "{python}" else word


def _beside(runtime: Runtime, ours: Mapping[str, str]) -> Path | None:
    """Return where the program is besides the PATH, if it is."""
    home = ours.get("HOME", "")
    places = (Path(place.replace("~", home, 1)) for place in runtime.places)
    return next((each for each in places if os.access(each, os.X_OK)), None)


def _missing(runtime: Runtime, error: ToolMissingError) -> ToolMissingError:
    return ToolMissingError(
        f"runtime {runtime.name} cannot be run: {error.message}",
        hint="install it, or choose another runtime: git gt agents runtimes",
    )


def _check_refusal(runtime: Runtime, ours: Mapping[str, str]) -> None:
    refusal = runtime.refusal
    if refusal is None or os.geteuid() or ours.get(refusal.unless) or runtime.is_plain:
        return
    way_out = f"; {refusal.unless}=1 says that this is a sandbox" if refusal.unless else ""
    raise EnvironmentProblemError(
        f"runtime {runtime.name} cannot be run by root: {refusal.why}",
        hint=f"let another user run the town{way_out}",
    )


def look(runtimes: Iterable[Runtime], environ: Mapping[str, str] | None = None) -> list[Seen]:
    """Return what is here of each runtime; programs are asked, and not waited for long."""
    from concurrent.futures import ThreadPoolExecutor

    ours = os.environ if environ is None else environ
    with ThreadPoolExecutor(_AT_ONCE) as askers:
        return [*askers.map(lambda each: _look(each, ours), runtimes)]


def _look(runtime: Runtime, ours: Mapping[str, str]) -> Seen:
    word = _filled(runtime.command[0])
    found = shutil.which(word, path=environment.allowed(ours)["PATH"])
    program = _beside(runtime, ours) if found is None else Path(found)
    if program is None or runtime.is_plain:  # a plain command may do anything when it is run
        return Seen(runtime, program)
    return Seen(runtime, program, _version(runtime, program, ours))


def _version(runtime: Runtime, program: Path, ours: Mapping[str, str]) -> str:
    words = [str(program), *runtime.command[1:], *runtime.version.arguments]
    env = {**environment.allowed(ours), **runtime.set}
    try:
        with tempfile.TemporaryDirectory(prefix="gitgt-") as folder:
            said = conversation.ask(
                words, cwd=Path(folder), env=env, stdin=b"", patience=_PATIENCE
            )
    except EnvironmentProblemError:
        return ""
    text = said.out.decode(errors="replace") + said.err
    found = None if said.late else re.search(runtime.version.pattern, text)
    return found[1] if found else ""
