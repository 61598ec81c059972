"""Which lines of two versions of a file get in each other's way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitgt.values import dataclass

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hunk:
    """A change: ``count`` lines from ``start`` of the old version become these of the new."""

    start: int
    count: int
    new_start: int
    new_count: int
    text: str = ""

    @property
    def end(self) -> int:
        """The line behind the last one that it changes."""
        return self.start + self.count

    @property
    def span(self) -> Span:
        """The first and the last line of what is there now."""
        return self.new_start, self.new_start + self.new_count - 1

    def meets(self, other: Hunk) -> bool:
        """Tell whether git would call the two a conflict: not even a line lies between."""
        if self.start > other.end or other.start > self.end:
            return False
        same = (other.start, other.count, other.text)
        return (self.start, self.count, self.text) != same


def meeting(
    ours: Sequence[Hunk], theirs: Sequence[Hunk]
) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return the lines of each side that meet those of the other."""
    return tuple(_spans(ours, theirs)), tuple(_spans(theirs, ours))


def _spans(these: Sequence[Hunk], those: Sequence[Hunk]) -> Iterator[Span]:
    """Yield the spans of *these* that meet any of *those*; both are in their order."""
    at = 0
    for each in these:
        while at < len(those) and those[at].end < each.start:
            at += 1
        if any(each.meets(other) for other in _until(those, at, each.end)):
            yield each.span


def _until(hunks: Sequence[Hunk], at: int, end: int) -> Iterator[Hunk]:
    while at < len(hunks) and hunks[at].start <= end:
        yield hunks[at]
        at += 1
