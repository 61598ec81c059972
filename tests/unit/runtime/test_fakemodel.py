"""Each wire format, as the CLIs of these vendors speak it."""

from __future__ import annotations

import json

import pytest

from gitgt.runtime.fakemodel import anthropic, chat, gemini, responses
from gitgt.runtime.fakemodel.formats import FORMATS, aside, for_path
from gitgt.runtime.fakemodel.script import Asked, Call, Say, arguments, reply

SCRIPT = [["echo one", "echo two"], ["echo three"]]
DONE = "gitgt-fake-model: turn 1 is done"
BASH = {
    "type": "object",
    "properties": {"command": {"type": "string"}},
    "required": ["command"],
}


def events(stream):
    """Return the data of a stream of events."""
    lines = b"".join(stream).decode().splitlines()
    told = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    return [data if data == "[DONE]" else json.loads(data) for data in told]


def asked(results=0, said=(), tools=("Bash",)):
    return Asked(
        tools=dict.fromkeys(tools, BASH),
        results={f"call_{n}": "" for n in range(results)},
        said=said,
    )


def test_a_script_is_gone_through_command_by_command_and_turn_by_turn():
    answers = [
        reply(SCRIPT, each)
        for each in (
            asked(),
            asked(results=1),
            asked(results=2),
            asked(results=2, said=(DONE,)),
            asked(results=3, said=(DONE,)),
            asked(results=3, said=(DONE, "gitgt-fake-model: turn 2 is done")),
        )
    ]
    assert answers == [
        Call("call_0", "Bash", {"command": "echo one"}),
        Call("call_1", "Bash", {"command": "echo two"}),
        Say(DONE),
        Call("call_2", "Bash", {"command": "echo three"}),
        Say("gitgt-fake-model: turn 2 is done"),
        Say("gitgt-fake-model: turn 3 is done"),
    ]


def test_who_offers_no_shell_gets_small_talk():
    assert reply(SCRIPT, asked(tools=("Read",))) == Say("gitgt-fake-model")


def test_who_wants_json_gets_what_its_schema_requires():
    schema = {
        "type": "OBJECT",
        "properties": {"why": {"type": "STRING"}, "score": {"type": "INTEGER"}},
        "required": ["why", "score"],
    }
    said = reply(SCRIPT, Asked(wants=schema))
    assert said == Say('{"why": "as the script says", "score": 30}')


@pytest.mark.parametrize(
    ("schema", "given"),
    [
        ({}, {"command": "ls"}),
        (BASH, {"command": "ls"}),
        ({"properties": {"cmd": {"type": "string"}}}, {"cmd": "ls"}),
        (
            {"properties": {"command": {"type": "array"}}, "required": ["command"]},
            {"command": ["bash", "-lc", "ls"]},
        ),
        (
            {
                "properties": {
                    "command": {"type": "string"},
                    "description": {"type": "string"},
                    "timeout": {"type": "NUMBER"},
                    "mode": {"enum": ["sync", "async"]},
                    "quiet": {"type": "boolean"},
                    "unused": {"type": "string"},
                },
                "required": ["command", "description", "timeout", "mode", "quiet"],
            },
            {
                "command": "ls",
                "description": "as the script says",
                "timeout": 30,
                "mode": "sync",
                "quiet": False,
            },
        ),
    ],
)
def test_a_shell_is_called_as_its_schema_says(schema, given):
    assert arguments(schema, "ls") == given


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/messages?beta=true", "anthropic"),
        ("/v1/responses", "responses"),
        ("/responses", "responses"),
        ("/v1/chat/completions", "chat"),
        ("/v1beta/models/gemini-3-pro:generateContent", "gemini"),
        ("/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse", "gemini"),
        ("/v1/messages/count_tokens", None),
        ("/v1/models", None),
        ("/", None),
    ],
)
def test_a_format_is_known_by_its_path(path, name):
    found = for_path(path)
    assert (found.name if found else None) == name


def test_what_is_asked_aside():
    assert aside("/v1/messages/count_tokens?beta=true") == {"input_tokens": 100}
    assert aside("/v1beta/models/g:countTokens") == {"totalTokens": 100}
    assert aside("/v1/models")["data"][0]["id"] == "fake"
    assert aside("/api/telemetry") is None


def test_anthropic_reads_a_conversation():
    body = {
        "model": "claude-opus",
        "system": [{"type": "text", "text": "You are toast."}],
        "stream": True,
        "tools": [
            {"name": "Bash", "input_schema": BASH},
            {"type": "web_search_20250305", "name": "web_search"},
        ],
        "messages": [
            {"role": "user", "content": "do it"},
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "so be it"},
                    {"type": "tool_use", "id": "toolu_call_0", "name": "Bash", "input": {}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "toolu_call_0",
                        "content": [{"type": "text", "text": "one"}],
                    },
                    {"type": "text", "text": "a reminder"},
                ],
            },
        ],
    }
    assert anthropic.read(body, "/v1/messages") == Asked(
        model="claude-opus",
        tools={"Bash": BASH},
        told="You are toast.\ndo it\none\na reminder",
        results={"toolu_call_0": "one"},
        said=("so be it",),
        streams=True,
    )


def test_anthropic_streams_a_call():
    told = events(anthropic.stream(Asked(model="m"), Call("call_0", "Bash", {"a": 1}), 7))
    message = {
        "id": "msg_0007",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }
    usage = {
        "input_tokens": 100,
        "cache_read_input_tokens": 40,
        "cache_creation_input_tokens": 20,
        "output_tokens": 7,
    }
    assert told == [
        {
            "type": "message_start",
            "message": {**message, "usage": {**usage, "output_tokens": 1}},
        },
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {
                "type": "tool_use",
                "id": "toolu_call_0",
                "name": "Bash",
                "input": {},
            },
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": '{"a": 1}'},
        },
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "tool_use", "stop_sequence": None},
            "usage": usage,
        },
        {"type": "message_stop"},
    ]


def test_responses_read_a_conversation():
    body = {
        "model": "gpt",
        "instructions": "You are toast.",
        "stream": True,
        "tools": [
            {"type": "function", "name": "exec_command", "parameters": BASH},
            {"type": "local_shell"},
            {"type": "web_search"},
        ],
        "input": [
            {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "do it"}],
            },
            {
                "type": "function_call",
                "call_id": "call_0",
                "name": "exec_command",
                "arguments": "{}",
            },
            {"type": "function_call_output", "call_id": "call_0", "output": "one"},
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": DONE}],
            },
        ],
    }
    assert responses.read(body, "/v1/responses") == Asked(
        model="gpt",
        tools={"exec_command": BASH, "local_shell": {}},
        told="You are toast.\ndo it",
        results={"call_0": "one"},
        said=(DONE,),
        streams=True,
    )


def test_responses_stream_a_call():
    told = events(responses.stream(Asked(model="m"), Call("call_0", "shell", {"a": 1}), 7))
    assert [each["type"] for each in told] == [
        "response.created",
        "response.output_item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert told[4]["item"] == {
        "type": "function_call",
        "id": "item_0007",
        "status": "completed",
        "call_id": "call_0",
        "name": "shell",
        "arguments": '{"a": 1}',
    }
    assert told[5]["response"]["output"] == [told[4]["item"]]
    assert told[5]["response"]["usage"] == {
        "input_tokens": 140,
        "input_tokens_details": {"cached_tokens": 40},
        "output_tokens": 7,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 147,
    }


def test_responses_stream_a_text():
    told = events(responses.stream(Asked(model="m"), Say("hello"), 7))
    assert [each["type"] for each in told] == [
        "response.created",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert [each["sequence_number"] for each in told] == list(range(8))
    assert told[3]["delta"] == told[5]["part"]["text"] == "hello"


def test_a_built_in_shell_is_called_in_its_own_way():
    said = Call("call_0", "local_shell", {"command": "ls"})
    (item,) = responses.whole(Asked(), said, 7)["output"]
    assert item["type"] == "local_shell_call"
    assert item["action"] == {"type": "exec", "command": ["bash", "-lc", "ls"], "env": {}}


def test_chat_reads_a_conversation():
    body = {
        "model": "fake",
        "stream": True,
        "tools": [{"type": "function", "function": {"name": "bash", "parameters": BASH}}],
        "messages": [
            {"role": "system", "content": "You are toast."},
            {"role": "user", "content": [{"type": "text", "text": "do it"}]},
            {"role": "assistant", "content": None, "tool_calls": [{"id": "call_0"}]},
            {"role": "tool", "tool_call_id": "call_0", "content": "one"},
            {"role": "assistant", "content": DONE},
        ],
    }
    assert chat.read(body, "/v1/chat/completions") == Asked(
        model="fake",
        tools={"bash": BASH},
        told="You are toast.\ndo it",
        results={"call_0": "one"},
        said=(DONE,),
        streams=True,
    )


def test_chat_streams_a_call():
    told = events(chat.stream(Asked(model="m"), Call("call_0", "bash", {"a": 1}), 7))
    head = {
        "id": "chatcmpl-0007",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
    }
    called = {
        "index": 0,
        "id": "call_0",
        "type": "function",
        "function": {"name": "bash", "arguments": '{"a": 1}'},
    }
    delta = {"role": "assistant", "content": None, "tool_calls": [called]}
    assert told == [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
        {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
        {
            **head,
            "choices": [],
            "usage": {
                "prompt_tokens": 140,
                "completion_tokens": 7,
                "total_tokens": 147,
                "prompt_tokens_details": {"cached_tokens": 40},
                "completion_tokens_details": {"reasoning_tokens": 0},
            },
        },
        "[DONE]",
    ]


def test_gemini_reads_a_conversation_that_was_resumed():
    answered = {
        "functionResponse": {"id": "call_0", "name": "x", "response": {"output": "one"}}
    }
    body = {
        "systemInstruction": {"parts": [{"text": "You are toast."}]},
        "tools": [
            {
                "functionDeclarations": [
                    {"name": "run_shell_command", "parametersJsonSchema": BASH}
                ]
            }
        ],
        "contents": [
            {"role": "user", "parts": [{"text": "do it"}]},
            {"role": "model", "parts": [{"functionCall": {"id": "call_0", "name": "x"}}]},
            {"role": "user", "parts": [answered, answered]},
            {"role": "model", "parts": [{"text": DONE}]},
        ],
    }
    assert gemini.read(body, "/v1beta/models/g-pro:streamGenerateContent?alt=sse") == Asked(
        model="g-pro",
        tools={"run_shell_command": BASH},
        told="You are toast.\ndo it",
        results={"call_0": '{"output": "one"}'},
        said=(DONE,),
        streams=True,
    )


def test_gemini_streams_a_call():
    told = events(gemini.stream(Asked(model="m"), Call("call_0", "bash", {"a": 1}), 7))
    part = {"functionCall": {"id": "call_0", "name": "bash", "args": {"a": 1}}}
    assert told == [
        {
            "responseId": "resp-0007",
            "modelVersion": "m",
            "candidates": [
                {
                    "index": 0,
                    "content": {"role": "model", "parts": [part]},
                    "finishReason": "STOP",
                }
            ],
            "usageMetadata": {
                "promptTokenCount": 140,
                "cachedContentTokenCount": 40,
                "candidatesTokenCount": 7,
                "totalTokenCount": 147,
            },
        }
    ]


@pytest.mark.parametrize("format_", FORMATS, ids=lambda each: each.name)
def test_a_whole_answer_says_what_a_streamed_one_says(format_):
    whole = json.dumps(format_.whole(Asked(model="m"), Say("hello there"), 7))
    streamed = b"".join(format_.stream(Asked(model="m"), Say("hello there"), 7)).decode()
    assert "hello there" in whole
    assert "hello there" in streamed
