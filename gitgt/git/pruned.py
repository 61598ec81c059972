"""A tree of some of a tree's paths and no others: what a gate with inputs is run on.

Two trees with the same inputs make the same one, so its id is what a verdict belongs to.
"""

from __future__ import annotations

import os

from gitgt.git.objects import TREE, Entry, entries_of, serialized
from gitgt.git.repository import SUBMODULE, Repository
from gitgt.model.inputs import Inputs, Part

# So many folders are remembered; a chain of trees has nearly all of them in common.
_MOST = 200_000


class Pruner:
    """Prunes the trees of one repository, and remembers what became of their folders."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._known: dict[tuple[str, str, Inputs], str | None] = {}

    def pruned(self, tree: str, inputs: Inputs) -> str:
        """Return the tree that is left of *tree* if only *inputs* are in it.

        What lies in a folder that is seen whole is not even read.
        """
        if len(self._known) > _MOST:
            self._known.clear()
        return self._folder(tree, "", inputs) or self._repository.write_raw_tree(b"")

    def _folder(self, tree: str, above: str, inputs: Inputs) -> str | None:
        """Return what is left of a folder; None if nothing is."""
        key = (tree, above, inputs)
        if key not in self._known:
            self._known[key] = self._made(tree, above, inputs)
        return self._known[key]

    def _made(self, tree: str, above: str, inputs: Inputs) -> str | None:
        present = dict(entries_of(self._repository.raw(tree)))
        left: dict[bytes, Entry] = {}
        for name, entry in present.items():
            path = above + os.fsdecode(name)
            part = inputs.of(path, folder=entry.mode in (TREE, SUBMODULE))
            if part is Part.ALL or (part is Part.SOME and entry.mode == SUBMODULE):
                left[name] = entry
            elif part is Part.SOME:
                below = self._folder(entry.oid, f"{path}/", inputs)
                if below is not None:
                    left[name] = Entry(TREE, below)
        if left == present:
            return tree
        return self._repository.write_raw_tree(serialized(left)) if left else None
