"""What changed, in words: one line for each field, and the lines of long texts on request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gitgt.cli import output
from gitgt.model.differences import Difference, less_and_more

_LONGEST: Final = 60
_LISTS: Final = ("labels", "dependencies", "comments")


def lines(difference: Difference, *, whole: bool = False) -> Iterator[str]:
    """Yield what changed in one field; with *whole* also which lines of a text."""
    yield f"{difference.field}: {said(difference)}"
    if whole and _is_text(difference):
        yield from (f"  {line}" for line in _patch(difference))


def said(difference: Difference) -> str:
    """Return in a few words what a field was and is."""
    if difference.field in _LISTS:
        less, more = less_and_more(difference)
        told = [f"-{_item(each)}" for each in less] + [f"+{_item(each)}" for each in more]
        return " ".join(told)
    if _is_text(difference):
        less_lines, more_lines = _counted(difference)
        return f"+{more_lines} -{less_lines} lines"
    if difference.was is None:
        return short(difference.now)
    return f"{short(difference.was)} -> {short(difference.now)}"


def short(value: Any) -> str:  # noqa: ANN401 - any field's
    """Return a value as it may stand on a line."""
    if value is None:
        return "(none)"
    if isinstance(value, list):
        return ", ".join(_item(each) for each in value)
    text = output.one_line(str(value).rstrip("\n"))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _item(value: Any) -> str:  # noqa: ANN401 - a label, an edge or a comment
    if not isinstance(value, dict):
        return output.one_line(str(value))
    if "on" in value:
        when = f":{value['when']}" if value.get("when") else ""
        return f"{value['type']}{when} {value['on']}"
    return f"{value['by']}: {short(value['text'])}"


def _is_text(difference: Difference) -> bool:
    return any("\n" in str(each).rstrip("\n") for each in (difference.was, difference.now))


def _counted(difference: Difference) -> tuple[int, int]:
    marks = [line[0] for line in _patch(difference)]
    return marks.count("-"), marks.count("+")


def _patch(difference: Difference) -> list[str]:
    from difflib import ndiff

    was, now = (str(each or "").splitlines() for each in (difference.was, difference.now))
    return [line for line in ndiff(was, now) if line[:1] in "+-"]
