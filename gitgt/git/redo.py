"""Redo a merge that conflicts commit by commit, where the outcome can be no other.

What has landed under another id (squashed, cherry-picked, rebased) conflicts with its own
later commits. Replaying the branch tells: what the other side has is left out, the rest is
put on top. The outcome stands only if each commit that is put there makes the change that its
author made, in the same surroundings, and each that is left out changes nothing there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from gitgt.git.command import HERMETIC, attempt, git
from gitgt.git.repository import Repository, Signature
from gitgt.values import dataclass

# Each commit costs a few milliseconds; a longer branch is its author's to redo.
_LIMIT: Final = 30
# So often is it asked whether the other side had something that it has no more.
_QUESTIONS: Final = 120
_NOBODY: Final = Signature("gitgt", "gitgt", 1)
_DIFF: Final = (
    "-c", "diff.algorithm=histogram", "-c", "diff.suppressBlankEmpty=false",
    "-c", "diff.context=3", "-c", "diff.interHunkContext=0",
    "diff-tree", "-r", "-p", "--binary", "--full-index", "--no-renames", "--no-color",
    "--no-ext-diff", "--no-textconv", "--no-indent-heuristic", "--src-prefix=a/",
    "--dst-prefix=b/", "-U3",
)  # fmt: skip
# Where in a file lines stand, and what the whole of it hashes to, differ from side to side.
_NAMES_ONLY: Final = ("diff-tree", "-r", "-z", "--name-only", "--no-renames")
_PLACE: Final = b"@@ "
_NAMES: Final = b"index "


# Merges two commits; None where they conflict.
Merge = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True)
class Redone:
    """The tree that replaying gave. *known* of *commits* were left out: all is there."""

    tree: str
    commits: int
    known: int

    @property
    def note(self) -> str:
        """What the merge commit and the ledger say of it."""
        return f"rebase ({self.known} of {self.commits} commits were there already)"


def redo(repository: Repository, ours: str, head: str, merge: Merge) -> Redone | None:
    """Return what replaying *head* on *ours* gives, None if somebody has to judge it."""
    found = _line(repository, ours, head)
    if found is None:
        return None
    base, commits = found
    replay = _Replay(repository, ours, merge)
    known = first = replay.prefix(base, commits)
    steps = list(zip([base, *commits], commits, strict=False))
    put: list[tuple[str, str]] = []
    for step in steps[first:]:
        match replay.put(*step):
            case None:
                return None
            case True:
                put.append(step)
            case False:
                known += 1
    pieces = [*put, *((base, commit) for commit in commits[first:])]
    if _was_undone(replay, base, ours, pieces):
        return None
    return Redone(replay.tree, len(commits), known)


def _was_undone(
    replay: _Replay, base: str, ours: str, pieces: Sequence[tuple[str, str]]
) -> bool:
    """Tell whether *ours* had one of *pieces* once: who took it out there meant it."""
    stands = replay.passed(base, ours, pieces)
    if len(stands) * len(pieces) > _QUESTIONS:
        return True
    return any(replay.onto(*piece, tree=tree) == tree for tree in stands for piece in pieces)


def _line(repository: Repository, ours: str, head: str) -> tuple[str, list[str]] | None:
    """Return where *head* left *ours*, and its commits since, if they are a short line."""
    asked = attempt("merge-base", "--all", ours, head, cwd=repository.common, env=HERMETIC)
    bases = asked.stdout.decode().split()
    if len(bases) != 1:
        return None
    span = (f"--max-count={_LIMIT + 1}", "--topo-order", "--parents", head, f"^{ours}")
    rows = (
        git("rev-list", *span, "--", cwd=repository.common, env=HERMETIC).decode().splitlines()
    )
    commits: list[str] = []
    below = bases[0]
    for row in reversed(rows):
        commit, *parents = row.split()
        if parents != [below]:
            return None
        commits.append(commit)
        below = commit
    return (bases[0], commits) if commits and below == head else None


class _Replay:
    """A tree that grows by one commit after the other."""

    def __init__(self, repository: Repository, ours: str, merge: Merge) -> None:
        self._repository = repository
        self._merge = merge
        self.tree = repository.tree_of(ours)

    def prefix(self, base: str, commits: Sequence[str]) -> int:
        """Return how many of the first commits are there as a whole, however they came."""
        for length in range(len(commits) - 1, 0, -1):
            if self.onto(base, commits[length - 1], tree=self.tree) == self.tree:
                return length
        return 0

    def put(self, below: str, commit: str) -> bool | None:
        """Put *commit* on top; False if that changes nothing, None if it is not the same."""
        found = self.onto(below, commit, tree=self.tree)
        if found is None:
            return None
        if found == self.tree:
            return False
        if self._change(self.tree, found) != self._change(below, commit):
            return None
        self.tree = found
        return True

    def onto(self, below: str, commit: str, *, tree: str) -> str | None:
        """Merge what *commit* did to *below* into *tree*.

        git 2.39 cannot be told a merge base: a commit of the tree on top of *below* has it.
        """
        ours = self._repository.write_commit(tree, (below,), "Replay\n", _NOBODY)
        return self._merge(ours, commit)

    def passed(self, base: str, ours: str, pieces: Sequence[tuple[str, str]]) -> list[str]:
        """Return the trees through which *ours* went, where *pieces* have their files."""
        common = self._repository.common
        paths: set[str] = set()
        for old, new in pieces:
            rows = git(*_NAMES_ONLY, old, new, "--", cwd=common, env=HERMETIC)
            paths |= {os.fsdecode(each) for each in rows.split(b"\0") if each}
        span = ("--first-parent", "--format=%T", ours, f"^{base}")
        rows = git(
            "--literal-pathspecs", "log", *span, "--", *sorted(paths), cwd=common, env=HERMETIC
        )
        return list(dict.fromkeys(rows.decode().split()))

    def _change(self, old: str, new: str) -> tuple[bytes, ...]:
        answer = git(*_DIFF, old, new, "--", cwd=self._repository.common, env=HERMETIC)
        return tuple(_placeless(answer.split(b"\n")))


def _placeless(rows: Sequence[bytes]) -> Iterator[bytes]:
    """Yield a patch without what says where in a file it applies.

    No line of a file begins so: those of a patch begin with a blank, a sign or a letter of
    git's own alphabet for binaries, which has no blank.
    """
    for row in rows:
        if not row.startswith(_NAMES):
            yield row if not row.startswith(_PLACE) else b"@@"
