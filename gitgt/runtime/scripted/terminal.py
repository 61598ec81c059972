"""Talk with whoever sits at its terminal: a sign when it is ready, a title that tells."""

from __future__ import annotations

import contextlib
import os
import sys
import termios
import tty
from collections.abc import Iterator
from typing import Final

from gitgt.runtime.scripted.agent import Agent
from gitgt.runtime.scripted.faults import Faults
from gitgt.runtime.scripted.keys import NO_PASTES, PASTES, Key, Line

SIGN: Final = "» "
_IDLE: Final = b"\x1b]2;\xe2\x9c\xb3 scripted\x07"
_BUSY: Final = b"\x1b]2;\xe2\xa0\x8b scripted\x07"
_TRUST: Final = "Do you trust this folder?\n  \u276f 1. Yes\n    2. No\n"
_LEAVE: Final = ("/exit", "/quit")
_INPUT: Final = 0


def write(content: bytes) -> None:
    """Show *content*, whatever bytes it is made of."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def talk(agent: Agent, prompt: str, source: str, spoilt: Faults) -> int:
    """Take turns until somebody leaves, and return the exit code."""
    with _keys_as_struck():
        keys = _Keys()
        if "dialog" in spoilt and not keys.agrees():
            return 1
        agent.start(source)
        if prompt:
            _turn(agent, prompt, first=source == "startup")
        taken = bool(prompt)
        while True:
            write(_IDLE + SIGN.encode())
            if "deaf" in agent.faults and taken:
                _never_listen()
            told = keys.line()
            if told is None or told.strip() in _LEAVE:
                agent.end("prompt_input_exit")
                return 0
            if told.strip():
                _turn(agent, told, first=not taken and source == "startup")
                taken = True


def _turn(agent: Agent, prompt: str, *, first: bool) -> None:
    write(_BUSY)
    said = agent.turn(prompt, first=first)
    write(f"{said}\n".encode())


def _never_listen() -> None:
    import signal

    while True:
        signal.pause()


class _Keys:
    """What is typed, which may come before anybody asks for it."""

    def __init__(self) -> None:
        self._line = Line()
        self._typed = self._stream()

    def line(self) -> str | None:
        """Return the next line that is submitted; None when the terminal is gone or left."""
        for text, key in self._typed:
            if key is Key.LEAVE and not self._line.text:
                return None
            if key is Key.CANCEL:
                self._line.clear()
                write(b"\n" + SIGN.encode())
            elif key is Key.SUBMIT:
                write(b"\n")
                told = self._line.text
                self._line.clear()
                return told
            else:
                write(text.encode())
        return None

    def agrees(self) -> bool:
        """Ask whether the folder is trusted: Enter says so, anything else does not."""
        write(_TRUST.encode())
        _, key = next(self._typed, ("", Key.LEAVE))
        return key is Key.SUBMIT

    def _stream(self) -> Iterator[tuple[str, Key | None]]:
        while chunk := _read():
            for typed in self._line.feed(chunk):
                yield typed.text, typed.key


def _read() -> bytes:
    try:
        return os.read(_INPUT, 1 << 16)
    except OSError:  # the terminal is gone
        return b""


@contextlib.contextmanager
def _keys_as_struck() -> Iterator[None]:
    """Get each key at once, and pastes in brackets, where there is a terminal."""
    if not os.isatty(_INPUT):
        yield
        return
    before = termios.tcgetattr(_INPUT)
    tty.setcbreak(_INPUT)
    mode = termios.tcgetattr(_INPUT)
    mode[0] &= ~termios.ICRNL  # Enter is a carriage return, a paste may hold line ends
    mode[3] &= ~termios.ISIG
    termios.tcsetattr(_INPUT, termios.TCSANOW, mode)
    write(PASTES)
    try:
        yield
    finally:
        write(NO_PASTES)
        with contextlib.suppress(termios.error):
            termios.tcsetattr(_INPUT, termios.TCSANOW, before)
