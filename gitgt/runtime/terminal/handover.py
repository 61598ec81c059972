"""Hand the lock of a run over to a shim that is no child of ours: tmux starts it.

So the run is somebody's all the time, and nobody who looks takes it for dead.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.runtime.terminal import sockets

_NAME: Final = "handover"
_PATIENCE: Final = 30.0
_MESSAGE: Final = b"lock"


def give(directory: Path, lock: int, start: Callable[[], None]) -> None:
    """Let *start* start the shim, and give it *lock*; return once it has it.

    Raises:
        EnvironmentProblemError: it did not come for it.
    """
    listening = sockets.listen(directory, _NAME)
    try:
        start()
        listening.settimeout(_PATIENCE)
        line, _ = listening.accept()
        with line:
            line.settimeout(_PATIENCE)
            socket.send_fds(line, [_MESSAGE], [lock])
            if line.recv(len(_MESSAGE)) != _MESSAGE:
                raise EnvironmentProblemError("no process can be started: it went away at once")
    except OSError as error:
        raise EnvironmentProblemError(f"no process can be started: {error}") from error
    finally:
        listening.close()
        (directory / _NAME).unlink(missing_ok=True)


def take(directory: Path) -> int:
    """Return the lock of the run in *directory*, which whoever had us started holds till now.

    Raises:
        OSError: nobody is there any more to give it.
    """
    with sockets.connect(directory, _NAME, patience=_PATIENCE) as line:
        _, (lock, *_), _, _ = socket.recv_fds(line, len(_MESSAGE), 1)
        os.set_inheritable(lock, False)  # noqa: FBT003 - has no name for it
        line.sendall(_MESSAGE)
    return int(lock)
