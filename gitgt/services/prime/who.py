"""Who is to be told: an agent says so in its environment, a place says whose it is.

An agent that stands in somebody else's worktree acts under its own name on others' files. That
is told loudly, and decided by nobody but it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gitgt.errors import GtError
from gitgt.git import markers, refs
from gitgt.model.address import Address, Role
from gitgt.model.fence import line
from gitgt.model.prime.facts import OVERSEER, Who
from gitgt.services import identity
from gitgt.services.town import Rig, Town

_MIDDLES = ("crew", "polecats")
_HEADS = "refs/heads/"


def asking(
    town: Town, environ: Mapping[str, str], cwd: Path
) -> tuple[Who, tuple[str, ...]]:  # fmt: skip
    """Return who asks, standing in *cwd*, and what does not fit together."""
    said, place = said_by(environ), at_home(town, cwd)
    address = said or place
    if not address:
        person = identity.person(environ, cwd).address
        return Who(address=person, role=OVERSEER, town=str(town.root)), ()
    found = known(town, address)
    return found, tuple(_misfits(environ, found, said, place))


def said_by(environ: Mapping[str, str]) -> str:
    """Return the address that an environment tells, empty if it tells none."""
    if environ.get("GT_AGENT"):
        return environ["GT_AGENT"]
    role, rig, name = (environ.get(each, "") for each in ("GT_ROLE", "GT_RIG", "GT_POLECAT"))
    if "/" in role or role in (Role.MAYOR, Role.DEACON):
        return role.rstrip("/")
    match role:
        case Role.POLECAT if rig and name:
            return f"{rig}/polecats/{name}"
        case Role.CREW if rig and environ.get("GT_CREW"):
            return f"{rig}/crew/{environ['GT_CREW']}"
        case Role.WITNESS | Role.REFINERY if rig:
            return f"{rig}/{role}"
    return ""


def at_home(town: Town, cwd: Path) -> str:
    """Return whose place *cwd* lies in: an address, empty if it is nobody's."""
    try:
        words = cwd.resolve().relative_to(town.root.resolve()).parts
    except ValueError:
        return _of_worktree(cwd)
    match words:
        case ("deacon", "dogs", name, *_):
            return f"dogs/{name}"
        case (("mayor" | "deacon") as role, *_):
            return role
        case (rig, middle, name, *_) if middle in _MIDDLES and rig in town.rigs():
            return f"{rig}/{middle}/{name}"
        case (rig, "witness", *_) if rig in town.rigs():
            return f"{rig}/witness"
    return ""


def _of_worktree(cwd: Path) -> str:
    top = refs.top_of(cwd)
    git_dir = None if top is None else refs.git_dir_of(top)
    found = None if git_dir is None else markers.assignment_of(git_dir)
    return "" if found is None else found.agent


def known(town: Town, address: str) -> Who:
    """Return what can be said of the agent at *address*.

    Raises:
        RefusedError: it is no address.
        NotFoundError: there is no such rig.
    """
    asked = Address.parse(address)
    role = asked.role or _role_in(town, asked)
    whole = Address(asked.rig, role, asked.name)
    rig = town.rig(asked.rig) if asked.rig else None
    place = _home(town, rig, whole)
    branch, base = _branches(rig, place)
    return Who(
        address=str(whole),
        role=str(role),
        rig=asked.rig,
        name=asked.name,
        worktree=str(place) if place.is_dir() else "",
        branch=branch,
        base=base,
        trunk=rig.branch if rig else "",
        town=str(town.root),
    )


def _role_in(town: Town, asked: Address) -> Role:
    """Return the role of somebody in a rig, of whom only the name was said."""
    try:
        now = town.ledger_at(town.rig(asked.rig)).snapshot()
        for spelled in asked.spellings:
            if now.agent_at(spelled) is not None:
                return Address.parse(spelled).role or Role.POLECAT
    except GtError:
        pass
    return Role.POLECAT


def _home(town: Town, rig: Rig | None, asked: Address) -> Path:
    if rig is None:
        middle = Path("deacon", "dogs", asked.name) if asked.name else Path(str(asked.role))
        return town.root / middle
    return rig.path.joinpath(*str(asked).split("/")[1:])


def _branches(rig: Rig | None, place: Path) -> tuple[str, str]:
    """Return the branch that a worktree stands on, and the one that it lands on."""
    git_dir = refs.git_dir_of(place) if rig is not None else None
    if rig is None or git_dir is None:
        return "", "" if rig is None else rig.branch
    head = _head(git_dir)
    assigned = markers.assignment_of(git_dir)
    base = assigned.target if assigned is not None and assigned.target else rig.branch
    return head, base


def _head(git_dir: Path) -> str:
    try:
        told = (git_dir / "HEAD").read_text().strip().removeprefix("ref: ")
    except (OSError, UnicodeDecodeError):
        return ""
    return told.removeprefix(_HEADS) if told.startswith(_HEADS) else ""


def _misfits(
    environ: Mapping[str, str], found: Who, said: str, place: str
) -> list[str]:  # fmt: skip
    wrong = []
    if said and place and found.address != place:
        wrong.append(
            f"the environment says that you are {line(found.address)}, and you stand in the"
            f" place of {line(place)}. You act as {line(found.address)}; if you are"
            f" {line(place)}, end this session and begin one there."
        )
    role = environ.get("GT_ROLE", "").rpartition("/")[2]
    if said and role and "/" not in environ["GT_ROLE"] and role != found.role:
        wrong.append(
            f"GT_ROLE says {line(role)}, and {line(found.address)} is a {found.role}. What"
            f" follows is for a {found.role}."
        )
    return wrong
