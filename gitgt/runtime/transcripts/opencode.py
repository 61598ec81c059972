"""OpenCode: a row for each message, in a database of sqlite that holds all conversations.

<data>/opencode/opencode.db. What was thought is told beside the output, and paid for as such.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from gitgt.model.session_record import Usage
from gitgt.model.spending import Spent
from gitgt.runtime.transcripts.lines import Line, count, moment, parsed, part, text

_MESSAGES: Final = "select id, data from message where session_id = ? order by time_created, id"
_PATIENCE: Final = 2.0


def spent(path: Path, conversation: str) -> Iterator[Spent]:
    """Yield what each answer took."""
    for name, data in _rows(path, conversation):
        message = parsed(data) or {}
        tokens = part(message, "tokens")
        if message.get("role") == "assistant" and tokens:
            yield _spent(name, message, tokens)


def _rows(path: Path, conversation: str) -> list[tuple[str, str]]:
    if not path.is_file():
        return []
    where = f"file:{quote(str(path))}?mode=ro"
    try:
        with closing(sqlite3.connect(where, uri=True, timeout=_PATIENCE)) as database:
            return database.execute(_MESSAGES, (conversation,)).fetchall()
    except sqlite3.Error:  # of another version, or busy: then we know nothing, for now
        return []


def _spent(name: str, message: Line, tokens: Line) -> Spent:
    provider, model = text(message, "providerID"), text(message, "modelID")
    cache = part(tokens, "cache")
    output, thought = count(tokens, "output"), count(tokens, "reasoning")
    return Spent(
        id=name,
        model=f"{provider}/{model}" if provider else model,
        at=moment(part(message, "time").get("created")),
        usage=Usage(
            input=count(tokens, "input"),
            output=None if output is None else output + (thought or 0),
            cache_read=count(cache, "read"),
            cache_write=count(cache, "write"),
        ),
    )
