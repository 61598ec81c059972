"""What one command writes, in however many ledgers, is one act: it is taken back as one."""

from __future__ import annotations

import os
from typing import Final

TRAILER: Final = "Gt-Act"

_current = ""


def begin() -> None:
    """Begin an act: what is written from now on belongs together."""
    global _current  # noqa: PLW0603 - one for each process that a person starts
    # secrets would import OpenSSL, which few have to wait for.
    _current = os.urandom(6).hex()


def trailers() -> dict[str, str]:
    """Return what names this act in a commit; nothing where nobody began one."""
    return {TRAILER: _current} if _current else {}
