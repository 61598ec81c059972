"""The model that is none, asked over loopback."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from gitgt.runtime.fakemodel.script import Call, Say
from gitgt.runtime.fakemodel.server import serving

TOOLS = [{"type": "function", "function": {"name": "bash", "parameters": {}}}]
QUESTION = {
    "model": "fake",
    "tools": TOOLS,
    "messages": [{"role": "user", "content": "do it"}],
}


def ask(model, path, body):
    request = urllib.request.Request(
        f"{model.url}{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": "Bearer dummy"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def test_it_keeps_what_it_was_asked_and_what_it_said(tmp_path):
    record = tmp_path / "requests.jsonl"
    with serving([["ls"]], record=record) as model:
        kind, told = ask(model, "/v1/chat/completions", QUESTION)
        assert kind == "application/json"
        called = json.loads(told)["choices"][0]["message"]["tool_calls"][0]
        assert called["function"] == {"name": "bash", "arguments": '{"command": "ls"}'}
        answered = {"role": "tool", "tool_call_id": called["id"], "content": "one.txt"}
        messages = [*QUESTION["messages"], answered]
        kind, told = ask(
            model,
            "/v1/chat/completions",
            {**QUESTION, "messages": messages, "stream": True},
        )
        assert kind == "text/event-stream"
    assert [each.answer for each in model.asked] == [
        Call("call_0", "bash", {"command": "ls"}),
        Say("gitgt-fake-model: turn 1 is done"),
    ]
    assert model.results == ["one.txt"]
    assert model.told == "do it\ndo it"
    kept = [json.loads(line) for line in record.read_text().splitlines()]
    assert [(each["number"], each["path"]) for each in kept] == [
        (1, "/v1/chat/completions"),
        (2, "/v1/chat/completions"),
    ]
    assert kept[0]["body"] == QUESTION
    assert "dummy" not in record.read_text()


def test_what_it_does_not_know_it_keeps_and_says_so():
    with serving([]) as model:
        with pytest.raises(urllib.error.HTTPError, match="404"):
            ask(model, "/telemetry", {"who": "me"})
        with urllib.request.urlopen(f"{model.url}/v1/models", timeout=10) as answer:
            assert json.load(answer)["data"] == [{"id": "fake", "object": "model"}]
    assert [(each.method, each.path) for each in model.requests] == [
        ("POST", "/telemetry"),
        ("GET", "/v1/models"),
    ]
    assert model.asked == []
