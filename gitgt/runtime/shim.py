"""The process that watches over one run: ``process.spawn`` starts it, it outlives its parent.

It is started by its path, whatever is installed, and forks before it imports anything, because
whoever started it waits for that.
"""

import os
import sys


def main(directory: str, lock: int | None) -> None:
    """Fork away from whoever started us, keep *lock* to ourselves, and watch over the run.

    Without a *lock* we are started on a terminal, stay there, and are given the lock.
    """
    if lock is not None:
        if os.fork():
            os._exit(0)
        os.set_inheritable(lock, False)  # noqa: FBT003 - has no name for it
    else:
        _complain_in(f"{directory}/shim.log")
    from pathlib import Path

    root = str(Path(__file__).resolve().parents[2])
    if root not in sys.path:
        sys.path.insert(0, root)

    from gitgt.runtime.supervisor import supervise
    from gitgt.runtime.terminal import handover

    if lock is None:
        handover.take(Path(directory))
    supervise(Path(directory))


def _complain_in(log: str) -> None:
    """Let what goes wrong be told in *log*: what is on the terminal is the command's."""
    with open(log, "wb") as file:  # noqa: PTH123 - nothing is imported yet
        os.dup2(file.fileno(), sys.stderr.fileno())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None)
