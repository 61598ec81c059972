"""A disk of a test's own that is soon full: a file system in memory, which nobody else sees."""

from __future__ import annotations

import ctypes
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

_NEWNS, _NEWUSER = 0x0002_0000, 0x1000_0000
_COULD_NOT: Final = 77


def on_a_disk_of(mebibytes: int, place: Path, story: Callable[[], None]) -> None:
    """Tell *story* in a process of its own, to which *place* is a disk with so much room.

    Where this machine lets nobody mount anything the test is skipped.
    """
    place.mkdir(exist_ok=True)
    child = os.fork()
    if child == 0:
        os._exit(_tell(mebibytes, place, story))
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code == _COULD_NOT:
        pytest.skip("nobody may mount a file system here")
    assert code == 0, "see what the story said above"


def _tell(mebibytes: int, place: Path, story: Callable[[], None]) -> int:
    if not _mounted(mebibytes, place):
        return _COULD_NOT
    try:
        story()
    except BaseException:  # noqa: BLE001 - nothing may get back into the parent's code
        traceback.print_exc()
        sys.stderr.flush()
        return 1
    return 0


def _mounted(mebibytes: int, place: Path) -> bool:
    """Leave the mounts that others see, and mount a disk that goes with this process."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if user == 0:
        if libc.unshare(_NEWNS):
            return False
    else:
        if libc.unshare(_NEWNS | _NEWUSER):
            return False
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    private = 0x4_0000 | 0x4000  # MS_PRIVATE | MS_REC
    if libc.mount(b"none", b"/", None, private, None):
        return False
    size = f"size={mebibytes}m".encode()
    return bool(libc.mount(b"none", os.fsencode(place), b"tmpfs", 0, size) == 0)


def fill(folder: Path) -> Path:
    """Take all the room there is on the disk of *folder*; return the file that has it."""
    hog = folder / "hog"
    with hog.open("wb", buffering=0) as file:
        for size in (1024**2, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return hog
