"""The door: what needs no command is answered at once, the rest is opened.

``git-gt --version`` and ``git-gt --help`` import nothing from outside the standard library; a
test holds this, since people and prompts call them all the time.
"""

from __future__ import annotations

import io
import os
import sys

TYPE_CHECKING = False  # as in typing, which takes longer to import than an answer
if TYPE_CHECKING:
    from typing import Literal, TextIO


def main() -> int:
    """Run ``git-gt`` with the words it was called with, and return its exit code."""
    return _run(sys.argv[1:], called="git gt")


def bd() -> int:
    """Run ``git-bd``, which is ``git-gt bead``."""
    return _run(["bead", *sys.argv[1:]], called="git bd")


def _run(words: list[str], *, called: str) -> int:
    _make_streams_fit()
    if words[-1:] in (["--version"], ["-V"], ["version"]) and words[:-1] in ([], ["bead"]):
        from gitgt import __version__

        return _tell(f"gitgt {__version__}\n")
    if words in ([], ["-h"], ["--help"], ["help"]):
        from gitgt.cli.catalog import help_text

        return _tell(help_text())
    if words[:1] == ["tap"] and words[1:] not in (["-h"], ["--help"]):
        from gitgt.cli import tap_door

        return tap_door.answer(words[1:])
    if words[:1] in (["ready"], ["bead"]) or words[:2] == ["mail", "check"]:
        from gitgt.cli import quick

        code = quick.answer(words)
        if code is not None:
            return code
    from gitgt.cli.main import run

    return run(words, called=called)


def _make_streams_fit() -> None:
    """Let whatever is said be said: a stream may be closed, or know few characters."""
    sys.stdin = sys.stdin or _nowhere("r")
    sys.stdout = sys.stdout or _nowhere("w")
    sys.stderr = sys.stderr or _nowhere("w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _nowhere(mode: Literal["r", "w"]) -> TextIO:
    return open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123 - pathlib takes longer


def _tell(text: str) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        from gitgt.cli.exits import BROKEN_PIPE, mute

        mute()
        return BROKEN_PIPE
    return 0


if __name__ == "__main__":
    sys.exit(main())
