"""Merge without a worktree, the same way everywhere.

``git merge-tree`` is run from the bare repository, with the target's attributes, with every
setting that matters pinned and nobody's configuration: two machines that merge the same two
commits get the same tree. Which commits land with that tree is told in ``links``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Final

from gitgt.errors import GitFailedError
from gitgt.git.attributes import attributes_file
from gitgt.git.command import HERMETIC, Outcome, attempt
from gitgt.git.links import Incoming, Landed, Links, nothing_landed
from gitgt.git.redo import redo
from gitgt.git.repository import Repository, Signature
from gitgt.model.queue.merge_chain import Clash, Link, Merging
from gitgt.model.queue.merge_style import Style
from gitgt.values import dataclass

PINNED: Final = (
    "core.hooksPath=/dev/null",
    "merge.directoryRenames=conflict",
    "merge.renameLimit=7000",
    "merge.renames=true",
    "merge.renormalize=false",
    "diff.renames=true",
    "diff.algorithm=histogram",
)
_UNRELATED: Final = "refusing to merge unrelated histories"


@dataclass(frozen=True, slots=True)
class Stage:
    """One side of a path in conflict: 1 is the common ancestor's, 2 ours, 3 theirs."""

    path: str
    stage: int
    mode: str
    oid: str


@dataclass(frozen=True, slots=True)
class Message:
    """What git says of some paths."""

    paths: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge without conflict."""

    tree: str
    note: str = ""  # how, if not by merging alone


@dataclass(frozen=True, slots=True)
class Conflict:
    """A merge that needs somebody's judgment. ``tree`` holds the files with their markers."""

    tree: str
    stages: tuple[Stage, ...]
    messages: tuple[Message, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths in conflict, each once."""
        return tuple(dict.fromkeys(stage.path for stage in self.stages))

    def about(self, path: str) -> tuple[str, ...]:
        """Return what git says of *path*, less that it tried."""
        found = (each.text for each in self.messages if path in each.paths)
        return tuple(text for text in found if not text.startswith("Auto-merging"))


def know_nothing(_found: Conflict) -> None:
    """Resolve nothing as it was resolved before."""


class Merger:
    """Merges onto a target, by that target's attributes.

    *recall* may know how a conflict was resolved before, *landed* which commits of a branch
    have landed in another form.
    """

    def __init__(
        self,
        repository: Repository,
        target: str,
        committer: Signature,
        recall: Callable[[Conflict], Merged | None] = know_nothing,
        *,
        style: Style = Style.MERGE,
        landed: Landed = nothing_landed,
    ) -> None:
        self.repository = repository
        self.target = target
        self._recall = recall
        self._chain = Links(repository, committer, self._tree, style=style, landed=landed)
        self._links: dict[tuple[str, Incoming], Link | Clash] = {}

    def merge(self, ours: str, theirs: str, *, style: str = "merge") -> Merged | Conflict:
        """Return what merging the commit *theirs* into *ours* gives.

        *style* is how git marks what conflicts: ``diff3`` shows the base between the sides.

        Raises:
            GitFailedError: a commit is missing.
        """
        settings = (*self._settings, f"merge.conflictStyle={style}")
        options = [word for each in settings for word in ("-c", each)]
        argv = (*options, "merge-tree", "--write-tree", "-z", "--messages", ours, theirs)
        outcome = attempt(*argv, cwd=self.repository.common, env=HERMETIC)
        if _UNRELATED in outcome.stderr:
            return Conflict(self.repository.tree_of(ours), (), (Message((), _UNRELATED),))
        if outcome.code > 1 or not outcome.stdout:
            raise GitFailedError(argv[len(options) :], outcome.code, outcome.stderr)
        return _parse(outcome)

    def merging(self, incoming: Mapping[str, Incoming]) -> Merging:
        """Return the planner's view of merging *incoming* onto the target."""

        def merged(members: tuple[str, ...]) -> Link | Clash:
            ours = self.target
            for each in members[:-1]:
                below = self.link(ours, incoming[each])
                assert isinstance(below, Link)  # the planner extends links only
                ours = below.commit
            return self.link(ours, incoming[members[-1]])

        return merged

    def link(self, ours: str, incoming: Incoming) -> Link | Clash:
        """Merge *incoming* onto the commit *ours*, which may be a link itself; once."""
        key = (ours, incoming)
        if key not in self._links:
            self._links[key] = self._link(ours, incoming)
        return self._links[key]

    def _link(self, ours: str, incoming: Incoming) -> Link | Clash:
        footing = self._chain.footing(ours, incoming.head)
        found = self._settled(footing.whole, incoming.head)
        if isinstance(found, Conflict):
            return Clash(incoming.request, found.paths)
        told = replace(incoming, note=found.note)
        commit = self._chain.write(ours, told, found.tree, footing)
        return Link(incoming.request, commit, found.tree, found.note, incoming.head)

    def settle(self, ours: str, theirs: str) -> Merged | Conflict:
        """Merge, and where that conflicts do what needs nobody's judgment."""
        return self._settled(self._chain.footing(ours, theirs).whole, theirs)

    def _settled(self, ours: str, theirs: str) -> Merged | Conflict:
        found = self.merge(ours, theirs)
        if isinstance(found, Merged) or not found.stages:
            return found
        redone = redo(self.repository, ours, theirs, self._tree)
        if redone is not None:
            return Merged(redone.tree, redone.note)
        return self._recall(found) or found

    def _tree(self, ours: str, theirs: str) -> str | None:
        found = self.merge(ours, theirs)
        return found.tree if isinstance(found, Merged) else None

    def changes_nothing(self, head: str) -> bool:
        """Tell whether the target has all that *head* brings, however it came there.

        This alone says whether a branch has landed: of one that was squashed or rebased no
        commit is on the target.
        """
        onto = self._chain.footing(self.target, head).whole
        return self.merge(onto, head) == Merged(self.repository.tree_of(self.target))

    @cached_property
    def _settings(self) -> tuple[str, ...]:
        attributes: Path = attributes_file(self.repository, self.target)
        return (f"core.attributesFile={attributes}", *PINNED)


def reverted(repository: Repository, before: str, after: str, onto: str) -> str | None:
    """Return the tree of *onto* without what came between *before* and *after*.

    None if that conflicts with what came later.
    """
    import pygit2

    git = pygit2.Repository(str(repository.common))
    undone, ours, theirs = (git[each].peel(pygit2.Tree) for each in (after, onto, before))
    index = git.merge_trees(undone, ours, theirs)
    return None if index.conflicts else str(index.write_tree(git))


def _parse(outcome: Outcome) -> Merged | Conflict:
    """Read ``merge-tree -z``: the tree, stages up to an empty field, then messages."""
    tree, *fields = outcome.stdout.split(b"\0")
    if outcome.ok:
        return Merged(tree.decode())
    end = fields.index(b"")
    stages = tuple(_stage(field) for field in fields[:end])
    return Conflict(tree.decode(), stages, tuple(_messages(iter(fields[end + 1 :]))))


def _stage(field: bytes) -> Stage:
    facts, _, path = field.partition(b"\t")
    mode, oid, stage = facts.decode().split(" ")
    return Stage(_text(path), int(stage), mode, oid)


def _messages(fields: Iterator[bytes]) -> Iterator[Message]:
    """Yield what git says to each path: a count, that many paths, the kind, the sentence."""
    for number in fields:
        if not number.isdigit():  # advice about submodules, which belongs to no path
            return
        paths = tuple(_text(next(fields)) for _ in range(int(number)))
        next(fields)
        yield Message(paths, _text(next(fields)).strip())


def _text(field: bytes) -> str:
    return field.decode(errors="surrogateescape")
