"""Anthropic's Messages, as Claude Code speaks them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gitgt.runtime.fakemodel.script import CACHED, FRESH, OUT, WRITTEN, Asked, Call, Reply
from gitgt.runtime.fakemodel.wire import event, texts_of

_USAGE = {
    "input_tokens": FRESH,
    "cache_read_input_tokens": CACHED,
    "cache_creation_input_tokens": WRITTEN,
    "output_tokens": OUT,
}


def read(body: Mapping[str, Any], path: str) -> Asked:  # noqa: ARG001 - one form for all
    """Return what a request asks."""
    blocks = [(each["role"], block) for each in body["messages"] for block in _blocks(each)]
    tools = {
        each["name"]: each["input_schema"]
        for each in body.get("tools", ())
        if "input_schema" in each
    }
    mine = [block for role, block in blocks if role == "assistant"]
    others = [block for role, block in blocks if role != "assistant"]
    return Asked(
        model=str(body.get("model", "")),
        tools=tools,
        told="\n".join([*texts_of(body.get("system", "")), *texts_of(others)]),
        results={
            each["tool_use_id"]: "\n".join(texts_of(each.get("content", "")))
            for each in others
            if each.get("type") == "tool_result"
        },
        said=tuple(each["text"] for each in mine if each.get("type") == "text"),
        streams=bool(body.get("stream")),
    )


def _blocks(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def whole(asked: Asked, said: Reply, number: int) -> dict[str, Any]:
    """Return the answer as one document."""
    return {
        **_message(asked, number),
        "content": [_content(said)],
        "stop_reason": _stop(said),
        "usage": _USAGE,
    }


def stream(asked: Asked, said: Reply, number: int) -> Iterator[bytes]:
    """Yield the answer as events."""
    block, delta = _opened(said)
    for data in (
        {
            "type": "message_start",
            "message": {**_message(asked, number), "usage": {**_USAGE, "output_tokens": 1}},
        },
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": _stop(said), "stop_sequence": None},
            "usage": _USAGE,
        },
        {"type": "message_stop"},
    ):
        yield event(data, name=str(data["type"]))


def _message(asked: Asked, number: int) -> dict[str, Any]:
    return {
        "id": f"msg_{number:04}",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _stop(said: Reply) -> str:
    return "tool_use" if isinstance(said, Call) else "end_turn"


def _content(said: Reply) -> dict[str, Any]:
    if isinstance(said, Call):
        return {
            "type": "tool_use",
            "id": f"toolu_{said.id}",
            "name": said.tool,
            "input": dict(said.arguments),
        }
    return {"type": "text", "text": said.text}


def _opened(said: Reply) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an empty block, and what fills it."""
    if isinstance(said, Call):
        filling = json.dumps(said.arguments)
        return {**_content(said), "input": {}}, {
            "type": "input_json_delta",
            "partial_json": filling,
        }
    return {"type": "text", "text": ""}, {"type": "text_delta", "text": said.text}
