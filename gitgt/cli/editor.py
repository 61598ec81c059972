"""A text in the editor that git would open."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gitgt.errors import EnvironmentProblemError

if TYPE_CHECKING:
    from gitgt.services.town import Town


def edit(path: Path) -> None:
    """Open the editor, as git does: a command line for the shell.

    Raises:
        EnvironmentProblemError: it ends with another code than 0.
    """
    from gitgt.services.identity import editor

    command = editor(Path.cwd(), os.environ)
    argv = ["sh", "-c", f'{command} "$@"', command, str(path)]
    code = subprocess.run(argv, check=False).returncode
    if code:
        raise EnvironmentProblemError(
            f"the editor ended with {code}: {command}",
            hint="GIT_EDITOR says which editor to open; what it wrote is kept",
        )


def edited(folder: Path, name: str, text: str) -> str:
    """Return what a person makes of *text*; what they wrote before, and was refused, goes on.

    The draft stays in *folder* until ``done`` is called.
    """
    draft = folder / "drafts" / name
    draft.parent.mkdir(parents=True, exist_ok=True)
    if not draft.exists():
        draft.write_text(text, encoding="utf-8")
    edit(draft)
    return draft.read_text(encoding="utf-8", errors="replace")


def done(folder: Path, name: str) -> None:
    """Forget a draft: what it says was taken."""
    (folder / "drafts" / name).unlink(missing_ok=True)


def settle(
    town: Town,
    path: str,
    message: str | None,
    *,
    before: Callable[[], str],
    write: Callable[[str], bool],
    as_json: bool,
) -> None:
    """Write the settings file at *path*: *message*, or what an editor makes of *before*."""
    from gitgt.cli import output

    draft = path.replace("/", "-")
    text = edited(town.gt, draft, before()) if message is None else message
    changed = write(text)
    done(town.gt, draft)
    if as_json:
        output.answer_json({"path": path, "changed": changed})
    else:
        output.answer(f"{path} is {'committed' if changed else 'as it was'}")
