"""Where a hook of git was started: which worktree, what it is for, in which town."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from gitgt.errors import NotATownError, NotFoundError
from gitgt.git import markers, refs, signposts, worktree
from gitgt.git.markers import Assignment
from gitgt.ledger.transact import Ledger
from gitgt.services.desk import Desk, desks
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass
class Place:
    """A worktree in which git runs a hook; what it belongs to is looked up when asked for."""

    cwd: Path
    git_dir: Path
    environ: Mapping[str, str]

    @classmethod
    def of(cls, cwd: Path, environ: Mapping[str, str]) -> Place:
        """Return the place that git tells a hook: by its folder, and mostly by ``GIT_DIR``.

        Raises:
            NotFoundError: that is no worktree.
        """
        named = environ.get("GIT_DIR")
        git_dir = (cwd / named).resolve() if named else refs.git_dir_of(cwd)
        if git_dir is None or not git_dir.is_dir():
            raise NotFoundError(f"{cwd} is no worktree", hint="only git itself calls this")
        return cls(cwd, git_dir, environ)

    @cached_property
    def common(self) -> Path:
        """The common git directory."""
        return refs.common_dir(self.git_dir).resolve()

    @cached_property
    def town(self) -> Town:
        """The town that the repository belongs to."""
        told = signposts.town_of(self.common)
        return Town.around(self.cwd, {}) if told is None else Town(told)

    @cached_property
    def rig(self) -> Rig | None:
        """The rig whose repository this is, None for the town's own.

        Raises:
            NotATownError: it is neither, or the town is gone.
        """
        for rig in self.town.rigs().values():
            if rig.repository_path.resolve() == self.common:
                return rig
        if refs.git_dir_of(self.town.root) == self.common:
            return None
        raise NotATownError(f"{self.common} belongs to no rig of {self.town.root}")

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger that lives in this repository."""
        return self.town.ledger_at(self.rig)

    @property
    def is_desk(self) -> bool:
        """Tell whether people edit beads here."""
        return markers.is_desk(self.git_dir) or markers.is_astray(self.git_dir)

    @property
    def is_on_ledger(self) -> bool:
        """Tell whether the worktree stands on the ledger itself."""
        return worktree.head_of(self.git_dir) == self.ledger.ref

    @property
    def desk(self) -> Desk | None:
        """The desk that is checked out here; None when the worktree has left its branch."""
        for each in desks(self.ledger):
            if each.git_dir is not None and each.git_dir.resolve() == self.git_dir:
                return each
        return None

    @property
    def assignment(self) -> Assignment | None:
        """What the sandbox is for; None if it is none."""
        return markers.assignment_of(self.git_dir)

    @property
    def is_rebasing(self) -> bool:
        """Tell whether a rebase or a series of picks is under way."""
        return markers.is_rebasing(self.git_dir)
