"""Where log records go: in full to a file of the town, the serious ones as a line to stderr.

A record is a constant message and values beside it; both end up in its line. A traceback is
for the file alone: the person at the terminal gets what is wrong and where more is told.
"""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

_OURS: Final = logging.getLogger("gitgt")
_BYTES: Final = 1_000_000
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def keep(folder: Path) -> None:
    """Keep what is logged from now on in ``town.log`` in *folder*, and tell what is serious."""
    for handler in [*_OURS.handlers]:
        _OURS.removeHandler(handler)
        handler.close()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        pass  # a disk that takes no log takes no work either, and that is told elsewhere
    else:
        _OURS.addHandler(_File(folder / "town.log"))
    _OURS.addHandler(_Terminal())
    _OURS.setLevel(logging.INFO)


class _File(RotatingFileHandler):
    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=_BYTES, backupCount=2, encoding="utf-8", delay=True)
        self.setFormatter(_Line("%(asctime)s %(levelname)s %(message)s"))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Lose a record rather than the work that it is about."""


class _Terminal(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.setFormatter(_Brief("gt: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Say it where people look; whatever stands for stderr now."""
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except (OSError, ValueError):
            return


class _Line(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line: the message, then the values that were given beside it."""
        told = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        values = "".join(f" {name}={value}" for name, value in told.items())
        return f"{super().formatMessage(record)}{':' if values else ''}{values}"


class _Brief(_Line):
    def format(self, record: logging.LogRecord) -> str:
        """Return the line without a traceback: the file has it."""
        record.message = record.getMessage()
        return self.formatMessage(record)
