"""Puts into a person's home what belongs there: man page, completions, short names.

Every file carries a mark. Only a file with the mark is written anew or taken away, so nothing
of anybody else's is lost.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError, RefusedError
from gitgt.values import dataclass

MARK: Final = "Made by git gt setup"
SHORT: Final = {"gt": "git-gt", "bd": "git-bd"}


class Deed(StrEnum):
    """What became of a file."""

    WRITTEN = "written"
    RENEWED = "renewed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A file as it should be."""

    path: Path
    text: str
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where this person's man pages and completions lie."""

    man: Path
    bash: Path
    zsh: Path
    fish: Path

    @classmethod
    def of(cls, environment: Mapping[str, str], *, man: Path | None = None) -> Places:
        """Return the usual places, as the environment names them."""
        home = Path(environment["HOME"]) if "HOME" in environment else Path.home()
        data = Path(environment.get("XDG_DATA_HOME") or home / ".local/share")
        config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
        return cls(
            man=(man or home / ".local/share/man") / "man1",
            bash=data / "bash-completion/completions",
            zsh=data / "zsh/site-functions",
            fish=config / "fish/conf.d",
        )


def man_line(pages: Path, environment: Mapping[str, str]) -> str:
    """Return the line for a shell's profile by which man finds *pages*; empty if it does.

    Where ``MANPATH`` does not say all of it, man looks beside the folders of ``PATH``.
    """
    told = environment.get("MANPATH", "")
    folders = [Path(each) for each in told.split(os.pathsep) if each]
    if "" in told.split(os.pathsep):
        programs = [Path(each) for each in environment.get("PATH", "").split(os.pathsep)]
        folders += [each.parent / "share/man" for each in programs]
        folders += [each.parent / "man" for each in programs]
    if pages in folders:
        return ""
    return f"export MANPATH={shlex.quote(str(pages))}:{'$MANPATH' if told else ''}"


def short_names(programs: Path, *, force: bool) -> list[Piece]:
    """Return the scripts ``gt`` and ``bd`` that lie beside ours.

    Raises:
        RefusedError: another program of that name would be hidden by it, or would hide it.
    """
    pieces = [_short(programs / short, programs / name) for short, name in SHORT.items()]
    for piece in pieces:
        there = shutil.which(piece.path.name)
        if there and not force and not _is_ours(Path(there)):
            raise RefusedError(
                f"there is another {piece.path.name} already: {there}",
                hint="git gt setup --short --force puts ours beside git-gt all the same",
            )
    return pieces


def put(pieces: Iterable[Piece], *, force: bool = False) -> Iterator[tuple[Path, Deed]]:
    """Bring the files about, and tell of each what was done."""
    for piece in pieces:
        if piece.path.exists() and not force and not _is_ours(piece.path):
            raise RefusedError(f"{piece.path} is not ours", hint="--force replaces it")
        yield piece.path, _put(piece)


def take_away(paths: Iterable[Path]) -> Iterator[tuple[Path, Deed]]:
    """Remove those of the files that are ours."""
    for path in paths:
        if _is_ours(path):
            path.unlink()
            yield path, Deed.REMOVED


def _put(piece: Piece) -> Deed:
    before = piece.path.read_text() if piece.path.exists() else None
    if before == piece.text:
        return Deed.UNCHANGED
    try:
        _write(piece)
    except OSError as error:
        raise EnvironmentProblemError(f"cannot write {piece.path}: {error.strerror}") from error
    return Deed.WRITTEN if before is None else Deed.RENEWED


def _write(piece: Piece) -> None:
    piece.path.parent.mkdir(parents=True, exist_ok=True)
    fresh = piece.path.with_name(f".{piece.path.name}.{os.getpid()}")
    fresh.write_text(piece.text)
    if piece.executable:
        fresh.chmod(0o755)
    fresh.replace(piece.path)


def _short(path: Path, program: Path) -> Piece:
    text = f'#!/bin/sh\n# {MARK} --short\nexec {shlex.quote(str(program))} "$@"\n'
    return Piece(path=path, text=text, executable=True)


def _is_ours(path: Path) -> bool:
    try:
        return MARK in path.read_text(errors="replace")
    except OSError:
        return False
