"""Read ``git log`` by fields: a message may hold anything but a NUL, so only NULs part them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def layout(fields: Sequence[str]) -> str:
    """Return the ``--format`` that prints *fields*, each with a NUL behind it."""
    return "".join(f"{each}%x00" for each in fields)


def records(answer: bytes, fields: int) -> Iterator[list[str]]:
    """Yield what was printed for each commit: so many fields."""
    parts = answer.decode(errors="replace").split("\0")
    for at in range(0, len(parts) - fields, fields):
        first, *others = parts[at : at + fields]
        yield [first.lstrip("\n"), *others]
