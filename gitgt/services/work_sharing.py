"""What is in work, exchanged on request: agents' branches, and what they have not committed.

Without it another machine sees every hook, and begins at the target what was begun here.
Nothing is forced: what goes on from what was there is sent and taken in, the rest is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitgt.errors import LedgerConflictError, RefusedError
from gitgt.git import remote, shared
from gitgt.git.remote import tracking
from gitgt.git.repository import Repository
from gitgt.git.snapshot import WIP
from gitgt.git.transaction import RefMove, move_refs
from gitgt.model.dispatch import is_polecat
from gitgt.services import sync
from gitgt.services.agents import hook, sandbox, wip
from gitgt.services.agents.post import CREW
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What of the work of one rig was sent, taken in, and left, because both went on."""

    name: str
    sent: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "name": self.name,
            "sent": list(self.sent),
            "taken": list(self.taken),
            "left": list(self.left),
        }


def exchange(town: Town, rig: Rig) -> Exchanged:
    """Save what agents of *rig* have not committed; send what is in work, take in the rest.

    Raises:
        RefusedError: the rig is not shared.
        UnreachableError: the remote does not answer.
    """
    where = sync.remote_of(town, rig)
    if not where:
        raise sync.unshared(rig)
    repository = town.ledger_at(rig).repository
    wip.save_all(town, rig, town.ledger_at(rig).snapshot(), {})
    theirs = shared.fetch_work(repository, where)
    taken = [who for who, oid in theirs.items() if _take(repository, who, oid)]
    sent: list[str] = []
    left: list[str] = []
    for name, commit in _branches(town, rig, repository):
        _note(repository, where, name, commit, sent, left)
    for ref, commit in repository.refs(WIP).items():
        who = ref.removeprefix(WIP)
        if theirs.get(who) != commit:
            arrived = _send(repository, where, who, commit)
            (sent if arrived else left).append(f"the snapshot of {who}")
    return Exchanged(
        rig.name, tuple(sent), tuple(f"the snapshot of {t}" for t in taken), tuple(left)
    )


def _take(repository: Repository, who: str, theirs: str) -> bool:
    """Let our snapshot of *who* be theirs, if it goes on from ours; tell whether it moved."""
    ref = f"{WIP}{who}"
    ours = repository.ref(ref)
    if ours == theirs or (ours and not repository.is_ancestor(ours, theirs)):
        return False
    try:
        move_refs(repository, [RefMove(ref, ours, theirs)], why="saved on another machine")
    except LedgerConflictError:
        return False  # saved here at this moment
    return True


def _branches(town: Town, rig: Rig, repository: Repository) -> Iterator[tuple[str, str]]:
    """Yield the branches of what is on hooks, and where they stand here."""
    for address, bead in hook.held(town.ledger_at(rig).snapshot()):
        name = branch_of(address, bead)
        commit = repository.ref(f"refs/heads/{name}") if name else None
        if commit:
            yield name, commit


def branch_of(address: str, bead: str) -> str:
    """Return the branch on which whoever is at *address* works on *bead*; empty for none."""
    if is_polecat(address):
        return sandbox.branch_of(address, bead)
    words = address.split("/")
    return f"{CREW}/{words[2]}" if len(words) == 3 and words[1] == CREW else ""


def _note(
    repository: Repository, where: str, name: str, commit: str, sent: list[str], left: list[str]
) -> None:
    there = repository.ref(tracking(where, name))
    if there == commit or (there and repository.is_ancestor(commit, there)):
        return
    arrived = remote.push(repository, where, commit, name)
    (sent if arrived else left).append(name)


def _send(repository: Repository, where: str, who: str, commit: str) -> bool:
    had = shared.theirs(repository, where, f"{shared.WIP}{who}")
    if had and not repository.is_ancestor(had, commit):
        return False
    try:
        if not shared.push(repository, where, {f"{shared.WIP}{who}": commit}, {}):
            return False
    except RefusedError:
        return False
    shared.note(repository, where, f"{shared.WIP}{who}", commit)
    return True
