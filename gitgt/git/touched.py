"""What branches have changed since they left their targets: all of them in one process."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Final

from gitgt.errors import NotFoundError
from gitgt.git.bulk import PLAIN
from gitgt.git.command import git
from gitgt.git.repository import Repository
from gitgt.model.radar.radar import MOST_PATHS, Touched, folders_of

_DIFF: Final = (
    "diff-tree", "--stdin", "-r", "-z", "--name-status", "--no-renames",
    "--ignore-submodules=none",
)  # fmt: skip
# So many commits in a straight line are looked at before git is asked.
_FEW: Final = 200


def bases(repository: Repository, head: str, target: str) -> tuple[str, ...]:
    """Return the best common ancestors of two commits; none if they have no common history.

    Where a branch is a straight line from its only one, as most are, no process is started.
    """
    base = repository.merge_base(head, target)
    if base is None:
        return ()
    commit = head
    for _ in range(_FEW):
        if commit == base:
            return (base,)
        parents = repository.parents_of(commit)
        if len(parents) != 1:
            break
        commit = parents[0]
    return repository.bases(head, target) or (base,)


def touched(repository: Repository, pairs: Sequence[tuple[str, str]]) -> list[Touched]:
    """Return what lies between each pair of commits, an old one and a new one."""
    if not pairs:
        return []
    trees = [(repository.tree_of(old), repository.tree_of(new)) for old, new in pairs]
    asked = "".join(f"{old} {new}\n" for old, new in trees).encode()
    found = _rows(git(*_DIFF, cwd=repository.common, stdin=asked, env=PLAIN))
    return [_touched(repository, new, found.get((old, new), [])) for old, new in trees]


def together(all_of: Sequence[Touched]) -> Touched:
    """Return what any of *all_of* touched."""
    first, *rest = all_of
    for each in rest:
        first = Touched(
            first.paths | each.paths,
            first.blocks | each.blocks,
            first.above | each.above,
            first.wide or each.wide,
        )
    return first


def _rows(answer: bytes) -> dict[tuple[str, str], list[tuple[str, str]]]:
    r"""Read records of ``TREE TREE\n`` and then ``letter\0path\0`` each."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    rows: list[tuple[str, str]] = []
    tokens = iter(answer.split(b"\0"))
    for token in tokens:
        *heads, letter = token.split(b"\n")
        for head in heads:
            old, _, new = head.decode().partition(" ")
            rows = found.setdefault((old, new), [])
        if letter:
            rows.append((letter.decode(), os.fsdecode(next(tokens))))
    return found


def _touched(repository: Repository, new: str, changes: list[tuple[str, str]]) -> Touched:
    if len(changes) > MOST_PATHS:
        return Touched(wide=True)
    return Touched.of(changes, _gone(repository, new, changes))


def _gone(
    repository: Repository, tree: str, changes: Sequence[tuple[str, str]]
) -> Iterator[str]:
    """Yield the folders of removed files that are not there any more."""
    there: dict[str, bool] = {}
    for letter, path in changes:
        if letter != "D":
            continue
        for folder in folders_of(path):
            if folder not in there:
                there[folder] = _has(repository, tree, folder)
            if there[folder]:
                break
            yield folder


def _has(repository: Repository, tree: str, folder: str) -> bool:
    try:
        return repository.entry(tree, folder) is not None
    except NotFoundError:
        return False
