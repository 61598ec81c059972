"""OpenAI's Chat Completions, as most others speak them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gitgt.runtime.fakemodel.script import CACHED, FRESH, OUT, Asked, Call, Reply
from gitgt.runtime.fakemodel.wire import event, texts_of

_USAGE = {
    "prompt_tokens": FRESH + CACHED,
    "completion_tokens": OUT,
    "total_tokens": FRESH + CACHED + OUT,
    "prompt_tokens_details": {"cached_tokens": CACHED},
    "completion_tokens_details": {"reasoning_tokens": 0},
}


def read(body: Mapping[str, Any], path: str) -> Asked:  # noqa: ARG001 - one form for all
    """Return what a request asks."""
    functions = [each["function"] for each in body.get("tools") or () if "function" in each]
    messages = [
        (each, "\n".join(texts_of(each.get("content") or ""))) for each in body["messages"]
    ]
    texts = [(each["role"], text) for each, text in messages]
    return Asked(
        model=str(body.get("model", "")),
        tools={each["name"]: each.get("parameters") or {} for each in functions},
        told="\n".join(text for role, text in texts if role not in ("assistant", "tool")),
        results={
            each["tool_call_id"]: text for each, text in messages if each["role"] == "tool"
        },
        said=tuple(text for role, text in texts if role == "assistant" and text),
        streams=bool(body.get("stream")),
    )


def whole(asked: Asked, said: Reply, number: int) -> dict[str, Any]:
    """Return the answer as one document."""
    choice = {"index": 0, "message": _message(said), "finish_reason": _finish(said)}
    return {**_head(asked, number, "chat.completion"), "choices": [choice], "usage": _USAGE}


def stream(asked: Asked, said: Reply, number: int) -> Iterator[bytes]:
    """Yield the answer as events."""
    head = _head(asked, number, "chat.completion.chunk")
    filled = {"index": 0, "delta": _message(said, indexed=True), "finish_reason": None}
    ended = {"index": 0, "delta": {}, "finish_reason": _finish(said)}
    yield event({**head, "choices": [filled]})
    yield event({**head, "choices": [ended]})
    yield event({**head, "choices": [], "usage": _USAGE})
    yield event("[DONE]")


def _head(asked: Asked, number: int, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{number:04}", "object": kind, "created": 1, "model": asked.model}


def _finish(said: Reply) -> str:
    return "tool_calls" if isinstance(said, Call) else "stop"


def _message(said: Reply, *, indexed: bool = False) -> dict[str, Any]:
    if not isinstance(said, Call):
        return {"role": "assistant", "content": said.text}
    called = {
        **({"index": 0} if indexed else {}),
        "id": said.id,
        "type": "function",
        "function": {"name": said.tool, "arguments": json.dumps(said.arguments)},
    }
    return {"role": "assistant", "content": None, "tool_calls": [called]}
