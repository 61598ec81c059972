"""Where the traceback of a bug goes: a file that can be sent along with a report."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import tempfile
import traceback
from pathlib import Path

from gitgt import __version__


def keep_traceback(error: BaseException, words: list[str], *, start: Path) -> str:
    """Write what is known about a bug, and say where it is: if nowhere else, right here."""
    report = _report(error, words)
    for folder in (_log_folder(start), None):
        with contextlib.suppress(OSError):
            return f"that is in {_kept(report, folder)}"
    return f"that follows\n{report}"


def _kept(report: str, folder: Path | None) -> str:
    file, name = tempfile.mkstemp(prefix="crash-", suffix=".txt", dir=folder)
    try:
        with os.fdopen(file, "w", encoding="utf-8", errors="backslashreplace") as out:
            out.write(report)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return name


def _report(error: BaseException, words: list[str]) -> str:
    facts = f"gitgt {__version__}, Python {platform.python_version()}, {sys.platform}"
    trace = "".join(traceback.format_exception(error))
    return f"{facts}\ncommand: {words}\n\n{trace}"


def _log_folder(start: Path) -> Path | None:
    """Return the log folder of the town around *start*; None means the temporary folder."""
    for folder in (start, *start.parents):
        if (folder / "town.yaml").is_file() and (folder / ".git").is_dir():
            return _made(folder / ".git/gt/log")
    return None


def _made(folder: Path) -> Path | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None
