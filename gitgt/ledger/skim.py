"""What a canonical file says, without reading all of it.

Top-level keys stand at the beginning of a line and nothing else does, so a field is found by
looking for its name. For lists and searches, which look at thousands of files; what is
shown in the end comes through the door.
"""

from __future__ import annotations

import json
import re
from functools import cache

_KEYS = re.compile(r"^([a-z][a-z_]*):", re.MULTILINE)
_OF_A_LIST = re.compile(
    r"^  (?:- |  )(?:id|at|by): .*$|^    text:(?: \|[+-]?)?|^  - ", re.MULTILINE
)


def field(content: bytes, name: str) -> str:
    """Return the value of a field of one line; '' if there is none."""
    match = _pattern(name).search(content)
    return "" if match is None else _plain(match[1].decode(errors="replace"))


@cache
def _pattern(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"^%s: (.*)$" % name.encode(), re.MULTILINE)


def sections(text: str) -> dict[str, str]:
    """Return the fields of a file as running text, their white space made one."""
    parts = _KEYS.split(text)
    return {
        name: _running(name, value)
        for name, value in zip(parts[1::2], parts[2::2], strict=True)
    }


def _running(name: str, value: str) -> str:
    if name in ("comments", "labels"):
        value = _OF_A_LIST.sub("", value)
    elif value.startswith(" |"):
        value = value.partition("\n")[2]
    return " ".join(_plain(value.strip()).split())


def _plain(value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        return str(json.loads(value))
    except ValueError:
        return value
