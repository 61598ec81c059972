"""What agents' programs write down of their sessions, read into one form.

Each program has a form of its own, and changes it without notice: what cannot be read is left
out, and a program that nobody knows is read as lines of JSON that name a role and a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from gitgt.model.transcript import ASSISTANT, Turn
from gitgt.runtime.presets import Runtime
from gitgt.runtime.transcripts.lines import Line, parsed
from gitgt.runtime.transcripts.said import claude, codex, other

PLAIN: Final = "plain"
_MOST: Final = 64 * 1024 * 1024
_PARSERS: Final[Mapping[str, Callable[[Iterable[Line]], Iterator[Turn]]]] = {
    "claude": claude.turns,
    "script": claude.turns,
    "codex": codex.turns,
}


def turns(path: Path, parser: str) -> list[Turn]:
    """Return what was said in the transcript at *path*; what is not there says nothing.

    The *parser* is the one that the program's preset names. ``plain`` takes the whole file for
    what one agent said.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST)
    except OSError:
        return []
    text = content.decode(errors="replace")
    if parser == PLAIN:
        return [Turn(role=ASSISTANT, text=text)] if text.strip() else []
    lines = (line for each in text.split("\n") if (line := parsed(each)) is not None)
    return list(_PARSERS.get(parser, other.turns)(lines))


def homes(runtime: Runtime, environ: Mapping[str, str]) -> list[Path]:
    """Return where a program keeps its own things, if that is known."""
    folder = runtime.config.at(environ)
    return [Path(folder).resolve()] if folder else []
