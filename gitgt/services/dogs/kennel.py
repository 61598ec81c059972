"""The dogs that there are: identities in the town's ledger, folders in ``deacon/dogs``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from gitgt.errors import AtCapacityError, NotFoundError, RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model import ids, kennel
from gitgt.model.actor import Actor
from gitgt.model.dispatch import SessionState
from gitgt.model.documents import Agent
from gitgt.model.instant import text_of
from gitgt.model.lifecycle import AgentStatus
from gitgt.services import sling
from gitgt.services.agents.post import Post
from gitgt.services.plugins import runs
from gitgt.services.plugins.runs import Run
from gitgt.services.sessions import sessions
from gitgt.services.town import Town
from gitgt.values import dataclass

ROLE: Final = "dog"
_MANY: Final = "dogs/"


@dataclass(frozen=True, slots=True)
class Dog:
    """A dog: what it is at, and its session."""

    name: str
    run: Run | None
    seen: sessions.Seen

    @property
    def address(self) -> str:
        """How the town calls it."""
        return f"{_MANY}{self.name}"

    @property
    def is_running(self) -> bool:
        """Tell whether a session of it goes on."""
        return self.seen.state is SessionState.RUNNING

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "name": self.name, "state": "working" if self.run else "idle",
            "plugin": self.run.plugin if self.run else "",
            "rig": self.run.rig if self.run else "",
            "run": self.run.id if self.run else "",
            "since": text_of(self.run.began) if self.run else "",
            "session": self.seen.session if self.is_running else "",
        }  # fmt: skip


def post_of(town: Town, name: str) -> Post:
    """Return the post of the dog called *name*."""
    return Post(town, f"{_MANY}{name}", ROLE, town.root / "deacon/dogs" / name)


def names(now: Snapshot) -> list[str]:
    """Return what the dogs are called."""
    found = now.all(Agent, status=AgentStatus.ACTIVE)
    return sorted(
        each.address.removeprefix(_MANY) for each in found if each.address.startswith(_MANY)
    )


def every(town: Town) -> list[Dog]:
    """Return all dogs by name."""
    at_work = {each.dog: each for each in runs.live(town)}
    return [_dog(town, name, at_work.get(name)) for name in names(town.ledger.snapshot())]


def find(town: Town, named: str) -> Dog:
    """Return the dog called *named*, with or without ``dogs/``.

    Raises:
        NotFoundError: there is none.
    """
    name = named.removeprefix("deacon/").removeprefix(_MANY)
    found = next((each for each in every(town) if each.name == name), None)
    if found is None:
        raise NotFoundError(f"there is no dog {name!r}", hint="git gt dog list")
    return found


def add(town: Town, who: Actor, name: str = "") -> str:
    """Make a dog, called *name* or the next free name; return its name.

    Raises:
        RefusedError: there is one of that name, or nobody can be called so.
        AtCapacityError: there are as many as there may be.
    """
    chosen = name

    def decide(now: Snapshot) -> Change:
        nonlocal chosen
        known = names(now)
        chosen = ids.parse_member(name) if name else kennel.next_name(known)
        if chosen in known:
            raise RefusedError(f"there is a dog {chosen} already", hint="take another name")
        if len(known) >= kennel.POOL:
            raise AtCapacityError(
                f"there are {len(known)} dogs, and no more may be",
                hint="git gt dog remove NAME",
            )
        address = f"{_MANY}{chosen}"
        old = now.agent_at(address)
        made = sling.returned(old) if old else sling.new_agent(town, None, address, ROLE, who)
        return Change(f"{address} is a dog", (made,), event="agent.enlisted")

    town.ledger.transact(decide, who)
    return chosen


def remove(town: Town, named: str, who: Actor, *, force: bool) -> str:
    """Let a dog go; its identity is kept, as one that has retired.

    Raises:
        RefusedError: it works, or its session goes on, and no force is used.
    """
    dog = find(town, named)
    if not force and (dog.run or dog.is_running):
        raise RefusedError(
            f"{dog.address} is at work", hint=f"git gt dog remove {dog.name} --force"
        )

    def decide(now: Snapshot) -> Change | None:
        old = now.agent_at(dog.address)
        if old is None or old.status is AgentStatus.RETIRED:
            return None
        gone = old.replace(status=AgentStatus.RETIRED, closed_at=town.now(), reason="removed")
        return Change(f"{dog.address} is a dog no more", (gone,), event="agent.retired")

    town.ledger.transact(decide, who)
    return dog.name


def idle(dogs: Iterable[Dog]) -> Dog | None:
    """Return a dog that has nothing to do; one without a session comes first."""
    free = [each for each in dogs if each.run is None]
    return min(free, key=lambda each: (each.is_running, each.name), default=None)


def _dog(town: Town, name: str, run: Run | None) -> Dog:
    return Dog(name, run, sessions.look(town, f"{_MANY}{name}"))
