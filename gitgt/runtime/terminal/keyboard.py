"""Keys by name, and text, as the bytes that a terminal would send for them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from gitgt.errors import RefusedError

# As tmux calls them.
_KEYS: Final = {
    "Enter": "\r",
    "Escape": "\x1b",
    "Tab": "\t",
    "BTab": "\x1b[Z",
    "Space": " ",
    "BSpace": "\x7f",
    "DC": "\x1b[3~",
    "Up": "\x1b[A",
    "Down": "\x1b[B",
    "Right": "\x1b[C",
    "Left": "\x1b[D",
    "Home": "\x1b[H",
    "End": "\x1b[F",
    "PPage": "\x1b[5~",
    "NPage": "\x1b[6~",
}
_CONTROL: Final = re.compile(r"C-([a-z])")
# An ESC in a paste could end it, and what follows would be keys. The others say nothing.
_UNSAFE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]")


def strokes(keys: Iterable[str]) -> bytes:
    """Return what a terminal sends when *keys* are struck.

    Raises:
        RefusedError: there is no key of such a name.
    """
    return "".join(_stroke(key) for key in keys).encode()


def _stroke(key: str) -> str:
    if key in _KEYS:
        return _KEYS[key]
    control = _CONTROL.fullmatch(key)
    if control is not None:
        return chr(ord(control[1]) - ord("a") + 1)
    if len(key) == 1 and key.isprintable():
        return key
    raise RefusedError(f"there is no key {key!r}", hint=f"keys: {', '.join(_KEYS)}, C-a, a")


def pasted(text: str) -> str:
    """Return *text* as it may be pasted: lines of text, and nothing that is a command."""
    return _UNSAFE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def bracketed(text: str) -> bytes:
    """Return *text*, which is to be pasted, between the marks of a paste."""
    return f"\x1b[200~{pasted(text)}\x1b[201~".encode()
