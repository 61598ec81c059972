"""Who calls, and as what: an agent says so in its environment, else the folder says it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gitgt.errors import NotFoundError, RefusedError
from gitgt.model.address import Address, Role
from gitgt.services import identity
from gitgt.services.prime import who
from gitgt.services.town import Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who calls: under which address, as what, and what says so.

    A person without a worktree of their own is the overseer.
    """

    address: str
    name: str  # who signs: an agent, or a person by their name
    role: str
    rig: str = ""
    home: Path
    source: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "address": self.address, "name": self.name, "role": self.role, "rig": self.rig,
            "home": str(self.home), "source": self.source,
        }  # fmt: skip


def caller(town: Town, environ: Mapping[str, str], cwd: Path) -> Caller:
    """Return who calls."""
    agent = who.said_by(environ)
    if agent:
        return _known(town, agent, agent, "GT_AGENT")
    name = identity.person(environ, cwd).address
    address = who.at_home(town, cwd)
    if address:
        return _known(town, address, name, "folder")
    return _known(town, Role.OVERSEER, name, "git")


def _known(town: Town, address: str, name: str, source: str) -> Caller:
    found = Address.parse(address)
    role = found.role or Role.POLECAT
    home = home_of(town, role, rig=found.rig, name=found.name)
    return Caller(
        address=address, name=name, role=str(role), rig=found.rig, home=home, source=source
    )


def home_of(town: Town, role: str, *, rig: str = "", name: str = "") -> Path:
    """Return where somebody works.

    Raises:
        RefusedError: there is no such role, or it needs a rig or a name.
        NotFoundError: there is no such rig.
    """
    if role not in tuple(Role):
        raise RefusedError(f"{role!r} is no role", hint=f"roles: {', '.join(Role)}")
    if role == Role.OVERSEER:
        return town.root
    if role in (Role.MAYOR, Role.DEACON):
        return town.root / role
    if role == Role.DOG:
        return town.root / Role.DEACON / "dogs" / _needed(role, "name", name)
    where = town.rig(_needed(role, "rig", rig)).path
    if role in (Role.WITNESS, Role.REFINERY):
        return where / role
    folder = "crew" if role == Role.CREW else "polecats"
    return where / folder / _needed(role, "name", name)


def _needed(role: str, what: str, value: str) -> str:
    if not value:
        raise NotFoundError(
            f"a {role} of which {what}?", hint=f"give it: --{what} {what.upper()}"
        )
    return value


def environment(found: Caller, town: Town) -> dict[str, str]:
    """Return the variables that say who this is."""
    words = {
        "GT_TOWN_ROOT": str(town.root), "GT_ROLE": found.role, "GT_RIG": found.rig,
        "GT_AGENT": found.address if found.source == "GT_AGENT" else "",
    }  # fmt: skip
    return {name: value for name, value in words.items() if value}
