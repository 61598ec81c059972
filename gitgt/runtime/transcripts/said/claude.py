"""Claude Code's transcripts, which the scripted agent writes as well.

A line is an event; those of type ``user`` and ``assistant`` hold a message, whose content is a
text or a list of parts. What a tool answers stands in a user's message.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from gitgt.model.transcript import ASSISTANT, TOOL, USER, Turn


def turns(lines: Iterable[dict[str, Any]]) -> Iterator[Turn]:
    """Yield what was said."""
    for line in lines:
        message = line.get("message")
        if line.get("type") not in (USER, ASSISTANT) or not isinstance(message, dict):
            continue
        at, content = str(line.get("timestamp", "")), message.get("content")
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict) and (turn := _turn(part, str(line["type"]), at)):
                yield turn


def _turn(part: dict[str, Any], role: str, at: str) -> Turn | None:
    match part:
        case {"type": "text", "text": str(text)} if text.strip():
            return Turn(role=role, text=text, at=at)
        case {"type": "tool_use", "name": str(name)}:
            return Turn(role=ASSISTANT, text=asked(part.get("input")), tool=name, at=at)
        case {"type": "tool_result"}:
            return Turn(role=TOOL, text=plain(part.get("content")), at=at)
        case _:
            return None


def asked(given: object) -> str:
    """Return what a tool was asked for, in short: of a shell the command."""
    if isinstance(given, dict) and isinstance(given.get("command"), str):
        return str(given["command"])
    return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)


def plain(content: object) -> str:
    """Return the texts of what may be a text, or parts that hold some."""
    if isinstance(content, list):
        return "\n".join(filter(None, (plain(each) for each in content)))
    if isinstance(content, dict):
        return plain(content.get("text", ""))
    return content if isinstance(content, str) else ""
