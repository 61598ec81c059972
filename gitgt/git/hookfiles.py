"""The files of our hooks: their names, their text, and whose a file is."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from gitgt import resources
from gitgt.values import dataclass

HOOKS: Final = (
    "pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-merge",
    "post-checkout", "post-rewrite", "pre-push", "reference-transaction",
)  # fmt: skip
# With a folder of our own, git no longer sees the others that the old folder holds. Those that
# git asks for in vain are passed on at once; for the rest a hook's mere presence costs
# something or changes what git does, so they are passed on if they exist.
HARMLESS: Final = (
    "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-merge-commit", "pre-rebase",
    "pre-auto-gc", "sendemail-validate",
)  # fmt: skip
IF_THERE: Final = (
    "pre-receive", "update", "proc-receive", "post-receive", "post-update", "push-to-checkout",
    "post-index-change", "p4-changelist", "p4-prepare-changelist", "p4-post-changelist",
    "p4-pre-submit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kit:
    """Which hooks of a repository are ours, and which are passed on if they exist."""

    hooks: tuple[str, ...]
    if_there: tuple[str, ...]


# Where people and agents commit.
WORKTREES: Final = Kit(HOOKS, IF_THERE)
_RECEIVING: Final = ("pre-receive", "post-receive")
# What others push to.
SERVER: Final = Kit(
    _RECEIVING, tuple(name for name in (*IF_THERE, *HOOKS) if name not in _RECEIVING)
)
# What ours share, and the one that stands for hooks that are only passed on.
SHARED: Final = "gitgt.sh"
PASSER: Final = "pass-through"
# Behind the name of what somebody made of ours.
EDITED: Final = ".edited"
_SIGN: Final = b"gitgt hook "


def own_folder(common: Path) -> Path:
    """Return the folder for the record, and for ours where the ordinary folder is not used."""
    return common / "gt-hooks"


def template(name: str) -> bytes:
    """Return the text of one of our files."""
    return (resources.hook_templates() / name).read_bytes()


def put_templates(folder: Path, names: Iterable[str]) -> None:
    """Write the hooks called *names*, and what they share."""
    folder.mkdir(exist_ok=True)
    put(folder / SHARED, template(SHARED), 0o644)
    for name in names:
        put(folder / name, template(name), 0o755)


def put(path: Path, content: bytes, mode: int) -> None:
    """Write a whole file or none, since git may be about to run it."""
    if not path.is_symlink() and path.is_file():
        there = path.stat().st_mode & 0o777
        if there == mode and path.read_bytes() == content:
            return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.chmod(mode)
    draft.replace(path)


def digest(content: bytes) -> str:
    """Return what tells one text of a hook from others."""
    return hashlib.sha256(content).hexdigest()


def keep_edit(place: Path, was: str | None) -> None:
    """Copy what somebody made of ours beside it, since ours goes or comes back.

    It stays where it is meanwhile: a server is never without its hook. *was* tells the text
    that we put there, whatever version we were then; None if nobody knows.
    """
    if was is None or is_foreign(place) or not place.is_file():
        return
    if digest(place.read_bytes()) != was:
        shutil.copy2(place, place.with_name(f"{place.name}{EDITED}"))


def is_foreign(path: Path) -> bool:
    """Tell whether something lies there that is not ours, of whatever version."""
    if not os.path.lexists(path):
        return False
    try:
        with path.open("rb") as file:
            return _SIGN not in file.read(64)
    except OSError:
        return True


def legacy(hook: Path) -> Path:
    """Return where pre-commit, and who learned from it, move a hook that they then run."""
    return hook.with_name(f"{hook.name}.legacy")


def place_of(hook: Path) -> Path:
    """Return where ours is or belongs: its own place, or behind a hook that runs it."""
    behind = legacy(hook)
    return behind if is_foreign(hook) and behind.exists() and not is_foreign(behind) else hook


def found(common: Path, folder: str) -> Path:
    """Return where a folder of hooks is, a relative one in the first worktree that has it."""
    places = [top / folder for top in _tops(common)]
    return next((each for each in places if each.is_dir()), places[0])


def holds(common: Path, folder: str, name: str) -> bool:
    """Tell whether a folder of hooks holds that one, a relative one in any worktree."""
    return any((top / folder / name).exists() for top in _tops(common))


def _tops(common: Path) -> Iterator[Path]:
    yield common.parent if common.name == ".git" else common
    for pointer in common.glob("worktrees/*/gitdir"):
        yield Path(os.fsdecode(pointer.read_bytes()).removesuffix("\n")).parent
