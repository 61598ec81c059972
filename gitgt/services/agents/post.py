"""Agents that people talk to: who each is, where it works, where its sessions are kept.

Polecats are started for what is on their hooks. The mayor and a crew member are started and
ended by people, or by themselves, and nothing ends them because their hook is empty.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gitgt.errors import NotFoundError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model import ids
from gitgt.model.actor import Actor
from gitgt.model.documents import Agent
from gitgt.model.lifecycle import AgentStatus
from gitgt.services.agents import sandbox
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

MAYOR: Final = "mayor"
CREW: Final = "crew"


@dataclass(frozen=True, slots=True)
class Post:
    """An agent that people talk to, be it at work or not."""

    place: Rig | Town
    address: str
    role: str
    worktree: Path
    branch: str = ""

    @property
    def rig(self) -> Rig | None:
        """The rig that it belongs to; None stands for the town."""
        return None if isinstance(self.place, Town) else self.place

    @property
    def name(self) -> str:
        """What it is called within its rig."""
        return self.address.rpartition("/")[2]


def mayor(town: Town) -> Post:
    """Return the town's mayor."""
    return Post(town, MAYOR, MAYOR, town.root / MAYOR)


def of_crew(rig: Rig, name: str) -> Post:
    """Return the crew member of that name, who may not be there.

    Raises:
        RefusedError: nobody can be called that.
    """
    address = f"{rig.name}/{CREW}/{ids.parse_member(name)}"
    return Post(rig, address, CREW, sandbox.path_of(rig, address), f"{CREW}/{name}")


def present(town: Town, rig: Rig, name: str) -> Post:
    """Return the crew member of that name, who is there.

    Raises:
        NotFoundError: nobody of that name is in the crew.
    """
    post = of_crew(rig, name)
    found = town.ledger_at(rig).snapshot().agent_at(post.address)
    if found is None or found.status is not AgentStatus.ACTIVE:
        raise NotFoundError(
            f"there is no {post.address}", hint=f"git gt crew add {name} --rig {rig.name}"
        )
    return post


def enlist(town: Town, post: Post, who: Actor) -> Agent:
    """Return the identity of whoever has the post, which is made if there is none yet."""
    from gitgt.services import sling  # most who ask for a post only look at it

    def decide(now: Snapshot) -> Change | None:
        found = now.agent_at(post.address)
        if found is not None and found.status is AgentStatus.ACTIVE:
            return None
        agent = sling.returned(found) if found else new_agent(town, post, who)
        return Change(f"{post.address} is {_what(post)}", (agent,), event="agent.enlisted")

    found = town.ledger_at(post.rig).transact(decide, who).agent_at(post.address)
    assert found is not None
    return found


def new_agent(town: Town, post: Post, who: Actor) -> Agent:
    """Return a new identity for a post."""
    from gitgt.services import sling

    return sling.new_agent(town, post.rig, post.address, post.role, who)


def _what(post: Post) -> str:
    return "the mayor" if post.role == MAYOR else f"of the {post.role}"
