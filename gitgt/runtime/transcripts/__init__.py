"""What an agent's program wrote down of a conversation, read for what it cost.

One module for each shape. A transcript is another program's file: what nobody here knows is
passed over, a last line that was not finished too, and a count that is not there is not known.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from gitgt.model.spending import Spent
from gitgt.runtime.presets import Runtime
from gitgt.runtime.transcripts import claude, codex, copilot, gemini, opencode, pi

Reader = Callable[[Path, str], Iterator[Spent]]

READERS: Final[Mapping[str, Reader]] = {
    "claude": claude.spent,
    "codex": codex.spent,
    "copilot": copilot.spent,
    "gemini": gemini.spent,
    "opencode": opencode.spent,
    "pi": pi.spent,
    "script": claude.spent,
}


def spent(parser: str, path: Path, conversation: str) -> list[Spent]:
    """Return what a conversation took; nothing if nobody can read the file, or it is gone."""
    reader = READERS.get(parser)
    try:
        return [] if reader is None else [*reader(path, conversation)]
    except OSError:
        return []


def find(
    runtime: Runtime, conversation: str, session: Path, environ: Mapping[str, str]
) -> Path | None:
    """Return the transcript of a conversation, where its program did not tell it."""
    pattern = runtime.transcript.glob
    if not pattern or ("{conversation}" in pattern and not conversation):
        return None
    home = environ.get("HOME", "")
    texts = {
        "{config}": runtime.config.at(environ),
        "{data}": environ.get("XDG_DATA_HOME", "") or f"{home}/.local/share",
        "{session_dir}": str(session),
        "{conversation}": conversation,
        "{short}": conversation[:8],
    }
    for name, text in texts.items():
        pattern = pattern.replace(name, glob.escape(text))
    found = [Path(each) for each in glob.glob(pattern)]  # noqa: PTH207 - its root is in it
    return max(found, key=_changed, default=None)


def _changed(path: Path) -> float:
    try:
        return os.stat(path).st_mtime  # noqa: PTH116 - it may be gone
    except OSError:
        return 0.0
