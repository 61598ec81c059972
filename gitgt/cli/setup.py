"""``git gt setup``: the man page, completions, and the short names for those who want them."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from gitgt.cli import completions, output
from gitgt.cli.manpage import man_page
from gitgt.errors import ToolMissingError
from gitgt.services.setup import (
    MARK,
    SHORT,
    Piece,
    Places,
    man_line,
    put,
    short_names,
    take_away,
)


@click.command()
@click.option("--short", is_flag=True, help="Also put the programs gt and bd beside git-gt.")
@click.option("--force", is_flag=True, help="Also where a gt, bd or page of others is.")
@click.option("--uninstall", is_flag=True, help="Take away all that setup ever put there.")
@click.option(
    "--man-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of man pages (~/.local/share/man).",
)
def command(*, short: bool, force: bool, uninstall: bool, man_dir: Path | None) -> None:
    """Install the man page, completions, short names.

    Says what it did, and can be repeated. Afterwards git gt --help shows the page, and
    git's own completion knows our commands.
    """
    places = Places.of(os.environ, man=man_dir)
    if uninstall:
        _report(take_away(_ever(places)), nothing="nothing was installed")
        return
    names = short_names(_programs(), force=force) if short else []
    _report(put([*_pieces(places, short=short), *names], force=force), nothing="")
    output.say(f"zsh looks into {places.zsh} if your fpath names it")
    if line := man_line(places.man.parent, os.environ):
        output.say(f"man finds the page with this line in your shell's profile: {line}")


def _report(deeds: Iterator[tuple[Path, str]], *, nothing: str) -> None:
    for path, deed in deeds:
        nothing = ""
        output.answer(f"{deed} {path}")
    if nothing:
        output.answer(nothing)


def _pieces(places: Places, *, short: bool) -> list[Piece]:
    page, zsh = man_page(MARK), completions.zsh(MARK)
    programs = [*SHORT.values(), *(SHORT if short else ())]
    return [
        Piece(path=places.man / "git-gt.1", text=page),
        Piece(path=places.man / "git-bd.1", text=f'.\\" {MARK}\n.so man1/git-gt.1\n'),
        *(
            Piece(path=places.bash / each, text=completions.bash(MARK, each))
            for each in programs
        ),
        *(Piece(path=places.zsh / f"_{each}", text=zsh) for each in SHORT.values()),
        Piece(path=places.fish / "git-gt.fish", text=completions.fish(MARK)),
    ]


def _ever(places: Places) -> list[Path]:
    pieces = _pieces(places, short=True)
    return [*(piece.path for piece in pieces), *(_programs() / name for name in SHORT)]


def _programs() -> Path:
    """Return the folder in which the running git-gt lies."""
    running = Path(sys.argv[0])
    found = str(running) if running.name in SHORT.values() else shutil.which("git-gt")
    if not found:
        raise ToolMissingError("git-gt is not on PATH", hint="put its folder on your PATH")
    return Path(found).absolute().parent
