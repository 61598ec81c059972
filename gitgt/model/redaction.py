"""Take out of a text what looks like a secret: before it is kept, where others may read it.

These are well-known forms. What is secret and looks like nothing cannot be told; so what is
kept of sessions leaves a clone only if somebody says so.
"""

from __future__ import annotations

import re
from typing import Final

MARK: Final = "[redacted]"
_KEYS: Final = re.compile(
    r"\b(?:"
    r"sk-(?:ant-|proj-|or-)?[\w-]{16,}"  # Anthropic, OpenAI and those who took their form
    r"|(?:AKIA|ASIA)[0-9A-Z]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}"
    r"|glpat-[\w-]{16,}|xox[abeprs]-[\w-]{10,}"
    r"|AIza[\w-]{30,}|ya29\.[\w-]{20,}"
    r"|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{30,}|hf_[A-Za-z0-9]{30,}"
    r"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}"  # JSON web tokens
    r")"
)
_BLOCKS: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_IN_A_URL: Final = re.compile(r"(?P<before>\b[a-z][a-z0-9+.-]*://[^/\s:@]*:)[^/\s@]+(?=@)")
_NAMED: Final = re.compile(
    r"""(?P<before>\b(?:[A-Za-z0-9]+[_-])*
        (?:password|passwd|secret|token|api_?key|access_?key|private_?key|credentials?)
        (?:[_-][A-Za-z0-9]+)*["']?\s*[:=]\s*["']?)
        (?![\[$<{(])[^\s"',;]{6,}""",
    re.IGNORECASE | re.VERBOSE,
)
_BEARER: Final = re.compile(r"(?P<before>\b(?:bearer|basic)\s+)[\w.~+/=-]{12,}", re.IGNORECASE)


def redacted(text: str) -> str:
    """Return *text* without what looks like a key, a password or a token."""
    text = _KEYS.sub(MARK, _BLOCKS.sub(MARK, text))
    for pattern in (_IN_A_URL, _BEARER, _NAMED):
        text = pattern.sub(lambda found: found["before"] + MARK, text)
    return text
