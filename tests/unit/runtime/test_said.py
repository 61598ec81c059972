"""Programs' transcripts, read into one form."""

from __future__ import annotations

import json

import pytest

from gitgt.model.transcript import Turn
from gitgt.runtime.answers import spoken
from gitgt.runtime.presets import runtime
from gitgt.runtime.transcripts.said import homes, turns

CLAUDE = [
    {"type": "summary", "summary": "Figs"},
    {"type": "user", "timestamp": "t1", "message": {"role": "user", "content": "Sell figs."}},
    {"type": "assistant", "timestamp": "t2", "message": {"content": [
        {"type": "thinking", "thinking": "hm"},
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "name": "Bash", "input": {"command": "ls", "description": "x"}},
        {"type": "tool_use", "name": "Edit", "input": {"path": "a"}},
    ]}},
    {"type": "user", "timestamp": "t3", "message": {"content": [
        {"type": "tool_result", "content": [{"type": "text", "text": "figs.txt"}]},
    ]}},
]  # fmt: skip
CODEX = [
    {"type": "session_meta", "payload": {"id": "x"}},
    {"type": "response_item", "timestamp": "t1", "payload": {
        "type": "message", "role": "user", "content": [{"type": "input_text", "text": "Go."}]}},
    {"type": "response_item", "payload": {
        "type": "function_call", "name": "shell", "arguments": "{\"command\": [\"ls\"]}"}},
    {"type": "response_item", "payload": {"type": "function_call_output", "output": "figs"}},
    {"type": "response_item", "payload": {
        "type": "message", "role": "assistant", "content": [{"text": "Gone."}]}},
]  # fmt: skip
OTHER = [
    {"type": "user", "content": "Go."},
    {"type": "gemini", "content": "Gone."},
    {"type": "message", "message": {"role": "assistant", "content": [{"text": "Pi."}]}},
    {"type": "assistant.message", "data": {"content": "Copilot."}},
    {"type": "noise", "level": 3},
]
DEEP = '{"a":' * 100_000


@pytest.mark.parametrize(
    ("parser", "lines", "said"),
    [
        ("claude", CLAUDE, [
            ("user", "Sell figs.", "", "t1"), ("assistant", "I look.", "", "t2"),
            ("assistant", "ls", "Bash", "t2"), ("assistant", '{"path": "a"}', "Edit", "t2"),
            ("tool", "figs.txt", "", "t3"),
        ]),
        ("codex", CODEX, [
            ("user", "Go.", "", "t1"), ("assistant", '{"command": ["ls"]}', "shell", ""),
            ("tool", "figs", "", ""), ("assistant", "Gone.", "", ""),
        ]),
        ("nobody-knows", OTHER, [
            ("user", "Go.", "", ""), ("assistant", "Gone.", "", ""),
            ("assistant", "Pi.", "", ""), ("assistant", "Copilot.", "", ""),
        ]),
    ],
)  # fmt: skip
def test_a_transcript_is_read(tmp_path, parser, lines, said):
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join([*map(json.dumps, lines), DEEP, '{"half a li']))
    wanted = [Turn(role=role, text=text, tool=tool, at=at) for role, text, tool, at in said]
    assert turns(path, parser) == wanted


def test_what_is_not_there_says_nothing(tmp_path):
    assert turns(tmp_path / "none", "claude") == turns(tmp_path / "none", "plain") == []


def test_a_program_keeps_its_things_where_its_configuration_is(tmp_path):
    claude, script = runtime("claude", {}), runtime("script", {})
    assert homes(claude, {"HOME": str(tmp_path)}) == [tmp_path / ".claude"]
    assert homes(claude, {"CLAUDE_CONFIG_DIR": str(tmp_path)}) == [tmp_path]
    assert homes(script, {"HOME": str(tmp_path)}) == []


@pytest.mark.parametrize(
    ("printed", "answer"),
    [
        ("Plain words.\n", "Plain words."),
        ('{"type": "result", "result": "Figs."}', "Figs."),
        ('{"response": "Figs.", "stats": {}}', "Figs."),
        ('{"type":"item.completed","item":{"type":"agent_message","text":"Figs."}}\n{"x":1}',
         "Figs."),
        ('{"type":"text","part":{"text":"A"}}\n{"type":"text","part":{"text":"B"}}', "A\nB"),
        ('{"type":"message_end","message":{"role":"assistant","content":[{"text":"P"}]}}', "P"),
        ("{not json", "{not json"),
        (DEEP, DEEP),
    ],
)  # fmt: skip
def test_an_answer_is_found_in_what_was_printed(printed, answer):
    assert spoken(printed) == answer
