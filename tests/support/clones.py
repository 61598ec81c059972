"""Several towns that share one project through a remote, each on a machine of its own."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

from gitgt.services import rig
from gitgt.services.rig import Wanted
from gitgt.services.sync import Synced, sync
from tests.support.checkout import Checkout
from tests.support.town import TESS, TownBuilder

NAME: Final = "shop"


def hub(folder: Path) -> Checkout:
    """Make a bare repository with a project in it."""
    project = Checkout.init(folder / "a project")
    project.git("clone", "-q", "--bare", str(project.path), str(folder / "a hub.git"))
    return Checkout(folder / "a hub.git")


class Place:
    """One of the towns, its rig, and what is typed there."""

    def __init__(self, folder: Path, url: str, *, shared: bool = True) -> None:
        folder.mkdir()
        self.builder = TownBuilder(folder).watched()
        self.town = self.builder.town
        self.town.draw = random.Random(folder.name).randrange
        self.rig, _ = rig.add(self.town, Wanted(NAME, url), TESS)
        if shared:
            self.share()

    def share(self) -> None:
        """Share the rig."""
        rig.share(self.town, NAME, TESS)
        self.rig = self.town.rig(NAME)

    def sync(self) -> Synced:
        """Type git gt sync."""
        return sync(self.town, self.rig)

    @property
    def head(self) -> str:
        """Where the ledger stands."""
        return self.town.ledger_at(self.rig).head()

    @property
    def desk(self) -> Checkout:
        """The rig's desk."""
        return self.builder.desk(self.rig)

    @property
    def repo(self) -> Checkout:
        """The rig's repository."""
        return self.builder.repo(self.rig)
