"""What a role is told: its prompt, the directives of town and rig, what is remembered."""

from __future__ import annotations

from gitgt import resources
from gitgt.errors import NotFoundError
from gitgt.model.actor import Actor
from gitgt.model.address import Role
from gitgt.model.documents import Memory
from gitgt.model.memory import concerns, in_order
from gitgt.model.prime.facts import OVERSEER, Directive
from gitgt.services import commit, memories
from gitgt.services.town import Rig, Town

_FOLDER = "directives"


def roles() -> list[str]:
    """Return the roles that have a prompt."""
    return sorted(path.stem for path in resources.prompts().glob("*.md"))


def prompt_of(role: str) -> str:
    """Return the prompt of a role; whoever has none is somebody who looks around."""
    path = resources.prompts() / f"{role if role in tuple(Role) else OVERSEER}.md"
    return path.read_text(encoding="utf-8")


def paths(rig: Rig | None, role: str) -> list[str]:
    """Return where directives for a role may be: of the town, then of the rig."""
    town = f"{_FOLDER}/{role}.md"
    return [town] if rig is None else [town, f"{rig.name}/settings/{town}"]


def directives(town: Town, rig: Rig | None, role: str) -> tuple[Directive, ...]:
    """Return what town and rig tell those of a role, as committed.

    An agent can write into the town's folder, and commits nothing there: so what is only in a
    file is nobody's word yet.
    """
    head = town.repository.ref("HEAD")
    if head is None or not role.isalpha():
        return ()
    found = [(path, town.repository.read(head, path)) for path in paths(rig, role)]
    return tuple(
        Directive(path, content.decode(errors="replace"))
        for path, content in found
        if content and content.strip()
    )


def write(town: Town, rig: Rig | None, role: str, text: str, who: Actor) -> bool:
    """Commit what those of a role are told, of the town or a rig; say if anything changed.

    An empty text takes the file away.

    Raises:
        NotFoundError: there is no such role.
        NotAllowedError: an agent asks.
    """
    if role not in roles():
        raise NotFoundError(f"there is no role {role!r}", hint=", ".join(roles()))
    path = paths(rig, role)[-1]
    content = f"{text.strip()}\n".encode() if text.strip() else None
    whose = f"{role} of {rig.name}" if rig else role
    return commit.change(town, lambda: {path: content}, f"what each {whose} is told", who)


def remembered(town: Town, rig: Rig | None, role: str) -> tuple[Memory, ...]:
    """Return the memories of the town and of a rig that are for those of a role."""
    places = [None] if rig is None else [rig, None]
    found = [
        each for place in places for each in memories.active(town.ledger_at(place).snapshot())
    ]
    return tuple(in_order(each for each in found if concerns(each, role)))
