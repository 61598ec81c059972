"""OpenAI's Responses, as Codex speaks them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gitgt.runtime.fakemodel.script import CACHED, FRESH, OUT, Asked, Call, Reply
from gitgt.runtime.fakemodel.wire import event, texts_of

_USAGE = {
    "input_tokens": FRESH + CACHED,
    "input_tokens_details": {"cached_tokens": CACHED},
    "output_tokens": OUT,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": FRESH + CACHED + OUT,
}
_RESULTS = ("function_call_output", "local_shell_call_output", "custom_tool_call_output")


def read(body: Mapping[str, Any], path: str) -> Asked:  # noqa: ARG001 - one form for all
    """Return what a request asks."""
    given = body.get("input", ())
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    mine = [each for each in items if each.get("role") == "assistant"]
    others = [each for each in items if each.get("role") not in (None, "assistant")]
    results = [each for each in items if each.get("type") in _RESULTS]
    return Asked(
        model=str(body.get("model", "")),
        tools={name: schema for each in body.get("tools", ()) for name, schema in _tool(each)},
        told="\n".join([body.get("instructions") or "", *texts_of(others)]),
        results={each["call_id"]: "\n".join(texts_of(each)) for each in results},
        said=tuple("".join(texts_of(each)) for each in mine),
        streams=bool(body.get("stream")),
    )


def _tool(tool: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if tool.get("type") == "function":
        yield tool["name"], tool.get("parameters") or {}
    elif tool.get("type") == "local_shell":
        yield "local_shell", {}


def whole(asked: Asked, said: Reply, number: int) -> dict[str, Any]:
    """Return the answer as one document."""
    return {
        **_response(asked, number),
        "status": "completed",
        "output": [_item(said, number)],
        "usage": _USAGE,
    }


def stream(asked: Asked, said: Reply, number: int) -> Iterator[bytes]:
    """Yield the answer as events."""
    item, response = _item(said, number), _response(asked, number)
    place: dict[str, Any] = {"output_index": 0}
    created: dict[str, Any] = {"type": "response.created", "response": response}
    added = {"type": "response.output_item.added", **place, "item": {**item, **_empty(said)}}
    done = {"type": "response.output_item.done", **place, "item": item}
    completed = {"type": "response.completed", "response": whole(asked, said, number)}
    for sequence, data in enumerate((created, added, *_filling(said, item), done, completed)):
        yield event({**data, "sequence_number": sequence}, name=str(data["type"]))


def _filling(said: Reply, item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    place: dict[str, Any] = {"item_id": item["id"], "output_index": 0}
    if isinstance(said, Call):
        if item["type"] == "function_call":
            kind = "response.function_call_arguments"
            yield {"type": f"{kind}.delta", **place, "delta": item["arguments"]}
            yield {"type": f"{kind}.done", **place, "arguments": item["arguments"]}
        return
    place["content_index"] = 0
    (part,) = item["content"]
    yield {"type": "response.content_part.added", **place, "part": {**part, "text": ""}}
    yield {"type": "response.output_text.delta", **place, "delta": said.text, "logprobs": []}
    yield {"type": "response.output_text.done", **place, "text": said.text, "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": part}


def _response(asked: Asked, number: int) -> dict[str, Any]:
    return {
        "id": f"resp_{number:04}",
        "object": "response",
        "created_at": 1,
        "status": "in_progress",
        "model": asked.model,
        "output": [],
        "error": None,
        "incomplete_details": None,
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
    }


def _empty(said: Reply) -> dict[str, Any]:
    own: dict[str, Any] = {"arguments": ""} if isinstance(said, Call) else {"content": []}
    return {"status": "in_progress", **own}


def _item(said: Reply, number: int) -> dict[str, Any]:
    if not isinstance(said, Call):
        part = {"type": "output_text", "text": said.text, "annotations": [], "logprobs": []}
        return {
            "type": "message",
            "id": f"item_{number:04}",
            "status": "completed",
            "role": "assistant",
            "content": [part],
        }
    head = {"id": f"item_{number:04}", "status": "completed", "call_id": said.id}
    if said.tool == "local_shell":
        action = {
            "type": "exec",
            "command": ["bash", "-lc", said.arguments["command"]],
            "env": {},
        }
        return {"type": "local_shell_call", **head, "action": action}
    return {
        "type": "function_call",
        **head,
        "name": said.tool,
        "arguments": json.dumps(said.arguments),
    }
