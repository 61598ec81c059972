"""Unix sockets in a folder, however long its path is: the system takes 108 bytes of one."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_HEAD: Final = struct.Struct(">cI")
_LARGEST: Final = 1 << 26
_SHORT: Final = 100


@contextmanager
def _short(folder: Path, name: str) -> Iterator[str]:
    """Yield a path of ``folder/name`` that is short enough."""
    whole = str(folder / name)
    if len(os.fsencode(whole)) <= _SHORT or not Path("/proc/self/fd").is_dir():
        yield whole
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{name}"
    finally:
        os.close(handle)


def listen(folder: Path, name: str) -> socket.socket:
    """Return a socket at ``folder/name``, for whoever may read that folder's owner's files.

    Raises:
        OSError: it cannot be made.
    """
    (folder / name).unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with _short(folder, name) as path:
            made.bind(path)
    except OSError:
        made.close()
        raise
    finally:
        os.umask(before)
    made.listen()
    return made


def connect(folder: Path, name: str, *, patience: float) -> socket.socket:
    """Return a connection to the socket ``folder/name``; each of its calls waits so long.

    Raises:
        OSError: nobody is there.
    """
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.settimeout(patience)
    try:
        with _short(folder, name) as path:
            made.connect(path)
    except OSError:
        made.close()
        raise
    return made


def frame(kind: bytes, content: bytes = b"") -> bytes:
    """Return a message as it is sent: what it is, how long, and its content."""
    return _HEAD.pack(kind, len(content)) + content


class Frames:
    """Makes messages of what arrives, in whatever pieces."""

    def __init__(self) -> None:
        self._waiting = b""

    def feed(self, chunk: bytes) -> list[tuple[bytes, bytes]]:
        """Return the messages that are whole by now.

        Raises:
            ValueError: no such message was ever sent by us.
        """
        self._waiting += chunk
        found = []
        while len(self._waiting) >= _HEAD.size:
            kind, size = _HEAD.unpack_from(self._waiting)
            if size > _LARGEST:
                raise ValueError(f"a message of {size} bytes")
            if len(self._waiting) < _HEAD.size + size:
                break
            found.append((kind, self._waiting[_HEAD.size : _HEAD.size + size]))
            self._waiting = self._waiting[_HEAD.size + size :]
        return found
