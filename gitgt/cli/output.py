r"""The one way out: answers to stdout, talk to stderr, and nothing that a terminal could obey.

Beads are written by others, so whatever they hold is shown, never executed: control characters
come out as ``\x1b``. Color and progress are for terminals; a pipe gets plain lines.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as in typing, which takes longer to import than a quick answer
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Sequence
    from typing import IO, Any, Final, TypeVar

    from gitgt.cli.progress import Progress

    _Function = TypeVar("_Function", bound=Callable[..., Any])

STYLES: Final = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "cyan": 36}
_RESET: Final = "\x1b[0m"

# C0 without tab and newline, DEL, C1; what turns the direction of text around or breaks its
# line; half characters, which stand for the bytes of a name that is not UTF-8.
_UNSAFE: Final = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_OURS: Final = r"(\x1b\[(?:0|1|2|31|32|33|36)m)"


def clean(text: str) -> str:
    """Return *text* with everything visible that a terminal would obey; lines stay lines."""
    return text if _is_plain(text) else _escape(text, _escaped)


def one_line(text: str) -> str:
    """Return *text* as it may stand in a table: visible, and on one line."""
    return clean(text.replace("\n", "\\n").replace("\t", "\\t"))


def paint(text: str, style: str, *, stream: IO[str] | None = None) -> str:
    """Return *text* in a style of ``STYLES``, where the stream (stdout) shows styles."""
    if not colorful(stream or sys.stdout):
        return text
    return f"\x1b[{STYLES[style]}m{clean(text)}{_RESET}"


def colorful(stream: IO[str]) -> bool:
    """Tell whether a stream is a terminal whose owner has nothing against color."""
    unwanted = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not unwanted


def answer(text: str = "") -> None:
    """Write to stdout what was asked for."""
    _write(sys.stdout, text)


def raw(text: str) -> None:
    """Write data to stdout: as it is, unless a terminal would obey it."""
    out = clean(text) if sys.stdout.isatty() else text
    sys.stdout.buffer.write(out.encode(errors="replace"))
    sys.stdout.flush()


def say(text: str) -> None:
    """Write to stderr what a person may want to know."""
    _write(sys.stderr, text)


def table(rows: Iterable[Sequence[str]], *, head: Sequence[str] = ()) -> None:
    """Answer with columns; the head is shown only to a terminal, so that a pipe gets data."""
    lines = [*rows]
    if head and lines:
        dict(zip(head, lines[0], strict=True))  # one that does not fit fails in a pipe, too
        if sys.stdout.isatty():
            lines.insert(0, [paint(cell, "dim") for cell in head])
    found = columns(lines)
    if found:
        answer("\n".join(found))


def blocks(found: Iterable[Iterable[str]]) -> None:
    """Answer with the lines of each, and with an empty one between two."""
    for number, lines in enumerate(found):
        answer("\n".join([*([""] if number else []), *lines]))


def columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return rows as lines whose cells stand below each other."""
    padded = [_padded(column) for column in zip(*rows, strict=True)]
    return ["  ".join(line).rstrip() for line in zip(*padded, strict=True)]


def _padded(column: Sequence[str]) -> list[str]:
    """Return a column's cells, all as wide as the widest."""
    if "".join(column).isprintable():  # which holds neither controls nor line ends
        wide = max(map(len, column))
        return [cell.ljust(wide) for cell in column]
    cells = [_cell(cell) for cell in column]
    wide = max(map(_width, cells))
    return [cell + " " * (wide - _width(cell)) for cell in cells]


def clear() -> None:
    """Empty the screen, where there is one."""
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        sys.stdout.write("\x1b[H\x1b[2J")


def json_option(function: _Function) -> _Function:
    """Give a command ``--json``, which it gets as ``as_json``."""
    import click  # not by those who only answer

    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")(function)


def answer_json(value: object) -> None:
    """Answer with JSON: one line for a program, indented for a person."""
    import json

    indent = 2 if sys.stdout.isatty() else None
    separators = None if indent else (",", ":")
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    safe = text if _is_plain(text) else _escape(text, lambda found: f"\\u{ord(found[0]):04x}")
    _write(sys.stdout, safe)


def progress(what: str) -> Progress:
    """Show on a terminal that what is done within takes long; a pipe sees nothing."""
    from gitgt.cli.progress import Progress

    return Progress(what)


def _write(stream: IO[str], text: str) -> None:
    safe = _clean_but_ours(text) if colorful(stream) else clean(text)
    stream.write(f"{safe}\n")
    stream.flush()


def _clean_but_ours(text: str) -> str:
    """Leave our own few styles in: they are the only sequences that get through."""
    return "".join(part if ours else clean(part) for part, ours in _parts(text))


def _cell(text: str) -> str:
    return "".join(part if ours else one_line(part) for part, ours in _parts(text))


def _width(text: str) -> int:
    return sum(len(part) for part, ours in _parts(text) if not ours)


def _parts(text: str) -> Iterable[tuple[str, bool]]:
    """Yield the parts of a text, and of each whether it is a style of ours."""
    import re

    for number, part in enumerate(re.split(_OURS, text)):
        yield part, bool(number % 2)


def _is_plain(text: str) -> bool:
    """Tell quickly of most texts that there is nothing in them to be escaped."""
    return text.replace("\n", "").replace("\t", "").isprintable()


def _escape(text: str, how: Callable[[re.Match[str]], str]) -> str:
    import re

    return re.sub(_UNSAFE, how, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # where Python keeps a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"
