"""How a ledger begins: two commits, the first of which is the same everywhere.

Because of that first commit, ledgers of one project that two clones began apart still have
a common ancestor and merge; because of the second, a ledger of another project is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gitgt.errors import NewerDataError, RefusedError
from gitgt.git.repository import Repository, Signature
from gitgt.git.transaction import RefMove, move_refs
from gitgt.ledger import codec, editors
from gitgt.ledger.fields import load_fields
from gitgt.model.event import Event

FORMAT: Final = 1
SETTINGS: Final = "ledger.yaml"
SCHEMAS: Final = editors.FOLDER
ATTRIBUTES: Final = ".gitattributes"
# How the rig is worked on where there is no town: in pipelines.
RIG: Final = "rig.yaml"
# Git's own merges of bead files are ours: the driver is registered in each repository.
_MERGED: Final = b"/items/** merge=gitgt -text\n"
_GITGT: Final = Signature("gitgt", "ledger@gitgt.invalid", 1)
_ORDER: Final = ("format", "prefix", "project")


def root(repository: Repository) -> str:
    """Write the first commit of every ledger and return its id."""
    tree = repository.write_tree(None, {})
    return repository.write_commit(
        tree, [], Event("begin a gitgt ledger", clock=1).message(), _GITGT
    )


def begin(repository: Repository, ref: str, *, prefix: str, project: str) -> str:
    """Create the ledger *ref*, whose beads carry *prefix*, for *project*; return its head.

    Raises:
        LedgerConflictError: another process created it first.
    """
    fields = {"format": FORMAT, "prefix": prefix, "project": project}
    files = {
        SETTINGS: codec.emit(fields, order=_ORDER),
        ATTRIBUTES: _MERGED,
        **editors.published(),
    }
    blobs = {path: repository.write_blob(content) for path, content in files.items()}
    first = root(repository)
    event = Event(f"keep the beads of {prefix}", name="ledger.begun", clock=2)
    tree = repository.write_tree(first, blobs)
    head = repository.write_commit(tree, [first], event.message(), _GITGT)
    move_refs(repository, [RefMove(ref, None, head)], why="begin a ledger")
    return head


def settings(repository: Repository, head: str) -> Mapping[str, object]:
    """Return what the ledger at *head* says about itself.

    Raises:
        RefusedError: it is no ledger of gitgt.
        NewerDataError: a later gitgt wrote it.
    """
    content = repository.read(head, SETTINGS)
    if content is None:
        raise RefusedError(
            f"{head[:12]} is no ledger: it has no {SETTINGS}",
            hint="if the project has a branch of that name, choose another with --ledger",
        )
    found = load_fields(content, "ledger", SETTINGS)
    if isinstance(found["format"], int) and found["format"] > FORMAT:
        raise NewerDataError(
            f"the ledger has format {found['format']}, this gitgt reads {FORMAT}",
            hint="upgrade gitgt",
        )
    return found
