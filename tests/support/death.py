"""Dies anywhere: before the nth thing that this process does to the world.

What Python starts, renames, makes or removes passes the interpreter's audit hooks. The hook
of ours counts these acts and, when it is their turn, lets the process die: from then on every
act fails, so no ``finally`` tidies up what a kill -9 would have left.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_ACTS: Final = frozenset(
    {"subprocess.Popen", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate"}
)


class DiedError(BaseException):
    """The process ends here."""


class Death:
    """Comes before the act with a given number, counted from 1; 0 is never."""

    def __init__(self) -> None:
        self._at = 0
        self._watching = False
        self.acts = 0
        sys.addaudithook(self._hook)

    @contextmanager
    def before(self, number: int) -> Iterator[None]:
        """Let the process die before its act with *number*; swallow its death."""
        self._at, self.acts, self._watching = number, 0, True
        try:
            yield
        except DiedError:
            pass
        finally:
            self._watching = False

    @property
    def came(self) -> bool:
        """Tell whether the process has died."""
        return bool(self._at) and self.acts >= self._at

    def _hook(self, event: str, _: tuple[object, ...]) -> None:
        if not self._watching or event not in _ACTS:
            return
        self.acts += 1
        if self.came:
            raise DiedError(event)


DEATH: Final = Death()
