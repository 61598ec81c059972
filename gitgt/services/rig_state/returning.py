"""A rig that was taken out of the town, and whose folder is there still, may come back."""

from __future__ import annotations

from gitgt.git.command import attempt
from gitgt.git.remote import address
from gitgt.ledger import genesis
from gitgt.services.town import Rig, Town


def kept(town: Town, name: str, origin: str, ledger: str = "beads") -> Rig | None:
    """Return the rig of that name, if its folder is here and it comes from *origin*."""
    rig = Rig(name, "", "", origin, town.root / name, ledger_branch=ledger)
    if not rig.is_here:
        return None
    repository = town.ledger_at(rig).repository
    head = repository.ref(f"refs/heads/{ledger}")
    # The first branch that was set up to follow its origin's is the one that work lands on.
    argv = ("config", "--get-regexp", r"^branch\..*\.merge$")
    rows = attempt(*argv, cwd=repository.common).stdout.decode(errors="replace").splitlines()
    if address(repository, "origin") != origin or head is None or not rows:
        return None
    branch = rows[0].partition(" ")[2].removeprefix("refs/heads/")
    prefix = str(genesis.settings(repository, head)["prefix"])
    return Rig(name, prefix, branch, origin, rig.path, ledger_branch=ledger)
