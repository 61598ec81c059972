"""The pseudo terminal of a session: its program at one end, who looks or types at the other.

The supervisor keeps it. Whoever wants something of it connects to the socket ``console`` in
the session's folder and sends a message:

    p  paste this text, then strike these keys: answered with k when all of it is typed
    i  type these bytes (somebody is attached)
    a  show me what is printed from now on, my terminal is of this size: answered with o, o, ...
    w  my terminal is now of this size
    v  what is shown? Answered with v
    d  send those away who are attached: answered with d and how many there were
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import struct
import termios
from dataclasses import field
from pathlib import Path
from typing import Final

from gitgt.errors import GtError
from gitgt.runtime.terminal import keyboard, sockets
from gitgt.runtime.terminal.sockets import Frames, frame
from gitgt.runtime.terminal.vt import Terminal, View
from gitgt.values import dataclass

NAME: Final = "console"
_CHUNK: Final = 1 << 16
# Who reads no more than this behind what is printed is sent away, and may come again.
_BEHIND: Final = 1 << 22


@dataclass(eq=False)
class _Guest:
    """Somebody connected."""

    line: socket.socket
    frames: Frames = field(default_factory=Frames)
    attached: bool = False
    waiting: bytes = b""
    acknowledge_at: int = -1  # when so much was typed in all, tell it


class Console:
    """Serves the guests of one pseudo terminal, whose side of ours is *master*."""

    def __init__(self, folder: Path, master: int, *, rows: int, columns: int) -> None:
        self._master = master
        self._terminal = Terminal(rows, columns)
        self._listening = sockets.listen(folder, NAME)
        self._listening.setblocking(False)  # noqa: FBT003 - has no name for it
        self._guests: dict[int, _Guest] = {}
        self._to_type = b""
        self._typed = 0
        resize(master, rows, columns)

    @property
    def view(self) -> View:
        """What the terminal shows."""
        return self._terminal.view

    def readers(self) -> list[int]:
        """Return the descriptors that may have something for us."""
        return [self._listening.fileno(), *self._guests]

    def writers(self) -> list[int]:
        """Return the descriptors that wait until they can be written to."""
        waiting = [fd for fd, guest in self._guests.items() if guest.waiting]
        return [*waiting, self._master] if self._to_type else waiting

    def serve(self, readable: list[int], writable: list[int]) -> None:
        """Do what can be done now, without waiting for anybody."""
        if self._listening.fileno() in readable:
            self._welcome()
        for fd in [each for each in readable if each in self._guests]:
            self._hear(fd)
        for fd in [each for each in writable if each in self._guests]:
            self._answer(fd)
        self._type()

    def show(self, chunk: bytes) -> None:
        """Let all who look see what was printed."""
        replies = self._terminal.feed(chunk)
        attached = [guest for guest in self._guests.values() if guest.attached]
        if replies and not attached:  # else it is their terminal's business
            self.type(replies)
        for guest in attached:
            self._send(guest, frame(b"o", chunk))

    def paste(self, text: str, keys: tuple[str, ...]) -> None:
        """Type a text, as a paste where the program wants that, and then *keys*."""
        if text:
            marked = self._terminal.bracketed
            plain = keyboard.pasted(text).replace("\n", "\r").encode()
            self.type(keyboard.bracketed(text) if marked else plain)
        self.type(keyboard.strokes(keys))

    def type(self, content: bytes) -> None:
        """Hand bytes to the program, when it takes them."""
        self._to_type += content

    def close(self, folder: Path) -> None:
        """Send everybody away."""
        for guest in self._guests.values():
            guest.line.settimeout(0.2)
            with contextlib.suppress(OSError):
                guest.line.sendall(guest.waiting + frame(b"e"))
            guest.line.close()
        self._listening.close()
        (folder / NAME).unlink(missing_ok=True)

    def _welcome(self) -> None:
        with contextlib.suppress(OSError):
            line, _ = self._listening.accept()
            line.setblocking(False)  # noqa: FBT003 - has no name for it
            self._guests[line.fileno()] = _Guest(line)

    def _hear(self, fd: int) -> None:
        guest = self._guests[fd]
        try:
            chunk = guest.line.recv(_CHUNK)
            for kind, content in guest.frames.feed(chunk):
                self._obey(guest, kind, content)
        except BlockingIOError:
            return
        except (OSError, ValueError, KeyError, TypeError, GtError):
            chunk = b""
        if not chunk:
            self._send_away(fd)

    def _obey(self, guest: _Guest, kind: bytes, content: bytes) -> None:
        match kind:
            case b"p":
                asked = json.loads(content)
                self.paste(asked["text"], tuple(asked["keys"]))
                guest.acknowledge_at = self._typed + len(self._to_type)
            case b"i":
                self.type(content)
            case b"a" | b"w":
                rows, columns = json.loads(content)
                self._resize(int(rows), int(columns))
                if kind == b"a":
                    guest.attached = True
                    self._send(guest, frame(b"o", _drawn(self.view)))
            case b"v":
                view = self.view
                told = [view.title, view.lines, view.bracketed]
                self._send(guest, frame(b"v", json.dumps(told).encode()))
            case b"d":
                self._send(guest, frame(b"d", str(self._dismiss()).encode()))
            case _:
                raise ValueError(f"a message {kind!r}")

    def _dismiss(self) -> int:
        """Send away all who are attached."""
        attached = [guest for guest in self._guests.values() if guest.attached]
        for guest in attached:
            self._send(guest, frame(b"e"))
            self._send_away(guest.line.fileno())
        return len(attached)

    def _resize(self, rows: int, columns: int) -> None:
        if (rows, columns) != (self._terminal.rows, self._terminal.columns) and min(
            rows, columns
        ) > 0:
            self._terminal.resize(rows, columns)
            resize(self._master, rows, columns)

    def _type(self) -> None:
        if not self._to_type:
            self._acknowledge()
            return
        with contextlib.suppress(OSError):
            count = os.write(self._master, self._to_type[:_CHUNK])
            self._to_type = self._to_type[count:]
            self._typed += count
        self._acknowledge()

    def _acknowledge(self) -> None:
        for guest in [*self._guests.values()]:
            if 0 <= guest.acknowledge_at <= self._typed:
                guest.acknowledge_at = -1
                self._send(guest, frame(b"k"))

    def _send(self, guest: _Guest, content: bytes) -> None:
        guest.waiting += content
        if len(guest.waiting) > _BEHIND:
            self._send_away(guest.line.fileno())
        else:
            self._answer(guest.line.fileno())

    def _answer(self, fd: int) -> None:
        guest = self._guests.get(fd)
        if guest is None:
            return
        try:
            guest.waiting = guest.waiting[guest.line.send(guest.waiting) :]
        except BlockingIOError:
            return
        except OSError:
            self._send_away(fd)

    def _send_away(self, fd: int) -> None:
        guest = self._guests.pop(fd, None)
        if guest is not None:
            guest.line.close()


def resize(terminal: int, rows: int, columns: int) -> None:
    """Tell a terminal of what size it is; its program gets SIGWINCH."""
    with contextlib.suppress(OSError):
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _drawn(view: View) -> bytes:
    """Return what draws a view on an empty terminal."""
    marks = "\x1b[?2004h" if view.bracketed else ""
    lines = "\r\n".join(view.lines).rstrip()
    return f"\x1b[H\x1b[2J{marks}{lines}".encode()
