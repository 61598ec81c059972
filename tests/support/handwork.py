"""A ledger with a desk, and nothing else: what a person does there is taken in at once.

The same functions as behind git's hooks, called in the test's own process.
"""

from __future__ import annotations

from pathlib import Path

from gitgt.git import markers, worktree
from gitgt.git.repository import Repository
from gitgt.ledger import genesis, layout
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import LEDGER, Change, Ledger
from gitgt.model.documents import Bead, Document
from gitgt.model.ids import BeadId
from gitgt.services import desk
from tests.support.checkout import Checkout
from tests.support.documents import bead
from tests.support.town import TESS, Clock


class Handwork:
    """A bare repository in *folder* with a ledger, and a worktree on a desk branch."""

    def __init__(self, folder: Path, *, prefix: str = "gt") -> None:
        self.folder = folder
        Checkout(folder).git("init", "-q", "--bare", str(folder / "repo.git"))
        # As in a rig: libgit2 writes no other record of where a bare repository's refs stood.
        Checkout(folder / "repo.git").git("config", "core.logAllRefUpdates", "true")
        self.ledger = Ledger(Repository(folder / "repo.git"), clock=Clock())
        genesis.begin(self.ledger.repository, LEDGER, prefix=prefix, project="f" * 40)
        self.desk = self.another("tess")

    def another(self, who: str) -> Checkout:
        """Return one more desk."""
        path = self.folder / who
        start = self.ledger.head()
        branch = f"desk/{who}"
        markers.mark_desk(
            worktree.add(self.ledger.repository, path, branch=branch, start=start)
        )
        return Checkout(path)

    def give(self, *documents: Document) -> None:
        """Write documents by command, and let the desk follow."""
        self.ledger.transact(lambda _: Change("give", documents), TESS)
        self.follow()

    def now(self) -> Snapshot:
        """Return the ledger as it stands."""
        return self.ledger.snapshot()

    def beads(self) -> dict[str, Bead]:
        """Return every readable bead of the ledger."""
        return {str(each.id): each for each in self.now().all(Bead)}

    def check(self, where: Checkout | None = None) -> None:
        """Judge what is staged, as ``pre-commit`` does."""
        place = (where or self.desk).path
        tree = desk.staged_tree(place, {})
        desk.check_staged(self.ledger, place, tree, TESS)

    def commit(self, message: str = "By hand", *, where: Checkout | None = None) -> None:
        """Stage all, judge it, commit it, take it in."""
        place = where or self.desk
        place.git("add", "-A")
        self.check(place)
        place.git("commit", "-q", "--allow-empty", "-m", message)
        self.take_in()

    def take_in(self) -> None:
        """Take the desks in, and bring them to where the ledger stands."""
        for each in list(desk.desks(self.ledger)):
            desk.take_in(self.ledger, each)
        self.follow()

    def follow(self) -> None:
        """Bring the desks to where the ledger stands."""
        for each in list(desk.desks(self.ledger)):
            desk.refresh(self.ledger, each)


def some(name: str, **fields: object) -> Bead:
    """Return a bead called *name*."""
    return bead(id=BeadId(name), **{"title": f"Title of {name}", **fields})


def path_of(name: str) -> str:
    """Return where a bead lies."""
    return layout.path_of(BeadId(name))
