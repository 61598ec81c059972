"""A report that a gate wrote, in the form of JUnit: read as what a stranger left.

It must be a plain file within the worktree, no link, written by this very run, and not large.
What is anything else says nothing.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gitgt.model.failures import NONE, Failures

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_LARGEST: Final = 16 * 1024 * 1024
_BAD: Final = ("failure", "error")


def failures(top: Path, name: str, *, since: float) -> Failures:
    """Return the tests that failed by the report *name* below *top*, if it is new *since*."""
    content = _content(top, name, since)
    if content is None or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        return NONE
    from xml.etree import ElementTree as Xml

    try:
        root = Xml.fromstring(content)  # noqa: S314 - neither a DTD nor an entity is in it
    except (Xml.ParseError, ValueError):
        return NONE
    return _told(root)


def _told(root: Element) -> Failures:
    suites = [root] if root.tag == "testsuite" else list(root.iter("testsuite"))
    leaves = [each for each in suites if each.find("testsuite") is None]
    counted = sum(_number(each, "failures") + _number(each, "errors") for each in leaves)
    names = [_name(case) for case in root.iter("testcase") if _is_bad(case)]
    unique = frozenset(names)
    return Failures(unique, whole=len(unique) == len(names) == counted).cut()


def _is_bad(case: Element) -> bool:
    return any(case.find(tag) is not None for tag in _BAD)


def _name(case: Element) -> str:
    parts = (case.get("classname"), case.get("name") or "?")
    return "::".join(part for part in parts if part)


def _number(suite: Element, what: str) -> int:
    text = suite.get(what, "0")
    return int(text) if text.isdecimal() else 0


def _content(top: Path, name: str, since: float) -> bytes | None:
    path = top / name
    try:
        if not path.resolve().is_relative_to(top.resolve()):
            return None
        found = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        facts = os.fstat(found)
        is_ours = stat.S_ISREG(facts.st_mode) and facts.st_mtime >= since
        if not is_ours or facts.st_size > _LARGEST:
            return None
        with open(found, "rb", closefd=False) as file:
            return file.read(_LARGEST)
    finally:
        os.close(found)
