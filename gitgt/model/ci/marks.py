"""What a forge shows at files and lines: GitHub's commands, GitLab's report of code quality.

GitHub and its like read commands from what a step prints; GitLab reads a file. Nothing that
others wrote may end a command: it is escaped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

from gitgt.model.ci.report import Level, Row

_SEVERITY: Final = {Level.ERROR: "blocker", Level.WARNING: "major", Level.NOTICE: "info"}
_DATA: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY: Final = {**_DATA, ":": "%3A", ",": "%2C"}


def commands(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the commands that let GitHub and its like annotate a commit."""
    for each in rows:
        facts = {"file": each.path} if each.path else {}
        facts |= {"line": str(each.line)} if each.path and each.line else {}
        told = ",".join(
            f"{key}={_escaped(value, _PROPERTY)}"
            for key, value in {**facts, "title": f"gitgt: {each.title}"}.items()
        )
        yield f"::{each.level} {told}::{_escaped(each.whole, _DATA)}"


def _escaped(text: str, marks: dict[str, str]) -> str:
    return "".join(marks.get(each, each) for each in text)


def issues(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return what is wrong with files as GitLab's report of code quality.

    Each has a name that is its own, and stays if lines or commits change.
    """
    seen: dict[str, int] = {}
    found = []
    for each in rows:
        if not each.path:
            continue
        what = f"{each.path}\0{each.title}\0{each.said}"
        seen[what] = seen.get(what, 0) + 1
        name = f"{what}\0{seen[what]}".encode(errors="surrogatepass")
        found.append({
            "description": each.whole,
            "check_name": f"gitgt/{each.title}",
            "fingerprint": hashlib.sha256(name).hexdigest(),
            "severity": _SEVERITY[each.level],
            "location": {"path": each.path, "lines": {"begin": max(1, each.line)}},
        })  # fmt: skip
    return found
