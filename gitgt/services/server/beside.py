"""The town beside a server: made or found, with the served repository as one of its rigs."""

from __future__ import annotations

import re
from pathlib import Path

from gitgt.errors import NotFoundError
from gitgt.git.spool import Spool
from gitgt.model import ids
from gitgt.model.actor import Actor
from gitgt.services import install, rig
from gitgt.services.rig import Wanted
from gitgt.services.rig_state import moves
from gitgt.services.server import arrivals
from gitgt.services.town import MARKER, Clock, Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Home:
    """The town, and the rig that stands for the server."""

    town: Town
    rig: Rig

    @property
    def root(self) -> Path:
        """Where the town is."""
        return self.town.root

    @property
    def spool(self) -> Path:
        """Where its watcher looks for notes."""
        return Spool.of(self.rig.repository_path).path

    def meet(self) -> None:
        """Exchange the ledger: a new one gets to the server by this."""
        arrivals.take_in(self.town, self.rig)


def usual_place(common: Path) -> Path:
    """Return where a town for the server at *common* is made: ``shop.town`` by ``shop.git``."""
    return common.with_name(f"{common.name.removesuffix('.git')}.town")


def found(
    common: Path, where: Path | None, who: Actor, clock: Clock, *, makes: bool
) -> Home:  # fmt: skip
    """Return the town at *where*, or at the usual place, with the server as a shared rig.

    With *makes*, what is missing is made; in a town that is made so nobody is started: what
    others hang on hooks is for their own machines.

    Raises:
        NotFoundError: there is no such town, and none is to be made.
    """
    root = (where or usual_place(common)).expanduser().absolute()
    is_new = not (root / MARKER).is_file()
    if is_new and not makes:
        raise NotFoundError(
            f"there is no town at {root}", hint="add --refinery, and one is made there"
        )
    town, _ = install.install(root, who, clock)
    there = _rig_of(town, common)
    fresh = there is None
    if there is None:
        there, _ = rig.add(town, Wanted(_name(common), str(common)), who)
    rig.share(town, there.name, who)
    there = town.rig(there.name)
    if fresh:
        moves.park(town, there, who, why="the server tests and lands; agents work elsewhere")
    return Home(town, there)


def _rig_of(town: Town, common: Path) -> Rig | None:
    for each in town.rigs_here().values():
        if Path(each.origin.removeprefix("file://")).resolve() == common:
            return each
    return None


def _name(common: Path) -> str:
    stem = re.sub(r"[^A-Za-z0-9_]+", "_", common.name.removesuffix(".git")).strip("_")
    return ids.parse_rig(stem)
