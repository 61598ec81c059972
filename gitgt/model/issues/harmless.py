"""Words of strangers, on their way to a forge: they call nobody, and close nothing.

A forge reads what it is handed: ``Fixes #3`` in a commit closes an issue, ``@name`` calls
somebody, and to GitLab a line that starts with a slash is an order.
"""

from __future__ import annotations

import re
from typing import Final

# GitHub's words and GitLab's; what follows is a number, with or without a project, or a link.
_CLOSING: Final = re.compile(
    r"\b(clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)"
    r"(:?)[ \t]+(?=(?:issues?[ \t]+)?(?:[\w.-]+(?:/[\w.-]+)+)?(?:#|!|GH-|https?://))",
    re.IGNORECASE,
)
_CALL: Final = re.compile(r"(?<![\w`])(@[\w][\w/-]*)")
_TICKS: Final = re.compile(r"`{3,}")


def closes_nothing(text: str) -> str:
    """Return *text* with a dash wherever a forge would read that something is to be closed."""
    return _CLOSING.sub(r"\1\2 - ", text)


def line(text: str) -> str:
    """Return a line of *text* that calls nobody either."""
    return _CALL.sub(r"`\1`", closes_nothing(text))


def quoted(text: str) -> str:
    """Return *text* as a block that a forge shows as it is, whatever is in it."""
    longest = max((len(each) for each in _TICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}text\n{closes_nothing(text)}\n{fence}"
