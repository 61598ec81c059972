"""Files from other trackers: which kind each is, and its records, line by line."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from gitgt.errors import GtError, RefusedError
from gitgt.services.exchange import bd, forges, markdown, nowork
from gitgt.services.exchange.foreign import Foreign, Problem
from gitgt.values import dataclass

Reader = Callable[[Mapping[str, Any], str], Foreign]
READERS: Final[dict[str, Reader]] = {
    bd.SOURCE: bd.read,
    forges.GITHUB: forges.read_github,
    forges.GITLAB: forges.read_gitlab,
    forges.GITEA: forges.read_gitea,
}
# Says of a record why it has no place in a ledger, if so.
NO_PLACE: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {
    bd.SOURCE: nowork.no_place,
    forges.GITHUB: forges.no_place,
    forges.GITEA: forges.no_place,
}
KINDS: Final = (*READERS, markdown.SOURCE)
_LISTS: Final = ("data", "issues", "items")
_BLANK: Final = " \t\r\n"
_DECODER: Final = json.JSONDecoder()


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
    if kind == markdown.SOURCE or (not kind and source.endswith((".md", ".markdown"))):
        return Read([*markdown.read(_text(content, source), source, at)])
    found = Read()
    is_list = content.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"[")
    text = _text(content, source) if is_list else _readable(content, source, found)
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


def _text(content: bytes, source: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RefusedError(f"{source}:{line}: this is not UTF-8") from error


def _readable(content: bytes, source: str, found: Read) -> str:
    """Return the text of the lines that are UTF-8; the others are empty, and told."""
    lines: list[str] = []
    for number, line in enumerate(content.removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        try:
            lines.append(line.decode())
        except UnicodeDecodeError:
            lines.append("")
            found.problems.append(Problem(f"{source}:{number}", "this is not UTF-8"))
    return "\n".join(lines)


def _any_place(_: Mapping[str, Any]) -> str:
    return ""


def _agent(kind: str, record: Mapping[str, Any]) -> str:
    return nowork.agent(record) if kind == bd.SOURCE else ""


def _kind(record: Mapping[str, Any], where: str) -> str:
    if "iid" in record:
        return forges.GITLAB
    if "number" in record:
        return forges.GITEA if "original_author" in record else forges.GITHUB
    if "id" in record or "title" in record or "_type" in record:
        return bd.SOURCE
    raise RefusedError(
        f"{where}: whose record is this?", hint=f"say it with --from: {', '.join(KINDS)}"
    )


def _records(text: str, source: str, found: Read) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield place and record of a JSON file: one a line, or a list, perhaps in an envelope.

    A list may be followed by another one, its next page.
    """
    pages = _pages(text)
    parts = _lines(text, source, found) if pages is None else _listed(text, pages, source)
    for where, part in parts:
        if not isinstance(part, dict):
            found.problems.append(Problem(where, "a record is expected here: {...}"))
        else:
            yield where, part


def _pages(text: str) -> list[tuple[int, int]] | None:
    """Return where each list of a file begins, and its length; None if each line is a record.

    Whoever asks an API for page after page may get a list after a list.
    """
    found: list[tuple[int, int]] = []
    at = _beyond(text, 0, _BLANK)
    while at < len(text):
        try:
            value, end = _DECODER.raw_decode(text, at)
            is_list = isinstance(value, list)
            page = (at + 1, len(value)) if is_list else _enveloped(text, at, value)
        except (ValueError, RecursionError):
            return None
        if page is None:
            return None
        found.append(page)
        at = _beyond(text, end, _BLANK)
    return found


def _enveloped(text: str, at: int, value: Any) -> tuple[int, int] | None:  # noqa: ANN401
    """Return where the list in *value*, which stands at *at*, begins, and its length."""
    if not isinstance(value, dict) or "title" in value:
        return None
    at = _beyond(text, at + 1, _BLANK)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        at = _beyond(text, at, _BLANK + ":")
        value, end = _DECODER.raw_decode(text, at)
        if key in _LISTS and isinstance(value, list):
            return at + 1, len(value)
        at = _beyond(text, end, _BLANK + ",")
    return None


def _listed(
    text: str, pages: list[tuple[int, int]], source: str
) -> Iterator[tuple[str, Any]]:  # fmt: skip
    line, told = 1, 0
    for start, count in pages:
        at = start
        for _ in range(count):
            at = _beyond(text, at, _BLANK + ",")
            line, told = line + text.count("\n", told, at), at
            part, at = _DECODER.raw_decode(text, at)
            yield f"{source}:{line}", part


def _beyond(text: str, at: int, passed: str) -> int:
    """Return where what is not *passed* begins, from *at* on."""
    while at < len(text) and text[at] in passed:
        at += 1
    return at


def _lines(text: str, source: str, found: Read) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{source}:{number}"
        try:
            value = json.loads(line)
            yield from (
                (where, each) for each in (value if isinstance(value, list) else [value])
            )
        except ValueError as error:
            found.problems.append(Problem(where, f"no JSON: {error}"))
        except RecursionError:
            found.problems.append(Problem(where, "no JSON that ends: it nests too deeply"))
