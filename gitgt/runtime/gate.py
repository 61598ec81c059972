"""Run a gate, and say what its end means: pass, fail, or that it told nothing.

Only 0 is a pass. What says "I could not even try" is nobody's fault: a missing program, a
full disk, no test found. What was stopped - by time, a signal, or because something ran out -
is a fail that is believed only when it happens again and the target still passes. (Output
that speaks of a full disk proves nothing: else a branch could stop the queue by printing it.)
"""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gitgt.model.gate import Gate, Verdict
from gitgt.runtime import environment, process
from gitgt.runtime.process import Ended, Spec
from gitgt.runtime.wiring import Wiring
from gitgt.values import dataclass

# What shells exit with when there is nothing to run, and sysexits' "try later".
_COULD_NOT: Final = {
    75: "it asks to be tried later (exit code 75)",
    126: "its program cannot be executed (exit code 126)",
    127: "its program was not found (exit code 127)",
}
_NO_TESTS: Final = 5  # pytest: no tests were collected
_NO_ROOM = re.compile(
    rb"No space left on device|ENOSPC|Disk quota exceeded|Cannot allocate memory"
)
_NO_MEMORY = re.compile(rb"MemoryError|bad_alloc|[Oo]ut of memory|memory exhausted")
# What a variable is called whose value is nobody's business; shorter ones are in any text.
_SECRET = re.compile(r"TOKEN|SECRET|PASS|KEY|CREDENTIAL|AUTH", re.IGNORECASE)
_SHORTEST_SECRET: Final = 6
_PYTEST = re.compile(r"(^|[/\s])py\.?test($|\s)")
# unittest, pytest and TAP, each in the last lines of its output.
_COUNTED = re.compile(rb"(?:Ran (\d+) tests?)|(?:(\d+) passed)|(?:^1\.\.(\d+)$)", re.MULTILINE)
_END: Final = 64 * 1024
_MIB: Final = 1024 * 1024
# What is kept of what a gate prints while it runs, if it does not say: beginning and end.
_HEAD, _TAIL = 256 * 1024, _MIB
_LITTLE_ROOM: Final = 256 * 1024 * 1024
# With less than this nothing can be written, not even that a disk is full.
FULL: Final = _MIB


@dataclass(frozen=True, slots=True)
class Judgment:
    """What a gate's end means. ``doubtful``: it was stopped instead of saying no."""

    verdict: Verdict
    why: str = ""
    doubtful: bool = False


def start(
    gate: Gate, cwd: Path, folder: Path, environ: Mapping[str, str], wiring: Wiring
) -> None:
    """Run *gate* in *cwd*, detached; *folder* tells how it goes (``process.look``).

    Raises:
        EnvironmentProblemError: it cannot be started, and why.
    """
    process.spawn(
        Spec(
            argv=gate.command,
            cwd=cwd,
            env=environ,
            directory=folder,
            timeout=gate.timeout,
            memory=gate.memory * _MIB or None,
            output_limit=kept_of(gate),
            wake=wiring.wake,
            note=str(cwd),
            watcher=wiring.watcher,
            after=wiring.after,
        )
    )


def kept_of(gate: Gate) -> tuple[int, int]:
    """Return how many bytes of the beginning and of the end of its output are kept."""
    if not gate.output:
        return _HEAD, _TAIL
    head = round(gate.output * _MIB) // 4
    return head, round(gate.output * _MIB) - head


def output_of(gate: Gate, run: Ended, environ: Mapping[str, str]) -> bytes:
    """Return what a gate printed, without the secrets that it was let see."""
    said = run.output.read_bytes() if run.output.exists() else b""
    for name in gate.passed_on:
        value = environ.get(name, "")
        if _SECRET.search(name) and len(value) >= _SHORTEST_SECRET:
            said = said.replace(value.encode(errors="surrogateescape"), b"***")
    return said


def seen_by(gate: Gate, ours: Mapping[str, str]) -> dict[str, str]:
    """Return what of *ours* the gate sees: an allow-list, and what its definition names."""
    return {**environment.allowed(ours, gate.passed_on), **gate.given}


def for_gate(
    gate: Gate, ours: Mapping[str, str], *, slot: int, place: Path, temporary: Path,
    settings: Path,
) -> dict[str, str]:  # fmt: skip
    """Return the whole environment of a gate that is run in *place*: no secrets of ours.

    Its git neither asks, nor climbs out of the slot, nor changes the user's *settings*.
    """
    return {
        **seen_by(gate, ours),
        "CI": "1",
        "GT_GATE": "1",
        "GT_SLOT": str(slot),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CEILING_DIRECTORIES": str(place.parent),
        "GIT_CONFIG_GLOBAL": str(settings),
        "TMPDIR": str(temporary),
    }


def judge(
    gate: Gate, run: Ended, *, tampered: bool = False, room: int = _LITTLE_ROOM
) -> Judgment:
    """Return what the end of *run* says.

    *tampered*: the gate changed what it was to test. *room* is how many bytes the disk still
    holds.
    """
    end = _tail(run.output)
    trouble = _trouble(gate, run, end, room)
    if room < FULL and (run.error or run.code or tampered):
        trouble = full(room)
    if trouble:
        return Judgment(Verdict.COULD_NOT_RUN, trouble)
    if run.timed_out:
        return Judgment(Verdict.FAIL, f"it took longer than {gate.timeout:g} s", doubtful=True)
    if run.signal is not None:
        name = signal.Signals(run.signal).name
        return Judgment(Verdict.FAIL, f"it was killed by {name}", doubtful=True)
    if run.code:
        if gate.memory and (_NO_MEMORY.search(end) or _NO_ROOM.search(end)):
            why = f"it exited with {run.code}: {gate.memory} MiB did not do"
            return Judgment(Verdict.FAIL, why, doubtful=True)
        ran_out = _NO_ROOM.search(end) is not None
        return Judgment(Verdict.FAIL, f"it exited with {run.code}", doubtful=ran_out)
    if tampered:
        return Judgment(Verdict.FAIL, "it modified the tree that it was to test")
    return Judgment(Verdict.PASS)


def full(room: int) -> str:
    """Return what is told of a disk with so much *room*."""
    return f"the disk is full: {room // _MIB} MiB are left"


def _trouble(gate: Gate, run: Ended, end: bytes, room: int) -> str:
    """Return why the run tells nothing about the tree; empty if it does."""
    if run.error:
        return run.error
    if run.stopped:
        return "it was stopped"
    if run.code in _COULD_NOT:
        return _COULD_NOT[run.code]
    if run.code and room < _LITTLE_ROOM and _NO_ROOM.search(end):
        return full(room)
    if run.code == _NO_TESTS and any(_PYTEST.search(word) for word in gate.command):
        return "it found no test"
    if run.code == 0 and gate.minimum and _counted(end) < gate.minimum:
        return f"it ran {_counted(end)} tests, fewer than {gate.minimum}"
    return ""


def _counted(end: bytes) -> int:
    """Return how many tests the output speaks of."""
    found = [
        next(number for number in match.groups() if number) for match in _COUNTED.finditer(end)
    ]
    return max((int(number) for number in found), default=0)


def _tail(output: Path) -> bytes:
    try:
        with output.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _END))
            return file.read()
    except OSError:
        return b""
