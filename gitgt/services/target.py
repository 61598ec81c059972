"""The branch that work is to land on: ours, begun where the project's own stands.

Of the project's branches ``.repo.git`` has a head of its own only for those that something
lands on; such a head is made when the first work for it is begun or submitted.
"""

from __future__ import annotations

import shlex

from gitgt.errors import NotFoundError, RefusedError
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove
from gitgt.model.documents import Bead
from gitgt.services.town import Rig

_OF_THE_PROJECT = "refs/remotes/origin/"


def of(rig: Rig, bead: Bead) -> str:
    """Return the branch that *bead* is to land on."""
    return bead.target or rig.branch


def tip(repository: Repository, branch: str) -> str | None:
    """Return where *branch* stands, here or else at the project; None if it is nowhere."""
    return repository.ref(f"refs/heads/{branch}") or repository.ref(
        f"{_OF_THE_PROJECT}{branch}"
    )


def beginning(repository: Repository, branch: str) -> tuple[RefMove, ...]:
    """Return the move that makes a head of ours of the project's *branch*, if it is due."""
    ref = f"refs/heads/{branch}"
    theirs = repository.ref(f"{_OF_THE_PROJECT}{branch}")
    if theirs is None or repository.ref(ref) is not None:
        return ()
    return (RefMove(ref, None, theirs),)


def holds_beads(rig: Rig, branch: str) -> bool:
    """Tell whether *branch* is the ledger, or a desk: what lands there would be a bead."""
    return branch == rig.ledger_branch or branch.startswith("desk/")


def check_kind(rig: Rig, branch: str) -> None:
    """Check that *branch* is one for code.

    Raises:
        RefusedError: beads are kept there.
    """
    if holds_beads(rig, branch):
        raise RefusedError(
            f"{branch} holds the beads of {rig.name}: no code lands there",
            hint=f"name a branch of the project, such as {rig.branch}",
        )


def check(rig: Rig, repository: Repository, branch: str) -> None:
    """Check that work may land on *branch*.

    Raises:
        RefusedError: beads are kept there, or the branch is nowhere.
    """
    check_kind(rig, branch)
    if tip(repository, branch) is None:
        raise NotFoundError(
            f"{rig.name} has no branch {branch!r}",
            hint="if the project has it: "
            f"git -C {shlex.quote(str(rig.repository_path))} fetch origin",
        )
