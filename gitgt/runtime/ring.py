"""Output that may not grow: its beginning and its end are kept, the middle is counted.

While the command runs, ``output`` grows to the head's size, then two files of the tail's size
take turns, so that somebody can follow it; ``close`` makes one file of the three. A full disk
ends the keeping, not the command: ``problem`` tells.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO


class Ring:
    """Keep the first *head* and the last *tail* bytes of what is written, in *folder*."""

    def __init__(self, folder: Path, head: int, tail: int) -> None:
        self.path = folder / "output"
        self._older = folder / "output.1"
        self._newer = folder / "output.2"
        self._head = head
        self._tail = tail
        self._total = 0
        self._first: BinaryIO = self.path.open("wb", buffering=0)
        self._last: BinaryIO | None = None
        self._in_last = 0
        self.problem = ""

    @property
    def total(self) -> int:
        """How many bytes were written, kept or not."""
        return self._total

    def write(self, chunk: bytes) -> None:
        """Take *chunk* in."""
        room = max(0, self._head - self._total)
        self._total += len(chunk)
        if self.problem:
            return
        try:
            self._keep(chunk, room)
        except OSError as error:
            self.problem = f"the output cannot be kept: {error.strerror}"

    def close(self) -> None:
        """Bring the output together in one file."""
        try:
            self._join()
        except OSError as error:
            self.problem = self.problem or f"the output cannot be kept: {error.strerror}"

    def _keep(self, chunk: bytes, room: int) -> None:
        if room:
            _write_all(self._first, chunk[:room])
        if len(chunk) > room and self._tail:
            self._write_tail(chunk[room:])

    def _join(self) -> None:
        if self._last is not None:
            self._last.close()
            kept = self._end()
            left_out = self._total - self._head - len(kept)
            if left_out:
                self._first.write(f"\n[... {left_out} bytes left out ...]\n".encode())
            self._first.write(kept)
        elif self._total > self._head:
            self._first.write(
                f"\n[... {self._total - self._head} bytes left out ...]\n".encode()
            )
        self._first.close()
        for path in (self._older, self._newer):
            path.unlink(missing_ok=True)

    def _write_tail(self, chunk: bytes) -> None:
        if self._last is None or self._in_last >= self._tail:
            self._turn()
        assert self._last is not None
        _write_all(self._last, chunk)
        self._in_last += len(chunk)

    def _turn(self) -> None:
        """Let the newer file become the older one and begin a new one."""
        if self._last is not None:
            self._last.close()
            self._newer.replace(self._older)
        self._last = self._newer.open("wb", buffering=0)
        self._in_last = 0

    def _end(self) -> bytes:
        older = self._older.read_bytes() if self._older.exists() else b""
        return (older + self._newer.read_bytes())[-self._tail :]


def _write_all(file: BinaryIO, content: bytes) -> None:
    """Write all of *content*: a nearly full disk takes a part of it without a word."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]
