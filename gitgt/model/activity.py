"""What a session is at: what its taps say first, what its terminal shows where it has none."""

from __future__ import annotations

import re

from gitgt.values import dataclass

_LAST_LINES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """Patterns of a terminal's title and of its last lines, in its program's states.

    ``quota`` are those that say that no more is answered for a while.
    """

    busy: tuple[str, str] = ("", "")
    idle: tuple[str, str] = ("", "")
    dialogs: tuple[str, ...] = ()
    quota: tuple[str, ...] = ()


def turn_by_screen(signs: Signs, title: str, text: str) -> str:
    """Return ``dialog``, ``busy`` or ``idle``; nothing where no sign is to be seen."""
    if any(re.search(each, _last(text)) for each in signs.dialogs):
        return "dialog"
    if shows(signs.busy, title, text):
        return "busy"
    return "idle" if shows(signs.idle, title, text) else ""


def limit_reached(signs: Signs, text: str) -> str:
    """Return the line that says that a limit is reached; nothing, if none does."""
    for line in reversed(_last(text).splitlines()):
        if any(re.search(each, line) for each in signs.quota):
            return line.strip()
    return ""


def shows(sign: tuple[str, str], title: str, text: str) -> bool:
    """Tell whether the title, or the last lines, have the pattern that *sign* has for it."""
    in_title, in_text = sign
    if in_title and re.search(in_title, title):
        return True
    return bool(in_text) and re.search(in_text, _last(text), re.MULTILINE) is not None


def _last(text: str) -> str:
    return "\n".join(text.rstrip().splitlines()[-_LAST_LINES:])
