"""What was judged in the forms that forges' pipelines read from a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gitgt.cli import output
from gitgt.cli.verify import marks

if TYPE_CHECKING:
    from gitgt.services.verify.asking import Verified

_DATA: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY: Final = {**_DATA, ":": "%3A", ",": "%2C"}
UNJUDGED: Final = "unjudged"


def github(found: Verified) -> list[str]:
    """Return a command to GitHub's runner for each: an annotation at file and line."""
    rows = [
        _annotation(marks.said(each), f"gitgt: {each.rule}", marks.path_of(each), each.line)
        for each in found.broken
    ]
    if found.unjudged:
        rows.append(_annotation(found.unjudged, f"gitgt: {UNJUDGED}", "", 0))
    return rows


def _annotation(text: str, title: str, path: str, line: int) -> str:
    place = {"file": path} if path else {}
    place |= {"line": str(line)} if path and line else {}
    words = {**place, "title": title}
    given = ",".join(f"{key}={_escaped(value, _PROPERTY)}" for key, value in words.items())
    return f"::error {given}::{_escaped(text, _DATA)}"


def _escaped(text: str, marks_: dict[str, str]) -> str:
    return "".join(marks_.get(each, each) for each in output.clean(text))


def gitlab(found: Verified) -> list[dict[str, Any]]:
    """Return GitLab's report on code quality."""
    rows = [
        _issue(each.rule, marks.said(each), marks.path_of(each), marks.line_of(each), name)
        for each, name in marks.named(found.broken)
    ]
    if found.unjudged:
        rows.append(_issue(UNJUDGED, output.clean(found.unjudged), marks.NOWHERE, 1, UNJUDGED))
    return rows


def _issue(rule: str, text: str, path: str, line: int, name: str) -> dict[str, Any]:
    return {
        "description": text,
        "check_name": f"gitgt/{rule}",
        "fingerprint": name,
        "severity": "blocker",
        "location": {"path": output.one_line(path), "lines": {"begin": line}},
    }
