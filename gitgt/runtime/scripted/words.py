"""The words that it is started with: the same ones as Claude Code's."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from gitgt import __version__
from gitgt.values import dataclass

MODEL: Final = "scripted-1"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command line asks for.

    ``prompt`` is what it begins with, None if stdin says it; ``headless`` tells whether it
    ends after that. ``resumed`` is the conversation that it goes on with, in a copy if it
    ``forks``. ``settings`` is the file that names its taps, ``faults`` are the words for them.
    """

    prompt: str | None = None
    headless: bool = False
    conversation: str = ""
    resumed: str = ""
    forks: bool = False
    model: str = MODEL
    settings: Path | None = None
    as_json: bool = False
    faults: tuple[str, ...] = ()


def read(argv: Sequence[str], environ: Mapping[str, str]) -> Asked:
    """Read a command line; what is wrong with it is said, and ends the program with 2."""
    given = _parser().parse_args(argv)
    words = (*given.fault, *environ.get("GT_SCRIPTED_MODE", "").split())
    return Asked(
        prompt=given.prompt,
        headless=given.headless,
        conversation=given.session_id,
        resumed=given.fork or given.resume,
        forks=bool(given.fork) or given.fork_session,
        model=given.model,
        settings=given.settings,
        as_json=given.output_format != "text",
        faults=words,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripted", allow_abbrev=False)
    add = parser.add_argument
    add("prompt", nargs="?", help="what to begin with; stdin may say it, too")
    add("-p", "--print", dest="headless", action="store_true", help="one turn, then end")
    add("--version", action="version", version=f"scripted {__version__}")
    add("--session-id", default="", metavar="ID", help="what the conversation is called")
    add("--resume", default="", metavar="ID", help="go on with a conversation")
    add("--fork-session", action="store_true", help="resume a copy of it")
    add("--fork", default="", metavar="ID", help="the same in one word: resume a copy of it")
    add("--settings", type=Path, metavar="FILE", help="the file that names the taps")
    add("--model", default=MODEL, help="the name that its transcript shows")
    add("--output-format", choices=("text", "json"), default="text")
    add("--fault", action="append", default=[], metavar="FAULT", help="see docs/sessions.md")
    return parser
