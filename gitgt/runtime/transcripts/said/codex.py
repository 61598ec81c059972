"""Codex's rollouts: lines with a payload; what was said are the ``response_item`` ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gitgt.model.transcript import ASSISTANT, TOOL, USER, Turn
from gitgt.runtime.transcripts.said.claude import asked, plain


def turns(lines: Iterable[dict[str, Any]]) -> Iterator[Turn]:
    """Yield what was said."""
    for line in lines:
        payload = line.get("payload")
        if line.get("type") == "response_item" and isinstance(payload, dict):
            turn = _turn(payload, str(line.get("timestamp", "")))
            if turn is not None and turn.text.strip():
                yield turn


def _turn(payload: dict[str, Any], at: str) -> Turn | None:
    match payload:
        case {"type": "message", "role": "user" | "assistant" as role}:
            named = ASSISTANT if role == "assistant" else USER
            return Turn(role=named, text=plain(payload.get("content")), at=at)
        case {"type": "function_call" | "custom_tool_call", "name": str(name)}:
            given = payload.get("arguments", payload.get("input"))
            return Turn(role=ASSISTANT, text=asked(given), tool=name, at=at)
        case {"type": "function_call_output" | "custom_tool_call_output"}:
            return Turn(role=TOOL, text=plain(payload.get("output")), at=at)
        case _:
            return None
