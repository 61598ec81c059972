"""Be killed on purpose: so the tests show that a kill -9 between any two acts loses nothing.

Every act that leaves a trace on the disk is announced here, right before it is done. Where
``GT_FAULTS`` names a file, each act of each process that has it in its environment is a line
of that file, and the process whose act is the ``GT_FAULTS_AT``-th is killed. Without it, an
act costs one comparison.
"""

from __future__ import annotations

import fcntl
import os
import signal
from pathlib import Path
from typing import Final

JOURNAL: Final = "GT_FAULTS"
AT: Final = "GT_FAULTS_AT"

_journal = os.environ.get(JOURNAL, "")
_pretended = False


def arm(journal: Path) -> None:
    """Announce the acts of this process in *journal* from now on."""
    global _journal  # noqa: PLW0603 - one for each process, as its environment is
    _journal = str(journal)


def pretend(*, wanted: bool) -> None:
    """Let acts be pretended from now on, or done again; ``rehearsal`` sees to it."""
    global _pretended  # noqa: PLW0603 - as above
    _pretended = wanted


def are_pretended() -> bool:
    """Tell whether acts are only pretended: what nobody waits for is then left out."""
    return _pretended


def act(*words: str | Path) -> None:
    """Say what is about to be done."""
    if _journal:
        _announce(" ".join(str(each) for each in words).replace("\n", " "))


def _announce(name: str) -> None:
    with Path(_journal).open("a+") as journal:
        fcntl.flock(journal, fcntl.LOCK_EX)
        journal.seek(0)
        number = 1 + sum(1 for _ in journal)
        journal.write(f"{os.getpid()} {name}\n")
    if number == int(os.environ.get(AT, "0")):
        os.kill(os.getpid(), signal.SIGKILL)
