"""GitHub Copilot CLI: an event for each answer; before there were those, one sum at the end.

<config>/session-state/<conversation>/events.jsonl. What came from a cache is counted in the
input, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gitgt.model.session_record import Usage
from gitgt.model.spending import Spent
from gitgt.runtime.transcripts.lines import Line, count, lines, moment, part, text, without


def spent(path: Path, _: str) -> Iterator[Spent]:
    """Yield what each answer took, or each model in all."""
    rows = [*lines(path)]
    has_records = any(row.get("type") == "session.usage_record" for row in rows)
    return _recorded(rows) if has_records else _summed(rows)


def _recorded(rows: list[Line]) -> Iterator[Spent]:
    for row in rows:
        usage = part(row, "data", "usage")
        if row.get("type") == "session.usage_record" and usage:
            name = text(usage, "apiCallId") or text(row, "id")
            yield Spent(
                id=name,
                model=text(usage, "model"),
                at=moment(row.get("timestamp")),
                usage=_usage(usage),
            )


def _summed(rows: list[Line]) -> Iterator[Spent]:
    """Yield the sums of each model, which grow from end to end of its sittings."""
    for row in rows:
        data = part(row, "data")
        metrics = part(data, "accountingSnapshot", "modelMetrics") or part(data, "modelMetrics")
        for model in metrics if row.get("type") == "session.shutdown" else ():
            found = _usage(part(metrics, model, "usage"))
            yield Spent(id=f"sum-{model}", model=model, usage=found)


def _usage(found: Line) -> Usage:
    read, written = count(found, "cacheReadTokens"), count(found, "cacheWriteTokens")
    return Usage(
        input=without(count(found, "inputTokens"), read, written),
        output=count(found, "outputTokens"),
        cache_read=read,
        cache_write=written,
    )
