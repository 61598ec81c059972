"""Plots for a page that stands alone: SVG within it, in the colors of whoever reads."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gitgt.model.instant import text_of
from gitgt.model.queue.queue_report import width_for
from gitgt.model.when import lasts
from gitgt.values import dataclass

_WIDE: Final = 720
_HIGH: Final = 220
_LEFT: Final = 64
_RIGHT: Final = 16
_TOP: Final = 12
_BELOW: Final = 28
_ACROSS: Final = _WIDE - _LEFT - _RIGHT
_UP: Final = _HIGH - _TOP - _BELOW
_MANY: Final = 12  # labels below each other's feet are not read


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing under a heading; what it shows is said in words, too."""

    title: str
    shapes: tuple[str, ...]
    words: str

    def html(self) -> str:
        """Return it as HTML."""
        if not self.shapes:
            return ""
        title, words = html.escape(self.title), html.escape(self.words)
        drawn = "\n".join(self.shapes)
        return (
            f"<h2>{title}</h2>\n<figure>\n"
            f'<svg viewBox="0 0 {_WIDE} {_HIGH}" role="img" aria-label="{title}: {words}">\n'
            f"{drawn}\n</svg>\n<figcaption>{words}</figcaption>\n</figure>\n"
        )


def bars(title: str, counts: Sequence[tuple[str, int]], words: str) -> Plot:
    """Return a bar for each of *counts*, with its name below and its number above."""
    return Plot(title, tuple(_bars(counts)) if counts else (), words)


def _bars(counts: Sequence[tuple[str, int]]) -> Iterator[str]:
    most = max(1, *(count for _, count in counts))
    step = _ACROSS / len(counts)
    wide = min(48.0, 0.8 * step)
    yield _axis()
    every = -(-len(counts) // _MANY)
    for number, (name, count) in enumerate(counts):
        middle = _LEFT + (number + 0.5) * step
        high = (_UP - 16) * count / most
        top = _TOP + _UP - high
        if count:
            yield (
                f'<rect x="{middle - wide / 2:.1f}" y="{top:.1f}" width="{wide:.1f}" '
                f'height="{high:.1f}"/>'
            )
            yield _text(middle, top - 4, str(count))
        if number % every == 0:
            yield _text(middle, _HIGH - 10, name)


def over_time(title: str, points: Sequence[tuple[float, float]], usual: float) -> Plot:
    """Return a dot for each of *points*: a time and how many seconds; a line is the *usual*."""
    words = f"half of {len(points)} within {lasts(usual)}" if points else ""
    return Plot(title, tuple(_dots(points, usual)) if points else (), words)


def _dots(points: Sequence[tuple[float, float]], usual: float) -> Iterator[str]:
    first, last = min(at for at, _ in points), max(at for at, _ in points)
    longest = max(seconds for _, seconds in points)
    most = max(2.0 * width_for(longest, 2), longest)
    span = max(1.0, last - first)
    yield _axis()
    for share in (0.0, 0.5, 1.0):
        y = _TOP + _UP * (1 - share)
        if share:
            yield f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDE - _RIGHT}"/>'
        yield _text(_LEFT - 6, y + 4, lasts(most * share) if share else "0", end=True)
    y = _TOP + _UP * (1 - usual / most)
    yield f'<path class="usual" d="M{_LEFT} {y:.1f}H{_WIDE - _RIGHT}"/>'
    for at, seconds in points:
        x = _LEFT + 8 + (_ACROSS - 16) * (at - first) / span
        y = _TOP + _UP * (1 - seconds / most)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
    yield _text(_LEFT, _HIGH - 10, _short(first), start=True)
    if last > first:
        yield _text(_WIDE - _RIGHT, _HIGH - 10, _short(last), end=True)


def _short(at: float) -> str:
    return text_of(at)[5:16].replace("T", " ")


def _axis() -> str:
    return f'<path class="axis" d="M{_LEFT} {_TOP}V{_TOP + _UP}H{_WIDE - _RIGHT}"/>'


def _text(x: float, y: float, said: str, *, start: bool = False, end: bool = False) -> str:
    anchor = "start" if start else "end" if end else "middle"
    safe = html.escape(said)
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{safe}</text>'


def drawn(counts: Iterable[tuple[str, int]], *, wide: int = 40) -> list[str]:
    """Return bars as a terminal shows them: name, bar, number."""
    found = [*counts]
    most = max((count for _, count in found), default=0)
    name = max((len(each) for each, _ in found), default=0)
    return [
        f"{each:>{name}}  {'#' * _length(count, most, wide)} {count}".rstrip()
        for each, count in found
    ]


def _length(count: int, most: int, wide: int) -> int:
    """Return the length of a bar: of what is there at least one sign is seen."""
    return max(1, round(wide * count / most)) if count else 0
