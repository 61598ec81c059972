"""Small files in ``<common git directory>/gt`` that the hooks read instead of starting Python.

All of them are momentary: whoever opens the town writes them again.
"""

from __future__ import annotations

import os
import secrets
import shlex
import site
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import gitgt
from gitgt.errors import EnvironmentProblemError

_COMMAND: Final = """\
#!/bin/sh
# Starts gitgt for git's hooks, wherever they were started from.
[ -x {program} ] || exit 127
exec {words} "$@"
"""


def set_up(
    common: Path,
    *,
    town: Path | None = None,
    targets: Iterable[str] | None = None,
    ledger: str | None = None,
) -> None:
    """Tell the hooks of *common* their town, which refs are protected, and how to start us.

    *targets* and *ledger* are full names of refs. What is not given stays as it was.

    Raises:
        EnvironmentProblemError: the disk does not take it.
    """
    folder = common / "gt"
    try:
        (folder / "spool").mkdir(parents=True, exist_ok=True)
        if town is not None:
            _put(folder / "town", f"{town}\n", 0o644)
        if targets is not None:
            _put(
                folder / "targets", "".join(f"{name}\n" for name in sorted(set(targets))), 0o644
            )
        if ledger is not None:
            _put(folder / "ledger", f"{ledger}\n", 0o644)
        _put(folder / "command", _program(own_command()), 0o755)
    except OSError as error:
        raise EnvironmentProblemError(f"cannot write in {folder}: {error}") from error
    fence_word(common)


def _program(words: Sequence[str]) -> str:
    return _COMMAND.format(program=shlex.quote(words[0]), words=shlex.join(words))


def targets_of(common: Path) -> frozenset[str]:
    """Return the protected refs that the hooks of *common* were told."""
    try:
        return frozenset((common / "gt" / "targets").read_text().splitlines())
    except OSError:
        return frozenset()


def town_of(common: Path) -> Path | None:
    """Return the town that the hooks of *common* were told."""
    try:
        return Path((common / "gt" / "town").read_text().removesuffix("\n"))
    except OSError:
        return None


def ledger_of(common: Path) -> str:
    """Return the ref of the ledger that the hooks of *common* were told; "" for the usual."""
    try:
        return (common / "gt" / "ledger").read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""


def fence_word(common: Path) -> str:
    """Return the word by which gitgt's own git commands pass the fence around agents."""
    path = common / "gt" / "fence"
    try:
        word = path.read_text().strip()
        if word:
            return word
    except OSError:
        pass
    word = secrets.token_hex(16)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(path, f"{word}\n", 0o600)
    except OSError as error:
        raise EnvironmentProblemError(f"cannot write {path}: {error}") from error
    return word


def own_command(module: str = "gitgt") -> tuple[str, ...]:
    """Return the words that start this very gitgt, or another *module* of it, from anywhere.

    Not plainly ``python -m gitgt``: that looks into the current folder first, which may be the
    worktree of an agent who works on gitgt.
    """
    home = str(Path(gitgt.__file__).parents[1])
    if home in (*site.getsitepackages(), site.getusersitepackages()):
        return (sys.executable, "-P", "-m", module)
    entry = "gitgt.__main__" if module == "gitgt" else module
    start = f"import sys; sys.path.insert(0, {home!r}); from {entry} import main"
    return (sys.executable, "-P", "-c", f"{start}; sys.exit(main())")


def _put(path: Path, text: str, mode: int) -> None:
    """Write a whole file or none; one that says so already stays as it is."""
    content = os.fsencode(text)
    if path.is_file() and path.read_bytes() == content and path.stat().st_mode & 0o777 == mode:
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
    draft.chmod(mode)
    draft.replace(path)
