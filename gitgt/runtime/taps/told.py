"""What a program says when it calls a tap: one JSON document on standard input.

Programs agree on what to say and not on its name, so each fact is looked for under all the
names that are known. Whatever is missing, torn or no JSON says nothing, and harms nobody.
"""

from __future__ import annotations

import json
import os
import select
import shlex
import time
from collections.abc import Mapping
from typing import Any, Final

from gitgt.values import dataclass

# What is longer is read to its end, so that nobody who writes it is stopped, and not heard.
_MOST: Final = 16 * 1024 * 1024
_CHUNK: Final = 65536
_LONGEST: Final = 4096  # of a name or a path

_NAMES: Final = {
    "conversation": ("session_id", "sessionId", "conversation_id", "sessionID", "thread_id"),
    "transcript": ("transcript_path", "transcriptPath", "session_file"),
    "source": ("source", "reason"),
    "prompt": ("prompt", "initialPrompt"),
    "cwd": ("cwd",),
    "tool": ("tool_name", "toolName", "tool"),
    "called": ("hook_event_name",),
}
_ARGUMENTS: Final = ("tool_input", "toolArgs", "args", "input")
_COMMANDS: Final = ("command", "cmd", "script")
_PATHS: Final = ("file_path", "filePath", "path", "notebook_path", "absolute_path")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was said. ``called`` is what the program calls the event.

    ``command`` is what a shell would run, ``path`` what an editor would write: each of the
    tool that is about to be used, or empty.
    """

    called: str = ""
    conversation: str = ""
    transcript: str = ""
    model: str = ""
    source: str = ""
    prompt: str = ""
    cwd: str = ""
    tool: str = ""
    command: str = ""
    path: str = ""


def heard(content: bytes) -> Told:
    """Return what *content* says."""
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        return Told()
    if not isinstance(fields, dict):
        return Told()
    arguments = _arguments(fields)
    facts = {name: _text(fields, keys) for name, keys in _NAMES.items()}
    facts = {
        name: each if name == "prompt" else each[:_LONGEST] for name, each in facts.items()
    }
    return Told(
        **facts,
        model=_model(fields)[:_LONGEST],
        command=_command(arguments) or _command(fields),
        path=_text(arguments, _PATHS)[:_LONGEST],
    )


def listened(file: int, *, patience: float) -> bytes:
    """Return what is written to *file* until it is closed, or until nothing more comes.

    Not every program closes its end; *patience* is how many seconds it is waited for.
    """
    parts: list[bytes] = []
    size = 0
    until = time.monotonic() + patience
    while (left := until - time.monotonic()) > 0:
        if not select.select([file], [], [], left)[0]:
            break
        part = os.read(file, _CHUNK)
        if not part:
            break
        size += len(part)
        if size <= _MOST:
            parts.append(part)
    return b"".join(parts) if size <= _MOST else b""


def _text(fields: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    found = (fields.get(key) for key in keys)
    return next((each for each in found if isinstance(each, str) and each), "")


def _model(fields: Mapping[str, Any]) -> str:
    model = fields.get("model")
    if isinstance(model, dict):
        return _text(model, ("id", "modelID", "name"))
    return model if isinstance(model, str) else ""


def _arguments(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a tool is called with; some say it as JSON within JSON."""
    for key in _ARGUMENTS:
        found = fields.get(key)
        if isinstance(found, str):
            try:
                found = json.loads(found)
            except (ValueError, RecursionError):
                continue
        if isinstance(found, dict):
            return found
    return {}


def _command(arguments: Mapping[str, Any]) -> str:
    for key in _COMMANDS:
        found = arguments.get(key)
        if isinstance(found, str):
            return found
        if isinstance(found, list) and found and all(isinstance(each, str) for each in found):
            return shlex.join(found)
    return ""
