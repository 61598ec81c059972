"""The sandbox as the replaying agent sees it; refs are read as the files that they are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gitgt.errors import NotFoundError
from gitgt.git import worktree
from gitgt.git.bulk import read_commits
from gitgt.git.command import line
from gitgt.git.merge import Merger
from gitgt.git.rebuild import Draft, rebuild
from gitgt.git.repository import Repository, Signature
from gitgt.model.replay.replay import Changes, Identity, Original
from gitgt.services.replay.message import quoted
from gitgt.values import dataclass


@dataclass(frozen=True)
class Sandbox:
    """Where the agent stands: its branch, and the target's commit that it builds upon."""

    path: Path
    repository: Repository
    ref: str
    base: str
    me: Identity

    @classmethod
    def at(cls, path: Path, target: str) -> Sandbox:
        """Look around in the worktree at *path*.

        Raises:
            NotFoundError: it stands on no branch, or there is no target.
        """
        repository = Repository.at(path)
        ref = worktree.head_of_path(path)
        base = repository.ref(target)
        if ref is None or base is None:
            raise NotFoundError(f"{path} stands on {ref}, and {target} at {base}")
        return cls(path, repository, ref, base, _me(path))

    @property
    def head(self) -> str:
        """The commit that the branch stands at."""
        found = self.repository.ref(self.ref)
        assert found is not None
        return found

    @property
    def merger(self) -> Merger:
        """Merges onto the target just as the refinery does."""
        return Merger(self.repository, self.base, Signature("", "", 0))

    def tree(self, commit: str) -> str:
        """Return the tree of *commit*."""
        return read_commits(self.path, [commit])[commit].tree

    def draft(self, commit: Original, parents: tuple[str, ...], changes: Changes) -> Draft:
        """Return *commit* anew: its author's, but committed by this agent on its day."""
        me = replace(self.me, at=commit.committer.at, zone="+0000")
        return Draft(commit.oid, parents, changes, commit.author, me, quoted(commit.message))

    def make(self, drafts: Sequence[Draft]) -> str:
        """Make *drafts* and leave the branch at the last one; return that."""
        rebuild(self.path, self.ref, drafts)
        return self.head


def _me(path: Path) -> Identity:
    """Return who commits here: sessions are told, others are asked."""
    name, mail = (os.environ.get(f"GIT_COMMITTER_{each}") for each in ("NAME", "EMAIL"))
    if name and mail:
        return Identity(name, mail, 0, "+0000")
    return Identity.parse(line("var", "GIT_COMMITTER_IDENT", cwd=path))
