"""What a launcher asks of that on which a session's program works."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Protocol

from gitgt.errors import RefusedError
from gitgt.runtime import process
from gitgt.runtime.process import On, Spec
from gitgt.runtime.session_folders import Facts
from gitgt.runtime.terminal.vt import Terminal, View

_TAIL = 256 * 1024


class Surface(Protocol):
    """Nothing, a pseudo terminal or a pane; *facts* is what was noted of the session."""

    on: On

    def begin(self, spec: Spec, facts: Facts) -> None:
        """Start what *spec* says, and return once it will run whatever happens to us."""
        ...

    def end(self, facts: Facts) -> None:
        """Take away what is left once the run has ended."""
        ...

    def type(self, folder: Path, facts: Facts, text: str, keys: tuple[str, ...]) -> None:
        """Paste *text* if there is any, and strike *keys*."""
        ...

    def view(self, folder: Path, facts: Facts, lines: int) -> View | None:
        """Return what is shown; None if the end of the output is all that there is."""
        ...

    def attach(self, folder: Path, facts: Facts) -> int:
        """Show it on our terminal until its person leaves."""
        ...

    def detach(self, folder: Path, facts: Facts) -> int:
        """Send those away who are attached, the session goes on; return how many were."""
        ...


class Bare:
    """No terminal: one turn, of which the output is kept."""

    on = On.NOTHING

    def begin(self, spec: Spec, facts: Facts) -> None:  # noqa: ARG002 - nothing to know
        """See ``Surface``."""
        process.spawn(spec)

    def end(self, facts: Facts) -> None:
        """See ``Surface``."""

    def type(self, folder: Path, facts: Facts, text: str, keys: tuple[str, ...]) -> None:  # noqa: ARG002
        """See ``Surface``.

        Raises:
            RefusedError: always.
        """
        raise RefusedError(
            f"session {facts['session']} has no terminal: it takes nothing before its turn ends"
        )

    def view(self, folder: Path, facts: Facts, lines: int) -> View | None:  # noqa: ARG002
        """See ``Surface``."""
        return None

    def attach(self, folder: Path, facts: Facts) -> int:  # noqa: ARG002
        """Follow what it prints; see ``Surface``."""
        from gitgt.runtime.launchers import following

        return following.follow(folder)

    def detach(self, folder: Path, facts: Facts) -> int:  # noqa: ARG002
        """See ``Surface``: whoever follows the output only reads a file."""
        return 0


def has_terminal() -> bool:
    """Tell whether we sit at a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask_for_terminal(facts: Facts) -> None:
    """See that there is a terminal on which a session can be shown.

    Raises:
        RefusedError: we have none.
    """
    if not has_terminal():
        raise RefusedError(
            f"session {facts['session']} can only be attached to a terminal",
            hint="git gt session capture shows what it shows",
        )


def last_of(output: Path, size: tuple[int, int]) -> View:
    """Return what a terminal would show of the end of *output*."""
    rows, columns = size
    terminal = Terminal(rows, columns)
    try:
        with output.open("rb") as file:
            file.seek(max(0, output.stat().st_size - _TAIL))
            terminal.feed(file.read())
    except OSError:
        return View()
    return terminal.view


def text_of(output: Path, lines: int) -> View:
    """Return the last *lines* of *output*, which no terminal has seen."""
    try:
        with output.open("rb") as file:
            file.seek(max(0, output.stat().st_size - _TAIL))
            text = file.read().decode(errors="replace")
    except OSError:
        return View()
    return View(lines=tuple(text.splitlines()[-lines:] if lines else text.splitlines()))
