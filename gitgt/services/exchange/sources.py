"""Files from other trackers: which kind each is, and its records, line by line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gitgt.errors import GtError, RefusedError
from gitgt.services.exchange import bd, forges, markdown, nowork
from gitgt.services.exchange.foreign import Foreign, Problem

Reader = Callable[[Mapping[str, Any], str], Foreign]
READERS: Final[dict[str, Reader]] = {
    bd.SOURCE: bd.read,
    forges.GITHUB: forges.read_github,
    forges.GITLAB: forges.read_gitlab,
}
# Says of a record why it has no place in a ledger, if so.
NO_PLACE: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {
    bd.SOURCE: nowork.no_place,
    forges.GITHUB: forges.no_place,
}
KINDS: Final = (*READERS, markdown.SOURCE)
_LISTS: Final = ("data", "issues", "items")


@dataclass(slots=True)
class Read:
    """What a file holds, what of it has no place here, and what cannot be read."""

    records: list[Foreign] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left: list[Problem] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)  # whom bd's records tell of: addresses


def read(content: bytes, source: str, *, kind: str = "", at: str) -> Read:
    """Return the records of a file; *at* is the time for what has none of its own.

    Raises:
        RefusedError: nothing that we know.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RefusedError(f"{source}:{line}: this is not UTF-8") from error
    if kind == markdown.SOURCE or (not kind and source.endswith((".md", ".markdown"))):
        return Read([*markdown.read(text, source, at)])
    found = Read()
    for where, record in _records(text, source, found):
        source_kind = kind or _kind(record, where)
        if why := NO_PLACE.get(source_kind, _any_place)(record):
            found.left.append(Problem(where, f"left out: {why}"))
            found.agents += [who] if (who := _agent(source_kind, record)) else []
            continue
        try:
            found.records.append(READERS[source_kind](record, where))
        except GtError as error:
            found.problems.append(Problem(where, error.message))
    return found


def _any_place(_: Mapping[str, Any]) -> str:
    return ""


def _agent(kind: str, record: Mapping[str, Any]) -> str:
    return nowork.agent(record) if kind == bd.SOURCE else ""


def _kind(record: Mapping[str, Any], where: str) -> str:
    if "iid" in record:
        return forges.GITLAB
    if "number" in record:
        return forges.GITHUB
    if "id" in record or "title" in record or "_type" in record:
        return bd.SOURCE
    raise RefusedError(
        f"{where}: whose record is this?", hint=f"say it with --from: {', '.join(KINDS)}"
    )


def _records(text: str, source: str, found: Read) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield place and record of a JSON file: one a line, or a list, perhaps in an envelope."""
    lines = text.split("\n")
    if (whole := _whole(text)) is not None:
        starts = _starts(text, len(whole))
        parts = [(f"{source}:{line}", part) for line, part in zip(starts, whole, strict=True)]
    else:
        parts = [*_lines(lines, source, found)]
    for where, part in parts:
        if not isinstance(part, dict):
            found.problems.append(Problem(where, "a record is expected here: {...}"))
        else:
            yield where, part


def _whole(text: str) -> list[Any] | None:
    """Return the records of a file that is one value; None if each line is one."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict):
        lists = [value[key] for key in _LISTS if isinstance(value.get(key), list)]
        return lists[0] if lists else None
    return value if isinstance(value, list) else None


def _starts(text: str, count: int) -> list[int]:
    """Return on which lines *count* records of a list begin, as well as can be told."""
    decoder = json.JSONDecoder()
    at = text.index("[") + 1
    found: list[int] = []
    for _ in range(count):
        while text[at] in " \t\r\n,":
            at += 1
        found.append(text.count("\n", 0, at) + 1 if count <= 1000 else len(found) + 1)
        _, at = decoder.raw_decode(text, at)
    return found


def _lines(lines: list[str], source: str, found: Read) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{source}:{number}"
        try:
            yield where, json.loads(line)
        except ValueError as error:
            found.problems.append(Problem(where, f"no JSON: {error}"))
        except RecursionError:
            found.problems.append(Problem(where, "no JSON that ends: it nests too deeply"))
