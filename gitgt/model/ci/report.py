"""What a pipeline found, for people: as lines, as Markdown, and as a report of tests.

What marks files and lines is in ``marks``. Nothing that others wrote may end a list or an
element: it is escaped or quoted.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from gitgt.model.push.broken import harmless, shown
from gitgt.values import dataclass

_LONGEST: Final = 4_000


class Level(StrEnum):
    """How bad something is that was found, in GitHub's words."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was found; ``path`` and ``line`` are where, if it is in a file.

    ``more`` is what there is to read about it, such as the end of a log.
    """

    title: str
    said: str
    level: Level = Level.NOTICE
    more: str = ""
    path: str = ""
    line: int = 0
    seconds: float = 0.0

    @property
    def where(self) -> str:
        """The place as people write it; empty if there is none."""
        path = shown(self.path)
        return f"{path}:{self.line}" if path and self.line else path

    @property
    def whole(self) -> str:
        """All that is said of it."""
        return f"{self.said}\n{self.more}"[:_LONGEST] if self.more else self.said[:_LONGEST]


@dataclass(frozen=True, slots=True)
class Report:
    """What a pipeline did, in one line, what it found, and the code that it ends with."""

    headline: str
    rows: tuple[Row, ...] = ()
    code: int = 0
    hint: str = ""

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        rows = [
            {
                "title": each.title, "said": each.said, "more": each.more,
                "level": str(each.level), "path": each.path, "line": each.line,
                "seconds": each.seconds,
            }
            for each in self.rows
        ]  # fmt: skip
        return {"headline": self.headline, "rows": rows, "code": self.code, "hint": self.hint}


def lines(report: Report) -> Iterator[str]:
    """Yield the report as a person reads it; nothing in it is a command to a runner."""
    yield harmless(report.headline)
    for each in report.rows:
        where = f"{each.where}: " if each.path else ""
        yield harmless(f"{each.title}: {where}{each.said}")


def markdown(report: Report) -> str:
    """Return the report as Markdown: for a step's summary, and for a comment."""
    parts = [f"**{_plain(report.headline)}**"]
    if report.rows:
        parts.append("\n".join(_bullet(each) for each in report.rows))
    if report.hint:
        parts.append(_fenced(report.hint))
    return "\n\n".join(parts) + "\n"


def _bullet(row: Row) -> str:
    where = f" {_code(row.where)}" if row.path else ""
    first, _, rest = row.whole.partition("\n")
    more = "".join(f"\n  {each}" for each in _fenced(rest).splitlines()) if rest else ""
    more = f"\n{more}" if more else ""
    return f"- {_plain(row.title)}{where}: {_plain(first)}{more}"


def _code(text: str) -> str:
    """Return one line as code; what holds the sign for it is only escaped."""
    return _plain(text) if "`" in text else f"`{text}`"


def _fenced(text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}"


def _plain(text: str) -> str:
    """Return text that Markdown shows as it is, on one line, calling nobody by name."""
    shown = "".join(f"\\{each}" if each in "\\`*_{}[]<>#|!~" else each for each in text)
    return shown.replace("\n", " ").replace("@", "@\N{ZERO WIDTH SPACE}")


def junit(report: Report) -> str:
    """Return what was found as JUnit's XML, which GitLab shows beside a merge request."""
    red = sum(each.level is Level.ERROR for each in report.rows)
    cases = "".join(_case(each) for each in report.rows)
    head = f'<testsuite name="gitgt" tests="{len(report.rows)}" failures="{red}">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{cases}</testsuite>\n'


def _case(row: Row) -> str:
    name = quoteattr(_xml(f"{row.title}: {row.path}" if row.path else row.title))
    head = f'<testcase classname="gitgt" name={name} time="{row.seconds:.3f}"'
    said = escape(_xml(row.whole))
    match row.level:
        case Level.ERROR:
            message = quoteattr(_xml(row.said.partition("\n")[0]))
            return f"{head}><failure message={message}>{said}</failure></testcase>\n"
        case Level.WARNING:
            return f"{head}><skipped/><system-out>{said}</system-out></testcase>\n"
        case Level.NOTICE:
            return f"{head}><system-out>{said}</system-out></testcase>\n"


def _xml(text: str) -> str:
    """Return text without what XML cannot hold."""
    return "".join(
        each
        for each in text
        if each in "\t\n" or "\x20" <= each <= "\ud7ff" or "\ue000" <= each <= "\ufffd"
        or each >= "\U00010000"
    )  # fmt: skip
