"""What a plain scalar means in YAML 1.2's core schema: ``yes`` and a date are words."""

from __future__ import annotations

import re
from typing import Final

UNREADABLE: Final = object()  # a number without bounds, or none at all

_MOST_DIGITS: Final = 4000  # Python itself refuses numbers that are longer
_WORDS: Final[dict[str, object]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def resolved(text: str) -> object:
    """Return the value that the plain scalar *text* stands for."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        base = 0 if text[:2] in {"0o", "0x"} else 10
        return int(text, base) if len(text) <= _MOST_DIGITS else UNREADABLE
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if number - number == 0 else UNREADABLE
    return UNREADABLE if _NO_NUMBER.fullmatch(text) else text
