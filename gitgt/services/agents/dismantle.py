"""Take an agent's worktree away, and lose nothing: looked at first, kept second, removed last.

No force skips the keeping. What is committed on its branches and nowhere else goes into the
trash, what is not committed into a snapshot, and a folder that no snapshot can hold whole is
put aside as it is. Whoever is killed in between may begin again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from gitgt.errors import GtError, RefusedError
from gitgt.git import faults, refs, snapshot, trash, worktree
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import MergeRequest
from gitgt.model.lifecycle import MergeStatus
from gitgt.services import submit
from gitgt.services.agents import attended, hook, sandbox
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_HEADS: Final = "refs/heads/"
# What a request in one of these asks for is pinned, or on the target.
_SAFE: Final = (MergeStatus.LANDED, MergeStatus.NO_OP, *submit.LIVE)


@dataclass(frozen=True, slots=True)
class Kept:
    """Where what was taken away is: a snapshot, refs in the trash, a folder put aside."""

    snapshot: str = ""
    trash: tuple[str, ...] = ()
    aside: Path | None = None

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "snapshot": self.snapshot,
            "trash": list(self.trash),
            "aside": str(self.aside or ""),
        }

    def lines(self) -> Iterator[str]:
        """Yield how each is called."""
        if self.snapshot:
            yield f"what was not committed: {self.snapshot[:12]} (git gt recover)"
        yield from (f"in the trash: {each}" for each in self.trash)
        if self.aside is not None:
            yield f"put aside, since no snapshot holds it whole: {self.aside}"


def branches(repository: Repository, address: str) -> dict[str, str]:
    """Return the branches of whoever is at *address*, by short name, and where each stands."""
    name = address.rpartition("/")[2]
    if "/crew/" in address:
        tip = repository.ref(f"{_HEADS}crew/{name}")
        return {f"crew/{name}": tip} if tip else {}
    found = repository.refs(f"{_HEADS}polecat/{name}/")
    return {ref.removeprefix(_HEADS): tip for ref, tip in found.items()}


def at_hand(town: Town, rig: Rig, address: str) -> list[str]:
    """Return what speaks against it: a session, work on the hook or not yet landed."""
    now = town.ledger_at(rig).snapshot()
    return [*_in_the_ledger(rig, now, address), *_in_git(rig, now, address)]


def _in_the_ledger(rig: Rig, now: Snapshot, address: str) -> Iterator[str]:
    if sessions.is_running(rig, address):
        yield "its session goes on"
    for whose, bead in hook.held(now):
        if whose == address:
            yield f"{bead} is on its hook"
    for request in now.all(MergeRequest, status=submit.LIVE):
        if request.agent == address:
            yield f"{request.id} is {request.status}"


def _in_git(rig: Rig, now: Snapshot, address: str) -> Iterator[str]:
    for name, tip in branches(now.repository, address).items():
        if count := unlanded(rig, now, address, name, tip):
            yield f"{count} commit{'' if count == 1 else 's'} of {name} not landed or pushed"
    path = sandbox.path_of(rig, address)
    if path.is_dir() and _is_checkout(path) and not worktree.is_clean(path):
        yield f"{path} has changes that are not committed"


def unlanded(rig: Rig, now: Snapshot, address: str, name: str, tip: str) -> int:
    """Return how many commits of a branch are only there: not landed, handed in or pushed."""
    repository = now.repository
    pushed = f"refs/remotes/{rig.remote}/"
    names = (rig.target, f"{pushed}{name}", f"{pushed}{rig.branch}")
    known = [each for each in map(repository.ref, names) if each]
    known += [
        each.head
        for each in _requests(now, address)
        if each.branch == name and each.status in _SAFE and repository.has(each.head)
    ]
    return min((repository.apart(tip, each)[0] for each in known), default=0)


def _requests(now: Snapshot, address: str) -> Iterator[MergeRequest]:
    """Yield the merge requests of whatever was on the hook of *address*."""
    beads = [row.id for row in now.rows(kind="bead", assignee=address)]
    return now.all(MergeRequest, source=beads) if beads else iter(())


def check(town: Town, rig: Rig, address: str, *, how: str) -> None:
    """Check that nothing is at hand there.

    Raises:
        RefusedError: something is, and how to do it all the same.
    """
    found = at_hand(town, rig, address)
    if found:
        raise RefusedError(
            f"{address} is not done: {'; '.join(found)}",
            hint=f"{how} keeps it in refs/gt/, and takes the worktree away",
        )


def take_away(town: Town, rig: Rig, address: str, *, but_branches: bool = False) -> Kept:
    """End the session, keep everything, and remove the worktree, and the branches if wanted.

    Branches of live requests stay: the refinery may ask for them.

    Raises:
        RefusedError: something was put on the hook meanwhile.
        GtError: the session cannot be ended, or git refuses something.
    """
    with attended.taking(town, rig, address):
        _check_hook(town, rig, address)
        sessions.sessions_of(rig).stop(address)
        repository = town.ledger_at(rig).repository
        path = sandbox.path_of(rig, address)
        worktree.mend(repository, path)
        saved, is_whole = _saved(path, address)
        mine = {} if but_branches else _idle(town, rig, address)
        thrown = _discard(town, repository, address, mine, path)
        aside = _remove(repository, path, is_whole=is_whole)
        delete(repository, mine)
        return Kept(saved, thrown, aside)


def _check_hook(town: Town, rig: Rig, address: str) -> None:
    for whose, bead in hook.held(town.ledger_at(rig).snapshot()):
        if whose == address:
            raise RefusedError(f"{bead} is on the hook of {address} by now", hint="try again")


def _saved(path: Path, address: str) -> tuple[str, bool]:
    """Save what is not committed; return its snapshot, and whether that holds all."""
    if not path.is_dir():
        return "", True
    if not _is_checkout(path):
        return "", not any(path.iterdir())
    try:
        saved = snapshot.snapshot(path, address)
    except GtError:
        return "", False
    return ("", True) if saved is None else (saved.commit, not saved.left_out)


def _idle(town: Town, rig: Rig, address: str) -> dict[str, str]:
    """Return the branches there that no live request is about."""
    now = town.ledger_at(rig).snapshot()
    live = {each.branch for each in now.all(MergeRequest, status=submit.LIVE)}
    mine = branches(now.repository, address)
    return {name: tip for name, tip in mine.items() if name not in live}


def _discard(
    town: Town, repository: Repository, address: str, gone: dict[str, str], path: Path
) -> tuple[str, ...]:
    """Put the tips of branches, and of no branch, where they stay reachable."""
    what = {f"heads/{name}": tip for name, tip in gone.items()}
    if _is_checkout(path) and worktree.head_of_path(path) is None:
        what[f"detached/{address}"] = worktree.tip(path)
    return tuple(trash.discard(repository, what, now=town.clock()))


def _remove(repository: Repository, path: Path, *, is_whole: bool) -> Path | None:
    """Remove a worktree, or put it aside if it holds what nothing else does."""
    if not path.exists() and not path.is_symlink():
        return None
    faults.act("remove", path)
    if is_whole and not path.is_symlink() and _is_checkout(path):
        worktree.remove(repository, path)
        return None
    if is_whole and path.is_dir() and not path.is_symlink():
        path.rmdir()
        return None
    aside = path.with_name(f".{path.name}-{time.time_ns()}")
    path.rename(aside)
    return aside


def delete(repository: Repository, gone: Mapping[str, str]) -> None:
    """Let branches go that are in the trash, all where they stood then or none."""
    moves = [RefMove(f"{_HEADS}{name}", tip, None) for name, tip in gone.items()]
    if moves:
        move_refs(repository, moves, why="to the trash")


def _is_checkout(path: Path) -> bool:
    git_dir = refs.git_dir_of(path) if path.exists() else None
    return git_dir is not None and git_dir.is_dir()
