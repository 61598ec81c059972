r"""Words from outside, fit for a document: a gate's log, a file's name, a program's last sigh.

What a document refuses is spelled out (``\x1b``), never dropped.
"""

from __future__ import annotations

import re
from typing import Final

_UNFIT: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # what a terminal would obey
    "\u2028\u2029\u202a-\u202e\u2066-\u2069"  # what breaks a line, or turns it around
    "\ufeff\ufffe\uffff\ud800-\udfff]"  # what is no character
)
_NUMBER: Final = re.compile(r"\b\d+\b")
_LONGEST: Final = 500


def fit_text(text: str) -> str:
    """Return *text*, of any number of lines, with nothing in it that a document refuses."""
    return _UNFIT.sub(_spelled, text.replace("\r\n", "\n"))


def fit_line(text: str, *, longest: int = _LONGEST) -> str:
    """Return *text* as one line of a document, shortened to *longest*."""
    line = " ".join(fit_text(text).split())
    return line if len(line) <= longest else f"{line[: longest - 3]}..."


def is_alike(one: str, other: str) -> bool:
    """Tell whether two lines say the same, but for how much or how long."""
    return _NUMBER.sub("", one) == _NUMBER.sub("", other)


def _spelled(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # where Python keeps a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"
