"""Google's generateContent, as Gemini CLI speaks it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gitgt.runtime.fakemodel.script import CACHED, FRESH, OUT, Asked, Call, Reply
from gitgt.runtime.fakemodel.wire import event, texts_of

_USAGE = {
    "promptTokenCount": FRESH + CACHED,
    "cachedContentTokenCount": CACHED,
    "candidatesTokenCount": OUT,
    "totalTokenCount": FRESH + CACHED + OUT,
}


def read(body: Mapping[str, Any], path: str) -> Asked:
    """Return what a request asks; model and manner are in its *path*."""
    model, _, verb = path.partition("?")[0].rpartition("/")[2].partition(":")
    contents = body.get("contents", ())
    parts = [(each.get("role"), part) for each in contents for part in each.get("parts", ())]
    texts = [(role, part["text"]) for role, part in parts if "text" in part]
    settings = body.get("generationConfig") or {}
    return Asked(
        model=model,
        tools={name: schema for each in body.get("tools", ()) for name, schema in _tools(each)},
        told="\n".join(
            [
                *texts_of(body.get("systemInstruction", "")),
                *(text for role, text in texts if role != "model"),
            ]
        ),
        # A resumed conversation has some of them twice.
        results={
            str(found.get("id")): json.dumps(found.get("response"))
            for _, part in parts
            if (found := part.get("functionResponse"))
        },
        said=tuple(text for role, text in texts if role == "model"),
        streams=verb.startswith("stream"),
        wants=settings.get("responseJsonSchema") or settings.get("responseSchema"),
    )


def _tools(tool: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for each in tool.get("functionDeclarations", ()):
        yield each["name"], each.get("parametersJsonSchema") or each.get("parameters") or {}


def whole(asked: Asked, said: Reply, number: int) -> dict[str, Any]:
    """Return the answer as one document."""
    return {
        "responseId": f"resp-{number:04}",
        "modelVersion": asked.model,
        "candidates": [
            {
                "index": 0,
                "content": {"role": "model", "parts": [_part(said)]},
                "finishReason": "STOP",
            }
        ],
        "usageMetadata": _USAGE,
    }


def stream(asked: Asked, said: Reply, number: int) -> Iterator[bytes]:
    """Yield the answer as events: here it is one."""
    yield event(whole(asked, said, number))


def _part(said: Reply) -> dict[str, Any]:
    if isinstance(said, Call):
        return {
            "functionCall": {"id": said.id, "name": said.tool, "args": dict(said.arguments)}
        }
    return {"text": said.text}
