"""A bare repository that others push to: its hooks, its rules, and the town beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git.hookfiles import put
from gitgt.model import served
from gitgt.model.served import Rules

RULES: Final = "gt-server"


def path_of(common: Path) -> Path:
    """Return where the rules of a server lie; no part of ``gt/``, which may be lost."""
    return common / RULES


def rules(common: Path) -> Rules | None:
    """Return the rules of the server at *common*; None if it is none.

    Raises:
        SettingsError: they cannot be read, and which line.
    """
    try:
        return served.parse(path_of(common).read_text(errors="surrogateescape"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise EnvironmentProblemError(f"{path_of(common)} cannot be read: {error}") from error


def write(common: Path, wanted: Rules) -> bool:
    """Write the rules of a server; tell whether they are others than before."""
    content = served.emit(wanted).encode(errors="surrogateescape")
    before = path_of(common).read_bytes() if path_of(common).is_file() else b""
    put(path_of(common), content, 0o644)
    return content != before
