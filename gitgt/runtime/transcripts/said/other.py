"""Transcripts of programs without a reader of their own: whatever names a role and a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from gitgt.model.transcript import ASSISTANT, TOOL, USER, Turn
from gitgt.runtime.transcripts.said.claude import plain

_ROLES: Final = {
    "user": USER, "human": USER, "assistant": ASSISTANT, "model": ASSISTANT,
    "gemini": ASSISTANT, "agent": ASSISTANT, "tool": TOOL, "toolResult": TOOL,
    "tool_result": TOOL,
    "user.message": USER, "assistant.message": ASSISTANT,
}  # fmt: skip


def turns(lines: Iterable[dict[str, Any]]) -> Iterator[Turn]:
    """Yield what was said."""
    for line in lines:
        inner = [line, *(line[key] for key in ("message", "data") if _is_map(line, key))]
        role = next((name for each in inner if (name := _role(each))), "")
        text = next((said for each in reversed(inner) if (said := _text(each))), "")
        if role and text.strip():
            yield Turn(role=role, text=text, at=str(line.get("timestamp", "")))


def _is_map(line: dict[str, Any], key: str) -> bool:
    return isinstance(line.get(key), dict)


def _role(found: dict[str, Any]) -> str:
    named = (found.get("role"), found.get("type"))
    return next(
        (_ROLES[each] for each in named if isinstance(each, str) and each in _ROLES), ""
    )


def _text(found: dict[str, Any]) -> str:
    values = (found.get(key) for key in ("content", "parts", "text"))
    return next((said for each in values if (said := plain(each))), "")
