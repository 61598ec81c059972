"""Make a town."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError, NotATownError, RefusedError
from gitgt.git import faults, githooks, refs
from gitgt.git.command import git
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs
from gitgt.ledger import genesis, lawful
from gitgt.ledger.transact import LEDGER
from gitgt.model.actor import Actor
from gitgt.model.ids import TOWN_PREFIX
from gitgt.services import commit, desk, merge_file, settings
from gitgt.services.town import MARKER, RIGS, Clock, Town

_IGNORED: Final = b"""# The town's own desk, and what happened: neither is configuration.
/beads/
/.events.jsonl*
"""
_MAKING: Final = ".gt-making"
_THEIRS: Final = "refs/remotes/origin/beads"
_FOLDERS: Final = ("settings", "formulas", "directives", "plugins", "mayor", "deacon")


def install(path: Path, who: Actor, clock: Clock) -> tuple[Town, bool]:
    """Make a town at *path*, or find the one that is there; say whether anything was made.

    Raises:
        RefusedError: something else is there, or *path* lies inside a town.
        EnvironmentProblemError: the system lets nobody make a folder there.
    """
    path = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - no .., but links stay
    if (path / _MAKING).exists():  # a run that was killed left it
        return _make(path, who, clock), True
    if (path / MARKER).is_file():
        return Town(path, clock), _mend(Town(path, clock), who)
    _check_place(path)
    existed = path.exists()
    try:
        town = _make(path, who, clock)
    except BaseException:
        _take_back(path, existed=existed)
        raise
    return town, True


def _check_place(path: Path) -> None:
    try:
        around = Town.around(path.parent, {})
    except NotATownError:
        pass
    else:
        raise RefusedError(
            f"{path} lies inside the town {around.root}", hint="choose another place"
        )
    if path.exists() and not path.is_dir():
        raise RefusedError(f"{path} is a file", hint="choose another place")
    if path.exists() and any(path.iterdir()):
        raise RefusedError(
            f"{path} is not empty and no town", hint="give a new or an empty folder"
        )


def _make(path: Path, who: Actor, clock: Clock) -> Town:
    try:
        path.mkdir(parents=True, exist_ok=True)
        faults.act("begin", path)
        (path / _MAKING).touch()
    except OSError as error:
        raise EnvironmentProblemError(
            f"{path} cannot be made: {(error.strerror or str(error)).lower()}",
            hint="choose another place, below a folder that you may write in",
        ) from error
    how = ("--initial-branch=main", "--object-format=sha1")  # whatever the person prefers
    git("init", "--quiet", *how, str(path), cwd=path)
    town = Town(path, clock)
    _mend(town, who)
    fields = {"name": path.name, "version": 1, "created_by": who.address}
    commit.change(
        town, lambda: {MARKER: settings.emit(fields)}, f"found the town {path.name}", who
    )
    faults.act("finish", path)
    (path / _MAKING).unlink()
    return town


def _mend(town: Town, who: Actor) -> bool:
    """Make whatever is missing; say whether anything was."""
    repository = Repository.at(town.root)
    files = _missing(town, repository)
    made = bool(files) and commit.change(town, lambda: files, "lay out the town", who)
    if repository.ref(LEDGER) is None:
        lawful.mark(repository, _cloned(repository) or _begun(repository))
        made = True
    made |= set_up_hooks(town)
    made |= desk.open_desk(town, None, who)
    return made


def _begun(repository: Repository) -> str:
    project = secrets.token_hex(20)
    return genesis.begin(repository, LEDGER, prefix=TOWN_PREFIX, project=project)


def _cloned(repository: Repository) -> str | None:
    """Let a town that was cloned have the ledger that came with it; return its head."""
    theirs = repository.ref(_THEIRS)
    if theirs is None or repository.entry(theirs, genesis.SETTINGS) is None:
        return None
    if genesis.settings(repository, theirs)["prefix"] != TOWN_PREFIX:
        return None
    move_refs(repository, [RefMove(LEDGER, None, theirs)], why="take over the ledger")
    return theirs


def _missing(town: Town, repository: Repository) -> dict[str, bytes]:
    """Return the files that a town has and this one lacks, on the disk or in its history."""
    head = repository.ref("HEAD")
    wanted = {".gitignore": _IGNORED, RIGS: settings.emit({"rigs": {}})}
    for folder in _FOLDERS:
        keep = f"{folder}/.gitkeep"
        if all(each.name == ".gitkeep" for each in (town.root / folder).glob("*")):
            wanted[keep] = b""
    return {
        name: path.read_bytes() if path.exists() else _committed(repository, name) or text
        for name, text in wanted.items()
        if not (path := town.root / name).exists()
        or head is None
        or repository.entry(head, name) is None
    }


def _committed(repository: Repository, name: str) -> bytes | None:
    """Return what the town last knew: a file that was lost is not begun anew."""
    head = repository.ref("HEAD")
    return None if head is None else repository.read(head, name)


def set_up_hooks(town: Town) -> bool:
    """Install or repair the hooks of the town's repository; say whether anything was done."""
    merge_file.register(town.repository)
    ref = town.ledger.ref
    settled = refs.head_of(town.repository.common)
    targets = [ref, settled] if settled else [ref]
    return githooks.install(town.repository, town=town.root, targets=targets, ledger=ref)


def _take_back(path: Path, *, existed: bool) -> None:
    if not existed:
        shutil.rmtree(path, ignore_errors=True)
        return
    for each in path.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink()
