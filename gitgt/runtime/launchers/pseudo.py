"""Sessions on a pseudo terminal, which their supervisor keeps: no tmux is needed to look in."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.runtime import process
from gitgt.runtime.launchers.surface import ask_for_terminal
from gitgt.runtime.process import On, Spec
from gitgt.runtime.session_folders import Facts
from gitgt.runtime.terminal import console, keyboard, sockets
from gitgt.runtime.terminal.sockets import Frames, frame
from gitgt.runtime.terminal.vt import View

_PATIENCE: Final = 10.0
_PREFIX: Final = 0x02  # Ctrl-b, as in tmux
_CHUNK: Final = 1 << 16
_BACK_TO_NORMAL: Final = (
    b"\x1b[?1049l\x1b[?2004l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?25h\x1b[0m\r\n"
)


class Pseudo:
    """A pseudo terminal; see ``Surface``."""

    on = On.PTY

    def begin(self, spec: Spec, facts: Facts) -> None:  # noqa: ARG002 - nothing to know
        """See ``Surface``."""
        process.spawn(spec)

    def end(self, facts: Facts) -> None:
        """See ``Surface``."""

    def type(self, folder: Path, facts: Facts, text: str, keys: tuple[str, ...]) -> None:  # noqa: ARG002
        """See ``Surface``.

        Raises:
            EnvironmentProblemError: its program takes nothing in.
        """
        keyboard.strokes(keys)
        asked = json.dumps({"text": text, "keys": keys}).encode()
        if _ask(folder, frame(b"p", asked), b"k") is None:
            raise EnvironmentProblemError("its terminal takes nothing more in")

    def view(self, folder: Path, facts: Facts, lines: int) -> View | None:  # noqa: ARG002
        """See ``Surface``."""
        answer = _ask(folder, frame(b"v"), b"v")
        if answer is None:
            return None
        title, shown, bracketed = json.loads(answer)
        return View(title, tuple(shown), bracketed)

    def attach(self, folder: Path, facts: Facts) -> int:
        """See ``Surface``; Ctrl-b d leaves.

        Raises:
            RefusedError: we have no terminal to show it on.
        """
        ask_for_terminal(facts)
        with _connected(folder) as line, _raw(sys.stdin.fileno()):
            line.sendall(frame(b"a", _size()))
            with _resized(lambda: line.sendall(frame(b"w", _size()))):
                _pass_on(line, sys.stdin.fileno(), sys.stdout.fileno())
            os.write(sys.stdout.fileno(), _BACK_TO_NORMAL)
        return 0

    def detach(self, folder: Path, facts: Facts) -> int:  # noqa: ARG002
        """See ``Surface``."""
        return int(_ask(folder, frame(b"d"), b"d") or 0)


@contextlib.contextmanager
def _connected(folder: Path) -> Iterator[socket.socket]:
    try:
        line = sockets.connect(folder, console.NAME, patience=_PATIENCE)
    except OSError as error:
        raise EnvironmentProblemError(f"nobody keeps its terminal: {error}") from error
    with line:
        yield line


def _ask(folder: Path, question: bytes, wanted: bytes) -> bytes | None:
    """Return what the console answers; None if it does not."""
    frames = Frames()
    try:
        with sockets.connect(folder, console.NAME, patience=_PATIENCE) as line:
            line.sendall(question)
            while chunk := line.recv(_CHUNK):
                for kind, content in frames.feed(chunk):
                    if kind == wanted:
                        return content
    except (OSError, ValueError):
        return None
    return None


def _size() -> bytes:
    columns, rows = shutil.get_terminal_size()
    return json.dumps([rows, columns]).encode()


def _pass_on(line: socket.socket, ours: int, screen: int) -> None:
    """Pass keys on in one direction and what is shown in the other."""
    frames, prefixed = Frames(), False
    while True:
        ready, _, _ = select.select([line.fileno(), ours], [], [])
        if line.fileno() in ready and not _shown(line, frames, screen):
            return
        if ours in ready:
            typed = os.read(ours, _CHUNK)
            passed, prefixed, leaves = keys_of(typed, prefixed=prefixed)
            if passed:
                line.sendall(frame(b"i", passed))
            if leaves or not typed:
                return


def _shown(line: socket.socket, frames: Frames, screen: int) -> bool:
    """Show what has come; tell whether more may come."""
    chunk = line.recv(_CHUNK)
    for kind, content in frames.feed(chunk):
        if kind == b"e":
            return False
        os.write(screen, content)
    return bool(chunk)


def keys_of(typed: bytes, *, prefixed: bool) -> tuple[bytes, bool, bool]:
    """Return what of *typed* is for the program, if Ctrl-b came last, and if one leaves."""
    passed = bytearray()
    for key in typed:
        if prefixed:
            prefixed = False
            if key == ord("d"):
                return bytes(passed), False, True
            passed += bytes([key] if key == _PREFIX else [_PREFIX, key])
        elif key == _PREFIX:
            prefixed = True
        else:
            passed.append(key)
    return bytes(passed), prefixed, False


@contextlib.contextmanager
def _raw(terminal: int) -> Iterator[None]:
    before = termios.tcgetattr(terminal)
    tty.setraw(terminal)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


@contextlib.contextmanager
def _resized(tell: Callable[[], None]) -> Iterator[None]:
    before = signal.signal(signal.SIGWINCH, lambda _signum, _frame: tell())
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)
