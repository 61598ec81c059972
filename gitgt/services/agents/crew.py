"""Give a worktree of a rig to a person."""

from __future__ import annotations

from pathlib import Path

from gitgt.errors import RefusedError
from gitgt.git import refs, worktree
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model import ids
from gitgt.model.actor import Actor
from gitgt.model.lifecycle import AgentStatus
from gitgt.services.sling import new_agent, returned
from gitgt.services.town import Rig, Town


def add(town: Town, rig: Rig, name: str, who: Actor) -> tuple[Path, bool]:
    """Make the worktree ``crew/NAME`` on a branch of that name; say whether it is new.

    The branch is neither the target nor the ledger: a ref that moves under a checkout makes
    the next commit there undo what landed.

    Raises:
        RefusedError: the name is reserved or badly formed, or something else lies there.
    """
    name = ids.parse_member(name)
    path = rig.path / "crew" / name
    where = f"{rig.name}/crew/{name}"
    ledger = town.ledger_at(rig)
    start = ledger.repository.ref(rig.target)
    if start is None:
        raise RefusedError(f"{rig.name} has no branch {rig.branch!r}")

    def decide(now: Snapshot) -> Change | None:
        found = now.agent_at(where)
        if found is not None and found.status is AgentStatus.ACTIVE:
            return None
        agent = returned(found) if found else new_agent(town, rig, where, "crew", who)
        return Change(f"{name} joins the crew of {rig.name}", (agent,), event="crew.added")

    before = ledger.head()
    fresh = refs.git_dir_of(path) is None
    if fresh:
        worktree.add(ledger.repository, path, branch=f"crew/{name}", start=start)
    after = ledger.transact(decide, who)
    return path, fresh or after.commit != before
