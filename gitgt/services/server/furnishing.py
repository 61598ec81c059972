"""Make a bare repository one that judges what is pushed to it, and leave it as it was again."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from gitgt.errors import NotFoundError, RefusedError
from gitgt.git import githooks, refs, signposts
from gitgt.git.command import attempt
from gitgt.git.githooks import SERVER, InstalledHook
from gitgt.git.hookfiles import EDITED
from gitgt.git.hookstates import installed
from gitgt.git.repository import Repository
from gitgt.model.actor import Actor
from gitgt.model.served import Rules
from gitgt.services import server
from gitgt.services.server import beside
from gitgt.services.town import Clock
from gitgt.values import dataclass

_HEADS: Final = "refs/heads/"
_PATIENCE: Final = 30.0
# Folders that git leaves behind of refs that are gone.
_EMPTIED: Final = ("refs/gt", "logs/refs/gt", "logs/refs", "logs")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What ``server install`` was asked for; None is what nobody said, and stays."""

    ledger: str | None = None
    protected: Sequence[str] | None = None
    closed: Sequence[str] | None = None
    largest: int | None = None
    signatures: str | None = None
    town: Path | None = None
    refinery: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a server."""

    common: Path
    rules: Rules | None
    hooks: tuple[InstalledHook, ...]
    has_ledger: bool
    runs: bool  # what the hooks start does start

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "repository": str(self.common),
            "installed": self.rules is not None,
            "hooks": [{"name": each.name, "state": str(each.state)} for each in self.hooks],
            "rules": None if self.rules is None else self.rules.fields(),
            "has_ledger": self.has_ledger,
            "runs": self.runs,
        }


def install(path: Path, wanted: Wanted, who: Actor, clock: Clock) -> tuple[Standing, bool]:
    """Put our hooks into the bare repository at *path*; say whether anything was done.

    Said again, it mends, and changes the rules that are named.

    Raises:
        NotFoundError: there is no repository.
        RefusedError: it has a worktree, or belongs to a town as the repository of a rig.
    """
    repository = _served(path)
    common = repository.common
    before = server.rules(common)
    if before is None and signposts.town_of(common) is not None:
        raise RefusedError(
            f"{common} is a rig's own repository, which nobody pushes to",
            hint="git clone --bare it elsewhere, serve that, and add it as a rig",
        )
    rules = _rules(common, before, wanted)
    # First the rules: a hook that finds none refuses whatever is pushed.
    changed = server.write(common, rules)
    changed |= _hooks(repository, rules)
    if wanted.town is not None or wanted.refinery:
        home = beside.found(common, wanted.town, who, clock, makes=wanted.refinery)
        rules = replace(
            rules, town=str(home.root), wakes=str(home.spool), path=os.environ.get("PATH", ""),
            passes=rules.passes or wanted.refinery,
        )  # fmt: skip
        changed |= server.write(common, rules)
        changed |= _hooks(repository, rules)
        home.meet()
    return standing(common), changed


def uninstall(path: Path) -> bool:
    """Leave a bare repository as it was before us; say whether anything was done.

    The town beside it stays, and hears no more of it.

    Raises:
        NotFoundError: there is no repository.
    """
    repository = _served(path)
    common = repository.common
    if server.rules(common) is None and not _is_furnished(repository):
        return False
    githooks.uninstall(repository, SERVER)
    shutil.rmtree(common / "gt", ignore_errors=True)
    for name in _EMPTIED:
        with suppress(OSError):  # others' refs are in there
            (common / name).rmdir()
    server.path_of(common).unlink(missing_ok=True)  # last: by it a run that was killed is known
    return True


def edited(path: Path) -> list[Path]:
    """Return what somebody made of hooks of ours, which was kept beside them.

    Raises:
        NotFoundError: there is no repository.
    """
    hooks = _served(path).common / "hooks"
    places = (hooks / f"{name}{EDITED}" for name in SERVER.hooks)
    return [each for each in places if each.exists()]


def standing(path: Path) -> Standing:
    """Return how it stands with a server.

    Raises:
        NotFoundError: there is no repository.
    """
    repository = _served(path)
    common, rules = repository.common, server.rules(repository.common)
    ledger = (rules or Rules()).ledger
    return Standing(
        common, rules, installed(repository, SERVER),
        has_ledger=repository.ref(ledger) is not None,
        runs=_starts(common),
    )  # fmt: skip


def _starts(common: Path) -> bool:
    """Tell whether the hooks can start gitgt: its Python may be gone, or may have changed."""
    argv = [str(common / "gt" / "command"), "--version"]
    try:
        done = subprocess.run(
            argv, cwd=common, stdin=subprocess.DEVNULL, capture_output=True, check=False,
            timeout=_PATIENCE,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _served(path: Path) -> Repository:
    repository = Repository.at(path.absolute())
    told = attempt("rev-parse", "--is-bare-repository", cwd=repository.common)
    if told.stdout.strip() != b"true":
        raise RefusedError(
            f"{path} is somebody's checkout, which git takes no push for",
            hint="git clone --bare it, and serve that",
        )
    return Repository(repository.common.resolve())


def _hooks(repository: Repository, rules: Rules) -> bool:
    return githooks.install(
        repository,
        town=Path(rules.town) if rules.town else None,
        ledger=rules.ledger,
        again=True,
        kit=SERVER,
    )


def _is_furnished(repository: Repository) -> bool:
    return any(
        each.state in ("ours", "chained", "outdated") for each in installed(repository, SERVER)
    )


def _rules(common: Path, before: Rules | None, wanted: Wanted) -> Rules:
    head = refs.head_of(common)
    rules = before or Rules(protected=(head,) if head else ())
    if wanted.ledger is not None:
        rules = replace(rules, ledger=_branch(wanted.ledger))
    if wanted.protected is not None:
        rules = replace(rules, protected=tuple(map(_branch, wanted.protected)))
    if wanted.closed is not None:
        rules = replace(rules, closed=tuple(map(_branch, wanted.closed)))
    if wanted.largest is not None:
        rules = replace(rules, largest=wanted.largest)
    if wanted.signatures is not None:
        rules = replace(rules, signatures=wanted.signatures)
    _check_apart(rules)
    return rules


def _check_apart(rules: Rules) -> None:
    if rules.is_closed(rules.ledger):
        raise RefusedError(
            f"{rules.ledger} is the ledger, which everybody pushes to",
            hint="leave it out of the closed branches: its own rules protect it",
        )


def _branch(name: str) -> str:
    """Return the full name of a branch; a * stands for any part of it.

    Raises:
        NotFoundError: no branch can be called so.
    """
    ref = name if name.startswith("refs/") else f"{_HEADS}{name}"
    if not attempt("check-ref-format", "--refspec-pattern", ref, cwd=Path("/")).ok:
        raise NotFoundError(f"{name!r} is no branch's name", hint="such as main, or release/*")
    return ref
