"""What a program's start hook says on stdin: which session it is, and why it begins."""

from __future__ import annotations

import json
import select
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from gitgt.model.turns import Source
from gitgt.runtime import progress
from gitgt.runtime.progress import Progress, Turn
from gitgt.values import dataclass

# A hook that says nothing must not keep its agent waiting.
_PATIENCE: Final = 0.5
_MOST: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said; what was not is empty."""

    conversation: str = ""
    transcript: str = ""
    source: str = ""


def read() -> Heard:
    """Return what stands on stdin, if somebody has written there."""
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        return Heard()
    try:
        ready, _, _ = select.select([sys.stdin], [], [], _PATIENCE)
        return parsed(sys.stdin.read(_MOST)) if ready else Heard()
    except (OSError, ValueError):
        return Heard()


def parsed(text: str) -> Heard:
    """Return what the JSON *text* of a hook says; whatever is no such JSON says nothing."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return Heard()
    if not isinstance(said, dict):
        return Heard()
    source = _text(said, "source")
    return Heard(
        _text(said, "session_id", "sessionId"),
        _text(said, "transcript_path", "transcriptPath"),
        str(Source.said(source)) if source else "",
    )


def _text(said: Mapping[str, object], *names: str) -> str:
    found = (said.get(name) for name in names)
    return next((each for each in found if isinstance(each, str)), "")


def note(said: Heard, environ: Mapping[str, str]) -> None:
    """Note for the session that this environment is of what its program calls it."""
    folder = Path(environ.get("GT_SESSION_DIR", ""))
    if not environ.get("GT_SESSION_DIR") or not folder.is_dir() or not said.conversation:
        return

    def told(before: Progress) -> Progress:
        turn = Turn.READY if before.turn is Turn.STARTING else before.turn
        return replace(
            before,
            turn=turn,
            conversation=said.conversation,
            transcript=said.transcript or before.transcript,
        )

    progress.change(folder, told)
