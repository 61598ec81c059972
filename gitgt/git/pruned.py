"""A tree of some of a tree's paths and no others: what a gate with inputs is run on.

Two trees with the same inputs make the same one, so its id is what a verdict belongs to.
"""

from __future__ import annotations

import os

from gitgt.git.objects import SUBMODULE, TREE, Entry, entries_of, serialized
from gitgt.git.repository import Repository
from gitgt.model.inputs import Inputs, Part


def pruned(repository: Repository, tree: str, inputs: Inputs) -> str:
    """Return the tree that is left of *tree* if only *inputs* are in it.

    What lies in a folder that is seen whole is not even read.
    """
    return _pruned(repository, tree, inputs, "") or repository.write_raw_tree(b"")


def _pruned(repository: Repository, tree: str, inputs: Inputs, above: str) -> str | None:
    """Return what is left of a folder; None if nothing is."""
    present = dict(entries_of(repository.raw(tree)))
    left: dict[bytes, Entry] = {}
    for name, entry in present.items():
        path = above + os.fsdecode(name)
        part = inputs.of(path, folder=entry.mode in (TREE, SUBMODULE))
        if part is Part.ALL or (part is Part.SOME and entry.mode == SUBMODULE):
            left[name] = entry
        elif part is Part.SOME:
            below = _pruned(repository, entry.oid, inputs, f"{path}/")
            if below is not None:
                left[name] = Entry(TREE, below)
    if left == present:
        return tree
    return repository.write_raw_tree(serialized(left)) if left else None
