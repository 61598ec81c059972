"""A bare repository with a ledger and our hooks, and clones that know nothing of gitgt."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, Final

from gitgt.git.repository import Repository
from gitgt.ledger import genesis
from gitgt.services.server import furnishing
from gitgt.services.server.furnishing import Wanted
from tests.support.checkout import Checkout
from tests.support.town import TESS

BEAD: Final = "items/a/b/sh-abc12.yaml"
TEXT: Final = "id: sh-abc12\ntitle: Retry the push\n"


def bare(folder: Path, **wanted: Any) -> Checkout:
    """Make ``shop.git`` with a commit on main and an empty ledger, which judges pushes."""
    project = Checkout.init(folder / "project")
    made = Checkout(folder / "a server" / "shop.git")
    project.git("clone", "-q", "--bare", str(project.path), str(made.path))
    begin_ledger(made)
    furnishing.install(made.path, Wanted(**wanted), TESS, time.time)
    return made


def begin_ledger(made: Checkout) -> str:
    """Begin the ledger of the project in a bare repository."""
    root = made.git("rev-list", "--max-parents=0", "main")
    return genesis.begin(Repository(made.path), "refs/heads/beads", prefix="sh", project=root)


def clone(address: str, path: Path, branch: str = "main") -> Checkout:
    """Clone with git alone."""
    made = Checkout(path)
    Checkout(path.parent).git("clone", "-q", "-b", branch, address, str(path))
    return made


def push(checkout: Checkout, *words: str) -> tuple[int, list[str]]:
    """Push as somebody who has no gitgt; return the code, and what the server said."""
    without = {"PATH": os.defpath, "PYTHONPATH": ""}
    done = checkout.attempt("push", "origin", *words, env=without)
    said = [
        row.removeprefix("remote: ").rstrip()
        for row in done.stderr.splitlines()
        if row.startswith("remote:")
    ]
    return done.returncode, said
