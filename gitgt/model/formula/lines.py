"""On which line of a TOML file something stands: ``tomllib`` does not tell."""

from __future__ import annotations

import re
from typing import Final

_HEADER: Final = re.compile(r"\s*(?P<open>\[\[?)\s*(?P<name>[^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"""\s*(?P<key>[A-Za-z0-9_.-]+|"[^"]*")\s*=(?P<value>.*)$""")
_QUOTES: Final = ('"""', "'''")


def lines_of(text: str) -> dict[str, int]:
    """Return the line of each table and key, under names such as ``steps[2].needs``."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    table, inside = "", ""
    for number, line in enumerate(text.splitlines(), 1):
        if inside:
            inside = "" if inside in line else inside
        elif header := _HEADER.match(line):
            table = _table(header, counts)
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(_below(table, key["key"].strip('"')), number)
            inside = _left_open(key["value"])
    return found


def line_of(lines: dict[str, int], where: str) -> int:
    """Return the line of *where*, or of the nearest thing around it; 0 if there is none."""
    while where:
        if where in lines:
            return lines[where]
        shorter = max(where.rfind("."), where.rfind("["))
        where = where[: max(shorter, 0)]
    return 0


def _table(header: re.Match[str], counts: dict[str, int]) -> str:
    """Return the name of the table that begins, with the number of each array's entry."""
    *above, last = [part.strip().strip('"') for part in header["name"].split(".")]
    at = ""
    for part in above:
        at = _below(at, part)
        at = f"{at}[{counts[at] - 1}]" if at in counts else at
    at = _below(at, last)
    if header["open"] == "[":
        return at
    counts[at] = counts.get(at, 0) + 1
    return f"{at}[{counts[at] - 1}]"


def _below(table: str, key: str) -> str:
    return f"{table}.{key}" if table else key


def _left_open(value: str) -> str:
    """Return the quotes that a value opens and does not close on its line."""
    for quotes in _QUOTES:
        if value.count(quotes) % 2:
            return quotes
    return ""
