"""What a conversation took, read from each shape in which programs write it down."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.session_record import Usage
from gitgt.model.spending import Spent, by_model, once
from gitgt.runtime import presets, transcripts

FOLDER = Path(__file__).parent / "transcripts"
WORDS = (
    "type", "assistant", "message", "usage", "payload", "info", "data", "tokens", "$set",
    "messages", "id", "model", "timestamp", "role", "time", "accountingSnapshot",
    "modelMetrics",
)  # fmt: skip
ALL = Usage(input=300, output=21, cache_read=120, cache_write=60)
THOUGHT = Usage(input=300, output=24, cache_read=120)
AT = 1_795_676_400.0  # 2026-11-26T07:00:00Z


def total(parser, path, conversation="c1", **when):
    return by_model(transcripts.spent(parser, path, conversation), **when)


class TestShapes:
    """Each file has two answers before 07:05 and one after; and lines that say nothing."""

    @pytest.mark.parametrize(
        ("parser", "name", "model", "usage"),
        [
            ("claude", "claude.jsonl", "claude-opus-4-5", ALL),
            ("script", "claude.jsonl", "claude-opus-4-5", ALL),
            ("codex", "codex.jsonl", "gpt-5", replace(ALL, cache_write=0)),
            ("codex", "codex-old.jsonl", "gpt-5", replace(ALL, cache_write=None)),
            ("gemini", "gemini.jsonl", "gemini-2.5-pro", THOUGHT),
            ("gemini", "gemini-old.json", "gemini-2.5-pro", THOUGHT),
            ("copilot", "copilot.jsonl", "gpt-5", replace(ALL, cache_write=0)),
            ("copilot", "copilot-old.jsonl", "gpt-5", replace(ALL, cache_write=0)),
            ("pi", "pi.jsonl", "anthropic/claude-opus-4-5", ALL),
        ],
    )
    def test_its_sum_is_that_of_its_answers(self, parser, name, model, usage):
        assert total(parser, FOLDER / name) == {model: usage}

    @pytest.mark.parametrize(
        ("parser", "name", "output"),
        [
            ("claude", "claude.jsonl", 7),
            ("codex", "codex.jsonl", 7),
            ("codex", "codex-old.jsonl", 7),
            ("gemini", "gemini.jsonl", 8),
            ("gemini", "gemini-old.json", 8),
            ("copilot", "copilot.jsonl", 7),
            ("pi", "pi.jsonl", 7),
        ],
    )
    def test_who_goes_on_pays_for_what_comes_after(self, parser, name, output):
        [usage] = total(parser, FOLDER / name, since=AT + 300).values()

        assert usage.output == output

    def test_a_database_holds_many_conversations(self, tmp_path):
        path = tmp_path / "opencode.db"
        rows = [
            ("m1", "c1", {"role": "user", "time": {"created": 1}}),
            ("m2", "c1", _message(output=7, reasoning=0)),
            ("m3", "c1", _message(output=5, reasoning=2)),
            ("m4", "other", _message(output=900, reasoning=0)),
            ("m5", "c1", None),
        ]
        with closing(sqlite3.connect(path)) as database:
            database.execute("create table message (id, session_id, time_created, data)")
            database.executemany(
                "insert into message values (?, ?, 1, ?)",
                [(name, of, json.dumps(data)) for name, of, data in rows],
            )
            database.commit()

        assert total("opencode", path) == {
            "anthropic/claude-opus-4-5": Usage(
                input=200, output=14, cache_read=80, cache_write=40
            )
        }
        assert total("opencode", path, "nobody") == {}

    def test_helpers_are_counted_with_their_conversation(self, tmp_path):
        path = tmp_path / "c1.jsonl"
        path.write_bytes((FOLDER / "claude.jsonl").read_bytes())
        helper = tmp_path / "c1/subagents/agent-1.jsonl"
        helper.parent.mkdir(parents=True)
        usage = {"input_tokens": 5, "output_tokens": 1}
        message = {"id": "h1", "model": "claude-haiku-4-5", "usage": usage}
        helper.write_text(json.dumps({"type": "assistant", "message": message}))

        assert total("claude", path)["claude-haiku-4-5"] == Usage(input=5, output=1)


def _message(*, output, reasoning):
    tokens = {
        "input": 100,
        "output": output,
        "reasoning": reasoning,
        "cache": {"read": 40, "write": 20},
    }
    return {
        "role": "assistant",
        "modelID": "claude-opus-4-5",
        "providerID": "anthropic",
        "tokens": tokens,
        "time": {"created": 1_795_676_400_000},
    }


class TestHardTimes:
    @pytest.mark.parametrize("path", sorted(FOLDER.glob("*.jsonl")), ids=lambda it: it.stem)
    @pytest.mark.parametrize("left", [0.2, 0.5, 0.9, 0.99])
    def test_a_torn_file_tells_what_is_whole(self, tmp_path, path, left):
        content = path.read_bytes()
        torn = tmp_path / path.name
        torn.write_bytes(content[: int(len(content) * left)])
        parser = path.stem.partition("-")[0]

        whole, part = total(parser, path), total(parser, torn)

        assert part.keys() <= whole.keys()
        assert all(part[name].output <= whole[name].output for name in part)

    @given(content=st.binary(max_size=200))
    def test_garbage_says_nothing(self, tmp_path_factory, content):
        path = tmp_path_factory.mktemp("garbage") / "file.jsonl"
        path.write_bytes(content)
        for parser in transcripts.READERS:
            assert total(parser, path) == {}

    @given(
        line=st.recursive(
            st.none() | st.integers() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6)
            ),
        )
    )
    def test_values_of_another_kind_are_passed_over(self, tmp_path_factory, line):
        path = tmp_path_factory.mktemp("strange") / "file.jsonl"
        path.write_text(json.dumps(line))
        for parser in transcripts.READERS:
            assert isinstance(total(parser, path), dict)

    def test_what_is_not_there_and_what_nobody_reads_say_nothing(self, tmp_path):
        assert total("claude", tmp_path / "gone.jsonl") == {}
        assert total("", FOLDER / "claude.jsonl") == {}
        assert total("amp", FOLDER / "claude.jsonl") == {}


class TestSums:
    def test_an_answer_counts_once_and_its_largest_counts(self):
        spent = [
            Spent(id="a", model="m", usage=Usage(input=3, output=1), at=5.0),
            Spent(id="a", model="m", usage=Usage(input=3, output=9), at=9.0),
            Spent(id="b", model="m", usage=Usage(input=1), at=None),
        ]
        assert once(spent) == [
            Spent(id="a", model="m", usage=Usage(input=3, output=9), at=5.0),
            spent[2],
        ]
        assert by_model(spent) == {"m": Usage(input=4, output=9)}

    def test_what_is_not_known_is_not_nothing(self):
        spent = [Spent(id="a", model="m", usage=Usage(input=3, output=1))]

        assert by_model(spent)["m"].cache_read is None

    def test_what_came_before_or_after_was_paid_for_by_another(self):
        spent = [
            Spent(id=str(at), model="m", usage=Usage(output=1), at=at) for at in (1, 2, 3, 4)
        ]
        assert by_model(spent, since=2, until=3) == {"m": Usage(output=2)}


class TestPlaces:
    def test_it_is_looked_for_where_its_program_writes(self, tmp_path):
        path = tmp_path / ".claude/projects/-t-shop/0b1e.jsonl"
        path.parent.mkdir(parents=True)
        path.touch()
        claude = presets.runtime("claude", {})

        found = transcripts.find(claude, "0b1e", tmp_path, {"HOME": str(tmp_path)})
        elsewhere = {"HOME": "/", "CLAUDE_CONFIG_DIR": str(tmp_path / ".claude")}

        assert found == path
        assert transcripts.find(claude, "0b1e", tmp_path, elsewhere) == path
        assert transcripts.find(claude, "0b1f", tmp_path, elsewhere) is None
        assert transcripts.find(claude, "", tmp_path, elsewhere) is None
        assert transcripts.find(claude, "*", tmp_path, elsewhere) is None

    def test_nobody_knows_where_some_programs_write(self, tmp_path):
        assert transcripts.find(presets.runtime("amp", {}), "c", tmp_path, {}) is None
