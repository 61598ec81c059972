"""Repositories: they are there, fetch what they should, and nobody stands in the way."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from gitgt.git import githooks, landing, locks, refs, worktree
from gitgt.git import standing as checkouts
from gitgt.git.command import attempt, git
from gitgt.git.githooks import HookState
from gitgt.git.intent import INTENTS
from gitgt.git.repository import Repository
from gitgt.git.turn import turn
from gitgt.services import install
from gitgt.services import rig as rigs_service
from gitgt.services.doctor.finding import Finding, Level
from gitgt.services.town import Rig, Town

_REFSPEC: Final = "+refs/heads/*:refs/remotes/origin/*"
_GOOD: Final = (HookState.OURS, HookState.CHAINED)


def there(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield the rigs whose repositories or ledgers are gone."""
    known = {each.name for each in rigs}
    for each in town.rigs().values():
        if each.name not in known and not each.is_here:
            again = f"git gt rig add {each.name} {shlex.quote(each.origin)}"
            what = f"{each.repository_path} is missing"
            yield Finding(check="rigs", what=what, where=each.name, hint=again)
    for each in town.rigs_without_ledger():
        what = f"{each.repository_path} has no ledger ({each.ledger_branch})"
        hint = "git gt status says how it comes back"
        yield Finding(check="rigs", what=what, where=each.name, hint=hint)


def refspec(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield the rigs that do not fetch their project's branches to where we look for them."""
    for each in rigs:
        common = town.ledger_at(each).repository.common
        said = attempt("config", "--get-all", "remote.origin.fetch", cwd=common)
        if _REFSPEC not in said.stdout.decode(errors="replace").splitlines():
            yield Finding(
                check="refspec",
                what="it does not fetch all branches of its project",
                where=each.name,
                hint=f"git -C {common} config --add remote.origin.fetch '{_REFSPEC}'",
                mend=partial(_fetch_all, common),
            )


def _fetch_all(common: Path) -> str:
    git("config", "--add", "remote.origin.fetch", _REFSPEC, cwd=common)
    return "fetches all branches of its project"


def hooks(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield the repositories whose hooks are not ours, or not run."""
    for where, rig, repository in _repositories(town, rigs):
        if githooks.is_unwanted(repository):
            continue
        bad = [each for each in githooks.installed(repository) if each.state not in _GOOD]
        if bad:
            told = ", ".join(f"{each.name} is {each.state}" for each in bad)
            yield Finding(
                check="hooks", what=told, where=where, hint="git gt hooks repair",
                mend=partial(_set_up_hooks, town, rig),
            )  # fmt: skip


def _set_up_hooks(town: Town, rig: Rig | None) -> str:
    if rig is None:
        install.set_up_hooks(town)
    else:
        rigs_service.set_up_hooks(town, rig)
    return "has our hooks"


def worktrees(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield the worktrees and repositories that have lost each other."""
    for where, _, repository in _repositories(town, rigs):
        for git_dir in worktree.git_dirs(repository):
            if git_dir == repository.common or not (git_dir / "gitdir").is_file():
                continue
            path = worktree.folder_of(git_dir)
            if not path.is_dir():
                yield Finding(
                    check="worktrees", what=f"{path} is gone", where=where,
                    level=Level.WARNING,
                    hint=f"git -C {repository.common} worktree prune",
                )  # fmt: skip
            elif refs.git_dir_of(path) != git_dir.resolve():
                yield Finding(
                    check="worktrees", what=f"{path} does not know its repository",
                    where=where, mend=partial(_repair, repository, path),
                    hint=f"git -C {repository.common} worktree repair",
                )  # fmt: skip


def _repair(repository: Repository, path: Path) -> str:
    git("worktree", "repair", cwd=repository.common)
    return f"{path} knows its repository again"


def stood_on(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield the checkouts that stand on what moves: a commit there undoes what landed."""
    for where, rig, repository in _repositories(town, rigs):
        ledger = town.ledger_at(rig).ref
        moving = (ledger,) if rig is None else (ledger, rig.target)
        for git_dir in worktree.git_dirs(repository):
            ref = worktree.head_of(git_dir)
            if ref is not None and ref in moving:
                path, name = worktree.folder_of(git_dir), ref.removeprefix("refs/heads/")
                yield Finding(
                    check="checkouts", what=f"{path} stands on {name}, which moves",
                    where=where, level=Level.WARNING,
                    hint=f"git -C {path} switch -c BRANCH",
                    mend=partial(_step_off, repository, ref, path),
                )  # fmt: skip


def _step_off(repository: Repository, ref: str, path: Path) -> str:
    checkouts.catch_up(repository, ref)
    git("checkout", "--quiet", "--detach", cwd=path)
    return f"{path} stands where it stood, on no branch"


def stale_locks(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield the locks of git that nobody holds, and that stop everybody."""
    for where, _, repository in _repositories(town, rigs):
        for lock in _locks(repository.common):
            if locks.is_stale(repository.common, lock):
                yield Finding(
                    check="locks", what=f"{lock} is held by nobody", where=where,
                    hint=f"mv {lock} {lock}.old", mend=partial(_unlock, repository, lock),
                )  # fmt: skip


def _locks(common: Path) -> Iterator[Path]:
    yield from (common / "refs").rglob("*.lock")
    yield from common.glob("*.lock")
    yield from (common / "worktrees").glob("*/*.lock")


def _unlock(repository: Repository, lock: Path) -> str:
    with turn(repository, "ledger"), turn(repository, "landing"):
        locks.remove_stale(repository.common, [lock])
    return f"{lock.name} is unlocked"


def landings(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield the landings that were begun and not ended."""
    for where, rig, repository in _repositories(town, rigs):
        for ref in repository.refs(INTENTS):
            yield Finding(
                check="landings", what=f"{ref}: a landing was begun and not ended",
                where=where, hint="git gt tick",
                mend=partial(_end_landings, repository, town.ledger_at(rig).ref),
            )  # fmt: skip


def _end_landings(repository: Repository, ledger: str) -> str:
    done = landing.recover(repository, ledger=ledger)
    return f"ended {len(done)} landings that were cut short"


def reachable(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield the remotes that do not answer; only when asked, since that takes long."""
    for each in rigs:
        common = town.ledger_at(each).repository.common
        said = attempt("ls-remote", "--exit-code", "--heads", each.remote, cwd=common)
        if not said.ok:
            yield Finding(
                check="remotes", what=f"{each.remote} does not answer: {_last(said.stderr)}",
                where=each.name, level=Level.WARNING,
                hint=f"git -C {common} ls-remote {each.remote}",
            )  # fmt: skip


def _last(text: str) -> str:
    rows = [row for row in text.strip().splitlines() if row.startswith("fatal: ")]
    return rows[0].removeprefix("fatal: ") if rows else "it has no branches"


def _repositories(
    town: Town, rigs: Sequence[Rig]
) -> Iterator[tuple[str, Rig | None, Repository]]:
    yield "hq", None, town.repository
    for each in rigs:
        yield each.name, each, town.ledger_at(each).repository
