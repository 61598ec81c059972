"""What is typed at it: keys, and pastes between brackets, become lines that are submitted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final

from gitgt.values import dataclass

PASTES: Final = b"\x1b[?2004h"
NO_PASTES: Final = b"\x1b[?2004l"
_OPEN: Final = b"\x1b[200~"
_CLOSE: Final = b"\x1b[201~"
_BACK: Final = (b"\x7f", b"\x08")
# Arrows and their like, which mean nothing here.
_OTHER: Final = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.)")
_PLAIN: Final = re.compile(rb"[^\x00-\x1f\x7f]+|[\x00-\x02\x05-\x07\t\x0b\x0c\x0e-\x1a]+")


class Key(Enum):
    """What a person may do besides typing text."""

    SUBMIT = "submit"
    CANCEL = "cancel"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Typed:
    """A piece of what was typed: text as it is to be shown, or a key."""

    text: str = ""
    key: Key | None = None


_KEYS: Final = {
    b"\r": Key.SUBMIT,
    b"\n": Key.SUBMIT,
    b"\x1b": Key.CANCEL,
    b"\x03": Key.CANCEL,
    b"\x04": Key.LEAVE,
}


class Line:
    """The line that is being typed. Within a paste, a line's end is only text."""

    def __init__(self) -> None:
        self._waiting = b""
        self._pasting = False
        self._text = b""

    @property
    def text(self) -> str:
        """What stands there."""
        return self._text.decode(errors="replace")

    def clear(self) -> None:
        """Take the line away."""
        self._text = b""

    def feed(self, chunk: bytes) -> Iterator[Typed]:
        """Yield what *chunk* comes to, piece by piece; half of a mark waits for the rest."""
        self._waiting += chunk
        while self._waiting:
            if self._pasting:
                done, typed = self._pasted()
            else:
                done, typed = self._struck()
            if typed is not None:
                yield typed
            if not done:
                return

    def _pasted(self) -> tuple[bool, Typed | None]:
        """Take text up to the end of the paste."""
        text, closed, rest = self._waiting.partition(_CLOSE)
        if not closed:
            kept = _begun(self._waiting, _CLOSE)
            text, rest = self._waiting[: len(self._waiting) - kept], self._waiting[-kept:]
            rest = rest if kept else b""
        self._pasting = not closed
        self._waiting = rest
        return bool(closed), self._add(text.replace(b"\r", b"\n"))

    def _struck(self) -> tuple[bool, Typed | None]:
        """Take one key, one opening of a paste, or the text before the next of them."""
        waiting = self._waiting
        if waiting.startswith(_OPEN):
            self._waiting, self._pasting = waiting[len(_OPEN) :], True
            return True, None
        if len(waiting) > 1 and _OPEN.startswith(waiting):
            return False, None
        found = _OTHER.match(waiting) or _PLAIN.match(waiting)
        struck = found[0] if found else waiting[:1]
        self._waiting = waiting[len(struck) :]
        if struck in _KEYS:
            return True, Typed(key=_KEYS[struck])
        if struck in _BACK:
            self._text = self._text.decode(errors="replace")[:-1].encode()
            return True, Typed("\b \b")
        return True, None if struck.startswith(b"\x1b") else self._add(struck)

    def _add(self, text: bytes) -> Typed | None:
        self._text += text
        return Typed(text.decode(errors="replace")) if text else None


def _begun(text: bytes, mark: bytes) -> int:
    """Return how many bytes at the end of *text* may be the beginning of *mark*."""
    lengths = (
        n for n in range(min(len(text), len(mark) - 1), 0, -1) if text.endswith(mark[:n])
    )
    return next(lengths, 0)
