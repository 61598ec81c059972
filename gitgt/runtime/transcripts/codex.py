"""Codex: each answer has a record; before there were those, only running totals were written.

<config>/sessions/<year>/<month>/<day>/rollout-<time>-<conversation>.jsonl. What came from a
cache is counted in the input, too. The model stands where a turn begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gitgt.model.session_record import Usage
from gitgt.model.spending import Spent
from gitgt.runtime.transcripts.lines import Line, count, lines, moment, part, text, without

_BUCKETS: Final = (
    "input_tokens", "cached_input_tokens", "cache_write_input_tokens", "output_tokens",
)  # fmt: skip


def spent(path: Path, _: str) -> Iterator[Spent]:
    """Yield what each answer took."""
    rows = [*lines(path)]
    has_records = any(row.get("type") == "token_usage_record" for row in rows)
    return _recorded(rows) if has_records else _counted(rows)


def _recorded(rows: list[Line]) -> Iterator[Spent]:
    model = ""
    for number, row in enumerate(rows):
        payload = part(row, "payload")
        model = _model(row, payload, model)
        if row.get("type") == "token_usage_record":
            name = text(payload, "response_id") or f"record-{number}"
            yield _spent(name, model, row, part(payload, "usage"))


def _counted(rows: list[Line]) -> Iterator[Spent]:
    """Yield by how much the running totals grew; the same one may be told twice."""
    model, before = "", dict.fromkeys(_BUCKETS, 0)
    for number, row in enumerate(rows):
        payload = part(row, "payload")
        model = _model(row, payload, model)
        total = part(payload, "info", "total_token_usage")
        if payload.get("type") != "token_count" or not total:
            continue
        now = {name: count(total, name) for name in _BUCKETS}
        begins_anew = any((now[name] or 0) < before[name] for name in _BUCKETS)
        base = dict.fromkeys(_BUCKETS, 0) if begins_anew else before
        grown = {name: each - base[name] for name, each in now.items() if each is not None}
        before = {name: each or 0 for name, each in now.items()}
        if any(grown.values()):
            yield _spent(f"count-{number}", model, row, grown)


def _model(row: Line, payload: Line, before: str) -> str:
    return text(payload, "model") or before if row.get("type") == "turn_context" else before


def _spent(name: str, model: str, row: Line, usage: Line) -> Spent:
    read, written = count(usage, _BUCKETS[1]), count(usage, _BUCKETS[2])
    return Spent(
        id=name,
        model=model,
        at=moment(row.get("timestamp")),
        usage=Usage(
            input=without(count(usage, _BUCKETS[0]), read, written),
            output=count(usage, _BUCKETS[3]),
            cache_read=read,
            cache_write=written,
        ),
    )
