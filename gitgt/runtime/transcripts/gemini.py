"""Gemini CLI: messages, each written again whenever there is more of it.

<config>/tmp/<project>/chats/session-<time>-<short>.jsonl, or one map of all in a .json, as it
was before. What came from a cache is counted in the input, too; thoughts are paid for as
output.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gitgt.model.session_record import Usage
from gitgt.model.spending import Spent
from gitgt.runtime.transcripts.lines import (
    Line,
    count,
    lines,
    moment,
    parsed,
    part,
    text,
    without,
)


def spent(path: Path, _: str) -> Iterator[Spent]:
    """Yield what each answer took, once for each time that it was written."""
    rows = lines(path) if path.suffix == ".jsonl" else iter([parsed(path.read_bytes()) or {}])
    for row in rows:
        for message in _messages(row):
            tokens = part(message, "tokens")
            if message.get("type") == "gemini" and tokens:
                yield _spent(message, tokens)


def _messages(row: Line) -> Iterator[Line]:
    yield row
    for holder in (row, part(row, "$set")):
        listed = holder.get("messages")
        yield from (each for each in _list(listed) if isinstance(each, dict))


def _list(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def _spent(message: Line, tokens: Line) -> Spent:
    read, output = count(tokens, "cached"), count(tokens, "output")
    asked = without(count(tokens, "input"), read)
    return Spent(
        id=text(message, "id"),
        model=text(message, "model"),
        at=moment(message.get("timestamp")),
        usage=Usage(
            input=None if asked is None else asked + (count(tokens, "tool") or 0),
            output=None if output is None else output + (count(tokens, "thoughts") or 0),
            cache_read=read,
        ),
    )
