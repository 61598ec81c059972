"""How far a session is, as its own taps tell: beside its run, and momentary like that.

    <session>/session.json    what was started, written once by the launcher
              progress.json   how it is going, written by its taps

An agent's program calls a tap when it starts, takes a prompt, ends a turn. So nobody need
read a screen to know whether it is busy. What is lost costs a look at the process.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Final

from gitgt.runtime import notes
from gitgt.runtime.notes import write_whole
from gitgt.values import dataclass

NAME: Final = "progress.json"


class Turn(StrEnum):
    """Where a session is between its start and its end."""

    STARTING = "starting"  # no tap was heard yet
    READY = "ready"  # started, and not yet asked anything
    BUSY = "busy"
    IDLE = "idle"
    COMPACTING = "compacting"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How a session is going.

    ``at`` is when it came to its turn's state. ``conversation`` is what the program calls its
    session, ``transcript`` the file that it writes, ``model`` what answers there: each as it
    reported them, or empty. ``continued`` counts how often this turn was made to go on, and
    ``said`` are the reasons, none of which is given twice.
    """

    turn: Turn = Turn.STARTING
    at: float = 0.0
    conversation: str = ""
    transcript: str = ""
    model: str = ""
    continued: int = 0
    said: tuple[str, ...] = ()


def read(folder: Path) -> Progress:
    """Return how the session in *folder* is going; what nobody can read was never told."""
    return _parsed(folder / NAME)


def change(folder: Path, decide: Callable[[Progress], Progress]) -> Progress:
    """Let *decide* say how it is going now, one after the other; return that."""
    with (folder / f"{NAME}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = _parsed(folder / NAME)
        after = decide(before)
        if after != before:
            # An agent waits for its taps, and its session ends when the machine goes down.
            write_whole(folder / NAME, json.dumps(asdict(after)), synced=False)
    return after


def _parsed(path: Path) -> Progress:
    fields = notes.read(path, dict)
    try:
        told = {**fields, "turn": Turn(fields["turn"]), "said": tuple(fields["said"])}
        return Progress(**told)
    except (KeyError, TypeError, ValueError):
        return Progress()
