"""How far something has come, for people who wait at a terminal."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Self

from gitgt.cli.output import one_line


class Progress:
    """How far something has come: one line on a terminal, drawn over, after a second.

    *look* is asked what is being done now, if nobody says so by ``step``.
    """

    def __init__(
        self, what: str, *, patience: float = 1.0, look: Callable[[], str] | None = None
    ) -> None:
        self._what = what
        self._step = ""
        self._look = look
        self._patience = patience
        self._began = time.monotonic()
        self._over = threading.Event()
        self._drawn = False
        self._thread = threading.Thread(target=self._draw, daemon=True)

    def step(self, text: str) -> None:
        """Say what is being done now."""
        self._step = text

    def __enter__(self) -> Self:
        """Begin to draw, if anybody looks."""
        if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop drawing, and leave an empty line behind."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _draw(self) -> None:
        wait = self._patience
        while not self._over.wait(wait):
            wait = 0.2 if self._look is None else 1.0
            self._step = self._look() if self._look else self._step
            self._drawn = True
            sys.stderr.write(f"\r{self._line()}\x1b[K")
            sys.stderr.flush()

    def _line(self) -> str:
        spent = int(time.monotonic() - self._began)
        line = one_line(f"{self._what} {spent} s {self._step}".rstrip())
        return line[: (os.get_terminal_size(sys.stderr.fileno()).columns or 80) - 1]
