"""A report that stands alone: one HTML file, no script, nothing fetched from anywhere."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import field
from pathlib import Path
from typing import Final, Protocol

from gitgt.values import dataclass


class Part(Protocol):
    """What a page is made of."""

    def html(self) -> str:
        """Return it as HTML."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a heading."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def html(self) -> str:
        """Return it as HTML."""
        if not self.rows:
            return ""
        rows = "\n".join(_row("td", row) for row in self.rows)
        return f"{_heading(self.title)}<table>\n{_row('th', self.head)}\n{rows}\n</table>\n"


@dataclass(frozen=True, slots=True)
class Text:
    """Text as it would stand in a terminal, under a heading."""

    title: str
    text: str

    def html(self) -> str:
        """Return it as HTML."""
        return f"{_heading(self.title)}<pre>{_safe(self.text)}</pre>\n" if self.text else ""


@dataclass(frozen=True, slots=True)
class Report:
    """What there is to read afterwards."""

    title: str
    summary: str
    facts: Sequence[tuple[str, str]]
    parts: Sequence[Part] = field(default_factory=tuple)

    def html(self) -> str:
        """Return the whole page."""
        facts = "\n".join(
            f"<dt>{_safe(name)}</dt><dd>{_safe(value)}</dd>" for name, value in self.facts
        )
        parts = "".join(part.html() for part in self.parts)
        return _PAGE.format(
            title=_safe(self.title),
            style=_STYLE,
            summary=_safe(self.summary),
            facts=facts,
            parts=parts,
        )

    def write(self, path: Path) -> Path:
        """Write it to *path*, and return that."""
        path.write_text(self.html(), encoding="utf-8", errors="backslashreplace")
        return path


def _heading(title: str) -> str:
    return f"<h2>{_safe(title)}</h2>\n"


def _row(cell: str, words: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<{cell}>{_safe(word)}</{cell}>" for word in words) + "</tr>"


def _safe(text: str) -> str:
    """Return *text* as a page may hold it: others wrote it."""
    shown = "".join(each if each.isprintable() or each in "\n\t" else "\ufffd" for each in text)
    return html.escape(shown)


_PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}
</style>
<h1>{title}</h1>
<p>{summary}</p>
<dl>
{facts}
</dl>
{parts}</html>
"""

_STYLE: Final = """\
:root { color-scheme: light dark; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 sans-serif; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1.5rem; }
dt { color: GrayText; }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid #8884; }
figure { margin: 0; }
figcaption { color: GrayText; }
svg { width: 100%; max-width: 45rem; height: auto; font: 12px sans-serif; }
svg text { fill: currentColor; }
svg rect, svg circle { fill: #4a8; }
svg circle { fill-opacity: 0.7; }
svg path { fill: none; stroke: currentColor; }
svg path.grid { stroke-opacity: 0.15; }
svg path.usual { stroke: #c73; stroke-dasharray: 6 4; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid #8884; font-size: 14px; }"""
