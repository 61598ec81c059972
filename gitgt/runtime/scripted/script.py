"""The script in what an agent is told: a fenced block, one shell command a line."""

from __future__ import annotations

from typing import Final

from gitgt.values import dataclass

_OPENING: Final = "```gitgt-script"
_CLOSING: Final = "```"


@dataclass(frozen=True, slots=True)
class Script:
    """The commands of a block, and the words behind its name, which are faults."""

    steps: tuple[str, ...]
    faults: tuple[str, ...] = ()


def find(text: str) -> Script | None:
    """Return the first script in *text*, None if there is none.

    Whatever stands before the block's opening, such as the mark of a quotation, stands before
    each of its lines. A block that is not closed goes on to the end.
    """
    lines = text.splitlines()
    for number, line in enumerate(lines):
        before, opening, words = line.partition(_OPENING)
        if opening:
            return Script(_steps(lines[number + 1 :], before), tuple(words.split()))
    return None


def _steps(lines: list[str], before: str) -> tuple[str, ...]:
    found = []
    for line in lines:
        step = line.removeprefix(before).strip()
        if step == _CLOSING:
            break
        if step and not step.startswith("#"):
            found.append(step)
    return tuple(found)
