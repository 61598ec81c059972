"""A document as a page for people: its short fields first, then its texts."""

from __future__ import annotations

from gitgt.cli import output

TYPE_CHECKING = False  # as in typing, which takes longer to import than a quick answer
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any, Final

_TEXTS: Final = ("description", "design", "acceptance", "notes", "findings")
_APART: Final = {"id", "title", "dependencies", "comments", "header", *_TEXTS}


def answer(fields: Mapping[str, Any]) -> None:
    """Answer with all that a document says."""
    for line in _lines(fields):
        output.answer(line)


def answer_comments(comments: Iterable[Mapping[str, Any]]) -> None:
    """Answer with what was said, and nothing else."""
    lines = [line for each in comments for line in _comment(each)]
    for line in lines[1:]:
        output.answer(line)


def _comment(said: Mapping[str, Any]) -> Iterator[str]:
    return _text(f"{said['by']}, {said['at'][:19]}Z", said["text"])


def _lines(fields: Mapping[str, Any]) -> Iterator[str]:
    yield f"{output.paint(fields['id'], 'bold')}  {fields['title']}"
    for name, value in fields.items():
        if name not in _APART:
            yield f"{name}: {_short(value)}"
    for edge in fields.get("dependencies", ()):
        when = f" (when: {edge['when']})" if edge.get("when") else ""
        yield f"{edge['type']}: {edge['on']}{when}"
    for name in _TEXTS:
        if fields.get(name):
            yield from _text(name, fields[name])
    for each in fields.get("comments", ()):
        yield from _comment(each)


def _short(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _text(name: str, text: str) -> Iterator[str]:
    yield ""
    yield output.paint(f"{output.one_line(name)}:", "bold")
    yield from (f"  {line}".rstrip() for line in text.rstrip().split("\n"))
