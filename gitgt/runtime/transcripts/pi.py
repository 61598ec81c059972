"""pi: a line for each message, in a file of the conversation's own.

<config>/sessions/<folder>/<time>_<conversation>.jsonl. A copy of a conversation begins with all
that was said before, under the same ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gitgt.model.session_record import Usage
from gitgt.model.spending import Spent
from gitgt.runtime.transcripts.lines import Line, count, lines, moment, part, text


def spent(path: Path, _: str) -> Iterator[Spent]:
    """Yield what each answer took."""
    for line in lines(path):
        message = part(line, "message")
        usage = part(message, "usage")
        if message.get("role") == "assistant" and usage:
            yield _spent(line, message, usage)


def _spent(line: Line, message: Line, usage: Line) -> Spent:
    provider, model = text(message, "provider"), text(message, "model")
    return Spent(
        id=text(line, "id") or text(message, "responseId"),
        model=f"{provider}/{model}" if provider else model,
        at=moment(line.get("timestamp")),
        usage=Usage(
            input=count(usage, "input"),
            output=count(usage, "output"),
            cache_read=count(usage, "cacheRead"),
            cache_write=count(usage, "cacheWrite"),
        ),
    )
