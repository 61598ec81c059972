"""One command of a shell's line, and what can be seen of what it says and stands for."""

from __future__ import annotations

import re
from dataclasses import field
from typing import Final

from gitgt.values import dataclass

_BRACES: Final = re.compile(r"\{([^{}\s]*,[^{}\s]*)\}")
_MOST: Final = 64  # words that one with braces stands for


@dataclass(slots=True, eq=False)
class Simple:
    """One program with its words, as it would get them.

    ``sets`` are the variables that are set for it, ``writes`` the files that its output goes
    to, ``reads`` the text that stands here for its input. ``fed_by`` is the command on the
    other side of a pipe, and ``inner`` are those whose output it is given as words or files.
    """

    words: list[str] = field(default_factory=list)
    sets: dict[str, str] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    reads: str = ""
    fed_by: Simple | None = None
    inner: list[Simple] = field(default_factory=list)


def spoken(command: Simple) -> str | None:
    """Return what *command* prints, if it is one that prints its words; None if unknown."""
    words = command.words
    if words[:1] == ["echo"]:
        rest = [each for each in words[1:] if each not in ("-n", "-e", "-E", "-ne", "-en")]
        return " ".join(rest).replace("\\n", "\n")
    if words[:1] == ["printf"] and len(words) > 1:
        form, *rest = words[1:]
        text = form.replace("\\n", "\n")
        for each in rest:
            text = text.replace("%s", each, 1) if "%s" in text else f"{text} {each}"
        return text
    if words[:1] == ["cat"] and len(words) == 1:
        return command.reads or (spoken(command.fed_by) if command.fed_by else None)
    return None


def unfolded(word: str) -> list[str]:
    """Return the words that ``{one,other}`` stands for."""
    words = [word]
    while len(words) < _MOST:
        place = next((n for n, each in enumerate(words) if _BRACES.search(each)), None)
        if place is None:
            break
        found = _BRACES.search(words[place])
        assert found is not None
        head, tail = words[place][: found.start()], words[place][found.end() :]
        words[place : place + 1] = [f"{head}{part}{tail}" for part in found[1].split(",")]
    return words
