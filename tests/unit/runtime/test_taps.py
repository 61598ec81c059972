"""What programs say with their taps, and how each is answered."""

import json
import os
from dataclasses import asdict

import pytest

from gitgt.model.turns import SILENCE, Deny, GoOn, TapEvent, Tell
from gitgt.runtime.taps.dialects import DIALECTS, Spoken
from gitgt.runtime.taps.told import Told, heard, listened
from tests.support.world import ROOT

FOLDER = ROOT / "fixtures" / "taps"
RECORDED = sorted(FOLDER.glob("*/*.json"))
PUSH = "cd web && git push origin HEAD"
NAMES = {
    "claude": "5f0e7a52-0000-4000-8000-000000000001",
    "codex": "019a0c00-0000-7000-8000-000000000001",
    "gemini": "7c1d0a11-0000-4000-8000-000000000001",
    "copilot": "3b9f0000-0000-4000-8000-000000000001",
    "opencode": "ses_1",
    "pi": "0198-pi",
    "cursor": "c-1",
}


def recorded(dialect, event):
    return heard((FOLDER / dialect / f"{event}.json").read_bytes())


def said(told):
    return {name: each for name, each in asdict(told).items() if each}


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.name} {path.stem}")
def test_every_program_says_who_it_is(path):
    told = heard(path.read_bytes())

    assert told.conversation == NAMES[path.parent.name]
    assert ".".join(path.stem.split(".")[:2]) in [*TapEvent]
    assert told.prompt == ("Go on" if _has_prompt(path) else "")


def _has_prompt(path):
    asks = [("copilot", "session.start"), ("gemini", "turn.end")]
    return path.stem == "prompt.submit" or (path.parent.name, path.stem) in asks


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_program_says_what_its_shell_is_to_run(dialect):
    told = recorded(dialect, "tool.before")

    assert told.command == PUSH
    assert told.path == ""


def test_some_say_more():
    assert said(recorded("claude", "session.start")) == {
        "called": "SessionStart",
        "conversation": NAMES["claude"],
        "transcript": "/people/tess/.claude/projects/-town-shop-polecats-toast/"
        f"{NAMES['claude']}.jsonl",
        "cwd": "/town/shop/polecats/toast",
        "source": "startup",
    }
    assert recorded("codex", "session.start").model == "fake"
    assert recorded("claude", "tool.before.edit").path == "/town/shop/polecats/toast/.git"
    assert recorded("gemini", "tool.before.edit").path.endswith("/toast/.git/config")
    assert recorded("copilot", "turn.end").transcript.endswith("/events.jsonl")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"session_id": 7}',
        b'{"tool_input": "{"}', b'{"tool_input": 7, "prompt": null, "model": []}',
        b'{"tool_input": {"command": {"a": 1}}}',
    ],
)  # fmt: skip
def test_what_makes_no_sense_says_nothing(content):
    assert heard(content) == Told()


def test_a_command_may_be_a_list_of_words():
    assert heard(b'{"tool_input": {"command": ["sh", "-c", "git push"]}}').command == (
        "sh -c 'git push'"
    )


def test_what_is_endless_is_cut():
    long = "x" * 9999
    told = heard(json.dumps({"session_id": long, "model": long, "prompt": long}).encode())
    assert [len(each) for each in (told.conversation, told.model, told.prompt)] == [
        4096, 4096, 9999,
    ]  # fmt: skip


def test_whoever_does_not_close_its_end_is_not_waited_for_for_long():
    ours, theirs = os.pipe()
    try:
        os.write(theirs, b"{}")
        assert listened(ours, patience=0.05) == b"{}"
    finally:
        os.close(ours)
        os.close(theirs)


def spoken(dialect, event, reply, called=""):
    found = DIALECTS[dialect].speak(event, called, reply)
    try:
        return found.code, json.loads(found.out), found.err
    except ValueError:
        return found.code, found.out, found.err


def context(called, text="Hello"):
    return {"hookSpecificOutput": {"hookEventName": called, "additionalContext": text}}


E = TapEvent


@pytest.mark.parametrize(
    ("dialect", "start", "prompt"),
    [
        ("claude", "Hello", "Hello"),
        ("codex", "Hello", "Hello"),
        ("gemini", context("SessionStart"), context("BeforeAgent")),
        ("copilot", {"additionalContext": "Hello"}, ""),
        ("opencode", {"context": "Hello"}, {"context": "Hello"}),
        ("pi", {"context": "Hello"}, {"context": "Hello"}),
        ("cursor", {"additional_context": "Hello"}, ""),
    ],
)
def test_how_a_model_is_given_a_text(dialect, start, prompt):
    assert spoken(dialect, E.SESSION_START, Tell("Hello")) == (0, start, "")
    assert spoken(dialect, E.PROMPT_SUBMIT, Tell("Hello")) == (0, prompt, "")
    assert spoken(dialect, E.TOOL_BEFORE, Tell("Hello")) == (0, "", "")
    assert spoken(dialect, E.SESSION_START, Tell("")) == (0, "", "")
    assert DIALECTS[dialect].hears(E.PROMPT_SUBMIT) == bool(prompt)


@pytest.mark.parametrize("text", ["[1] is open", "{braces}", "  [x]"])
def test_no_text_is_taken_for_broken_json(text):
    for dialect in ("claude", "codex"):
        assert spoken(dialect, E.SESSION_START, Tell(text)) == (
            0, context("SessionStart", text), "",
        )  # fmt: skip
        assert spoken(dialect, E.PROMPT_SUBMIT, Tell(text), "Prompted")[1] == (
            context("Prompted", text)
        )


@pytest.mark.parametrize(
    ("dialect", "answer"),
    [
        ("claude", (2, "", "No")),
        ("codex", (2, "", "No")),
        ("gemini", (2, "", "No")),
        ("copilot", (0, {"permissionDecision": "deny", "permissionDecisionReason": "No"}, "")),
        ("opencode", (0, {"deny": "No"}, "")),
        ("pi", (0, {"deny": "No"}, "")),
        (
            "cursor",
            (0, {"permission": "deny", "user_message": "No", "agent_message": "No"}, ""),
        ),
    ],
)
def test_how_a_tool_is_denied(dialect, answer):
    assert spoken(dialect, E.TOOL_BEFORE, Deny("No")) == answer
    assert spoken(dialect, E.TURN_END, Deny("No")) == (0, "", "")


@pytest.mark.parametrize(
    ("dialect", "answer"),
    [
        ("claude", {"decision": "block", "reason": "Do this"}),
        ("codex", {"decision": "block", "reason": "Do this"}),
        ("gemini", {"decision": "deny", "reason": "Do this"}),
        ("copilot", {"decision": "block", "reason": "Do this"}),
        ("opencode", {"go_on": "Do this"}),
        ("pi", {"go_on": "Do this"}),
        ("cursor", {"followup_message": "Do this"}),
    ],
)
def test_how_a_turn_goes_on(dialect, answer):
    assert spoken(dialect, E.TURN_END, GoOn("why", "Do this")) == (0, answer, "")
    assert spoken(dialect, E.SESSION_START, GoOn("why", "Do this")) == (0, "", "")


@pytest.mark.parametrize("event", [*TapEvent])
def test_silence_is_the_same_everywhere(event):
    assert {each.speak(event, "", SILENCE) for each in DIALECTS.values()} == {Spoken()}
