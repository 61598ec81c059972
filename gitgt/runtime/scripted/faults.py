"""What goes wrong on request: ``crash@2`` before the second step, ``nodone`` never hands in.

Said by ``--fault``, by ``GT_SCRIPTED_MODE``, by a label ``fault:crash@2`` of the bead, or
behind the name of the script's block. With ``once`` among them each comes about only the first
time that this agent is started for this bead.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Final

from gitgt.values import dataclass

ONCE: Final = "once"
KNOWN: Final = {
    "crash": "exits with 42 before step N",
    "kill": "kills itself with SIGKILL before step N",
    "hang": "does nothing any more from step N on",
    "slow": "waits N seconds before each step",
    "garbage": "prints control codes and bytes that are no text, and changes the title",
    "nodone": "does not hand its work in",
    "dirty": "leaves changes that it did not commit",
    "conflict": "writes the first line of CONFLICT.md, as all who have this fault do",
    "badtest": "commits a test that fails, and a file BROKEN",
    "loop": "does its first step for ever",
    "quota": "says that its limit is reached, and does nothing",
    "dialog": "asks whether the folder is trusted, before anything else",
    "deaf": "takes no turn but the first",
    "nohooks": "calls no tap",
    "latehook": "calls its tap of the start only after the first turn",
    "compact": "compacts its context after the first step",
    "wrongbranch": "makes a branch of its own and works there",
    "flaky": "crashes in N of 100 sessions, by the session's name",
}
_USUAL: Final = {"slow": 0.2, "flaky": 50.0}


@dataclass(frozen=True, slots=True)
class Faults:
    """The faults of one session, each with its number."""

    numbers: tuple[tuple[str, float], ...] = ()
    once: bool = False

    @classmethod
    def read(cls, words: Iterable[str]) -> Faults:
        """Read faults as they are written; whoever mistypes one is told by ``ValueError``."""
        found: dict[str, float] = {}
        once = False
        for word in words:
            name, _, number = word.removeprefix("fault:").replace(":", "@").partition("@")
            if name == ONCE:
                once = True
            elif name in KNOWN:
                found[name] = float(number or _USUAL.get(name, 1))
            else:
                raise ValueError(f"{word!r} is no fault; there are: {', '.join(KNOWN)}")
        return cls(tuple(found.items()), once)

    def __contains__(self, name: str) -> bool:
        return any(name == each for each, _ in self.numbers)

    def __getitem__(self, name: str) -> float:
        return dict(self.numbers)[name]

    def strikes(self, name: str, step: int) -> bool:
        """Tell whether the fault *name* comes about before *step*, which is 1 or more."""
        return name in self and int(self[name]) == step

    def crashes_by_chance(self, seed: str) -> bool:
        """Tell whether a flaky session with the name *seed* crashes: always the same way."""
        return "flaky" in self and random.Random(seed).uniform(0, 100) < self["flaky"]


def garbage(seed: str, step: int) -> bytes:
    """Return what a spoilt program prints: the same for the same *seed* and *step*."""
    noise = random.Random(f"{seed} {step}").randbytes(200).replace(b"\x1b", b"")
    return (
        b"\xff\xfe\xc3\x28" + noise + b"\x1b[999;999H\x1b[2J\x1b[31m\x07\x08\r"
        b"\x1b]2;\xff not a title\x07\x1b[?1049h\x1b[?25l\x1b[3;5r\x1b[0m\x1b[?1049l\x1b[r\n"
    )
