"""Git's hooks: ours beside those that were there before, and gone without a trace.

Ours go into the ordinary hooks folder; what lay there is set aside and run by ours
(``chained``). Where ``core.hooksPath`` points elsewhere, whoever set it, they go into
``<common git directory>/gt-hooks``, the key is made to point there, and ours run those of the
folder that it named. Installing again repairs: a tool may have set the key or written its own
hook meanwhile (husky does so at every ``npm install``).
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Iterable
from dataclasses import asdict, field
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError, SettingsError
from gitgt.git import chained, hookspath, signposts
from gitgt.git.hookfiles import (
    HARMLESS,
    HOOKS,
    PASSER,
    SERVER,
    SHARED,
    WORKTREES,
    Kit,
    digest,
    holds,
    is_foreign,
    keep_edit,
    own_folder,
    place_of,
    put,
    put_templates,
    template,
)
from gitgt.git.hookstates import HookState, InstalledHook, installed, signature
from gitgt.git.repository import Repository
from gitgt.git.turn import turn
from gitgt.values import dataclass

__all__ = [
    "HOOKS", "SERVER", "HookState", "InstalledHook", "install", "installed", "is_unwanted",
    "repair", "signature", "uninstall",
]  # fmt: skip

_RECORD: Final = "record.json"
_TURN: Final = "hooks"


@dataclass(slots=True)
class _Record:
    """What it takes to put everything back."""

    made_folder: bool = False
    values: list[str] | None = None  # of core.hooksPath before us; None if we left it alone
    left: str = ""  # hash of the config file as we left it
    put: dict[str, str] = field(default_factory=dict)  # hashes of ours as we put them there


def install(
    repository: Repository,
    *,
    town: Path | None = None,
    targets: Iterable[str] | None = None,
    ledger: str | None = None,
    again: bool = False,
    kit: Kit = WORKTREES,
) -> bool:
    """Install or repair our hooks in a repository; tell whether anything had to be done.

    *town*, *targets*, full names of the refs that no agent moves, and *ledger*, that of the
    ledger, are what the hooks are to know; what is not given stays as it was. Where somebody
    uninstalled them they stay away, unless they are asked for *again*.

    Raises:
        EnvironmentProblemError: git or the disk does not let us.
    """
    common = repository.common
    try:
        with turn(repository, _TURN):
            signposts.set_up(common, town=town, targets=targets, ledger=ledger)
            if not _is_wanted(common, again=again):
                return False
            before = signature(common, kit)
            _install(common, kit)
            return signature(common, kit) != before
    except OSError as error:
        raise EnvironmentProblemError(f"cannot install hooks in {common}: {error}") from error


def is_unwanted(repository: Repository) -> bool:
    """Tell whether somebody took our hooks out, who then stay away."""
    return _unwanted(repository.common).exists()


def repair(repository: Repository) -> bool:
    """Make good what other tools did to our hooks; tell whether anything had to be done."""
    return install(repository, again=True)


def uninstall(repository: Repository, kit: Kit = WORKTREES) -> None:
    """Put back every hook and the setting as they were before us, and stay away.

    Raises:
        EnvironmentProblemError: git or the disk does not let us.
    """
    common = repository.common
    try:
        with turn(repository, _TURN):
            _unwanted(common).touch()  # first: what is half gone is not repaired
            _take_out(common, kit)
    except OSError as error:
        raise EnvironmentProblemError(f"cannot uninstall hooks in {common}: {error}") from error


def _take_out(common: Path, kit: Kit) -> None:
    record, own = _read(common), own_folder(common)
    if record.values is not None and hookspath.effective(common) == str(own):
        hookspath.restore(common, record.values, own, record.left)
    if not (common / "hooks").is_symlink():
        _empty(common / "hooks", common, kit, record)
    if not _replaced(common, kit):
        chained.forget(common)
    for folder in (chained.folder(common), own):
        shutil.rmtree(folder, ignore_errors=True)


def _is_wanted(common: Path, *, again: bool) -> bool:
    if again:
        _unwanted(common).unlink(missing_ok=True)
    return not _unwanted(common).exists()


def _unwanted(common: Path) -> Path:
    """Return the file by which a person's wish to be without our hooks is respected."""
    return common / "gt" / "no-hooks"


def _install(common: Path, kit: Kit) -> None:
    record = _read(common)
    if hookspath.effective(common) or (common / "hooks").is_symlink():
        _install_pathed(common, record, kit)
    else:
        _install_plainly(common, record, kit)


def _install_plainly(common: Path, record: _Record, kit: Kit) -> None:
    hooks = common / "hooks"
    if not hooks.is_dir():
        hooks.mkdir()
        record.made_folder = True
    if record.values is not None:
        # Somebody unset the key that we had set: the ordinary folder counts again.
        record.values = None
        shutil.rmtree(own_folder(common))
        (chained.folder(common) / ".folder").unlink(missing_ok=True)
    for name in kit.hooks:
        if is_foreign(place_of(hooks / name)):
            chained.set_aside(common, hooks / name)
        else:
            keep_edit(place_of(hooks / name), record.put.get(name))
    chained.link_neighbors(common, hooks, _ours(kit))
    record.put |= {name: digest(template(name)) for name in kit.hooks}
    _write(common, record)
    put_templates(hooks, ())
    for name in kit.hooks:
        # What was set aside has a second name by now, and gives its place to ours.
        put(place_of(hooks / name), template(name), 0o755)


def _ours(kit: Kit) -> set[str]:
    return {SHARED, *kit.hooks, *(f"{name}.legacy" for name in kit.hooks)}


def _install_pathed(common: Path, record: _Record, kit: Kit) -> None:
    own, value = own_folder(common), hookspath.effective(common)
    others = [name for name in kit.if_there if (own / name).exists()]
    if value != str(own):
        old = value or str(common / "hooks")
        others = [name for name in kit.if_there if holds(common, old, name)]
        record.values = hookspath.local_values(common)
        chained.folder(common).mkdir(exist_ok=True)
        put(chained.folder(common) / ".folder", f"folder={shlex.quote(old)}\n".encode(), 0o644)
    _write(common, record)
    for name in kit.hooks:
        if is_foreign(own / name):  # a tool that follows core.hooksPath wrote over ours
            (own / name).replace(own / f"{name}.aside")
    put_templates(own, kit.hooks)
    for name in (*HARMLESS, *others):
        put(own / name, template(PASSER), 0o755)
    if value != str(own):
        record.left = hookspath.point_at(common, own, own)
        _write(common, record)


def _empty(hooks: Path, common: Path, kit: Kit, record: _Record) -> None:
    """Take ours out of the ordinary folder."""
    for name in kit.hooks:
        place = place_of(hooks / name)
        keep_edit(place, record.put.get(name))
        if not is_foreign(place) and not chained.put_back(common, place, name):
            place.unlink(missing_ok=True)
    if not is_foreign(hooks / SHARED):
        (hooks / SHARED).unlink(missing_ok=True)
    if record.made_folder and hooks.is_dir() and not any(hooks.iterdir()):
        hooks.rmdir()


def _replaced(common: Path, kit: Kit) -> bool:
    """Tell whether a hook is left that cannot go back: a later tool wrote its own there."""
    return any(os.path.lexists(chained.folder(common) / name) for name in kit.hooks)


def _read(common: Path) -> _Record:
    path = own_folder(common) / _RECORD
    recalled = chained.recall(common)
    content = path.read_bytes() if path.is_file() else recalled
    try:
        return _Record(**json.loads(content)) if content else _Record()
    except (ValueError, TypeError) as error:
        raise SettingsError(
            f"{path} cannot be read: {error}",
            hint="delete it: what it said is kept in refs/gt/chained",
        ) from error


def _write(common: Path, record: _Record) -> None:
    """Keep the record where we look for it, and, if something was chained, in git."""
    content = f"{json.dumps(asdict(record), indent=2)}\n".encode()
    own_folder(common).mkdir(exist_ok=True)
    put(own_folder(common) / _RECORD, content, 0o644)
    if chained.folder(common).is_dir():
        chained.remember(common, content)
