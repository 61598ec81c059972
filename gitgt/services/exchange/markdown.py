"""Checklists in Markdown: an item is a bead, what is indented below it its child."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Final

from gitgt.services.exchange import fit
from gitgt.services.exchange.foreign import Foreign
from gitgt.values import dataclass

SOURCE: Final = "markdown"
_ITEM: Final = re.compile(
    r"^(?P<indent>[ \t]*)(?:[-*+]|\d+[.)]) \[(?P<mark>[ xX])\] (?P<title>.*\S)"
)
_HEADING: Final = re.compile(r"^#+ +(?P<title>.*\S)")
_FENCE: Final = re.compile(r"^\s*(?:```|~~~)")


@dataclass(slots=True)
class _Item:
    """One item, as far as it was read."""

    name: str
    parent: str
    title: str
    line: int
    indent: int
    done: bool
    heading: str
    text: list[str] = field(default_factory=list)


def read(text: str, source: str, at: str) -> Iterator[Foreign]:
    """Yield the items of a checklist; *at* is when they count as made.

    An item is known again by its own words and those that it stands below.
    """
    for each in _items(text):
        fields = {
            "title": each.title,
            "description": "\n".join(each.text).strip("\n"),
            "type": "task",
            "created_at": at,
            "created_by": "unknown",
        }
        found = fit.fitting(fields)
        found["status"] = "closed" if each.done else "open"
        if each.done:
            found |= {"closed_at": at, "outcome": "success"}
        record = {"done": each.done, "title": each.title, "text": each.text}
        yield Foreign(SOURCE, each.name, f"{source}:{each.line}", record, found, each.parent)


def _items(text: str) -> list[_Item]:
    found: list[_Item] = []
    above: list[_Item] = []
    heading, fenced = "", False
    for number, line in enumerate(text.expandtabs(4).splitlines(), 1):
        fenced ^= bool(_FENCE.match(line))
        item = None if fenced else _ITEM.match(line)
        if item:
            indent = len(item["indent"])
            above = [each for each in above if each.indent < indent]
            made = _item(item, number, above[-1] if above else None, heading)
            made.name = _unique(made.name, {each.name for each in found})
            found.append(made)
            above.append(made)
        elif not fenced and (title := _HEADING.match(line)):
            heading, above = title["title"], []
        elif above and (not line.strip() or line.startswith(" " * (above[-1].indent + 1))):
            above[-1].text.append(line[above[-1].indent + 2 :])
        elif line.strip():
            above = []
    return found


def _item(item: re.Match[str], line: int, above: _Item | None, heading: str) -> _Item:
    parent = above.name if above else ""
    path = f"{parent or heading} / {item['title']}"
    done = item["mark"] != " "
    return _Item(path, parent, item["title"], line, len(item["indent"]), done, heading)


def _unique(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name} ({number})"
    return found
