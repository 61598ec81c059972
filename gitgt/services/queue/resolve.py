"""Set up the merge that a branch's author has to finish, in their own worktree and on request.

Nothing of it happens by itself: an author's worktree is theirs, and what is not committed
there stops it.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Final

from gitgt.errors import GitFailedError, NotFoundError, RefusedError
from gitgt.git import markers, refs, worktree
from gitgt.git.command import attempt
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import Bead, MergeRequest
from gitgt.services import submit, target
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_USED: Final = re.compile(r"^Resolved '(.+)' using previous resolution\.$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """A worktree on the branch of some work, and the branch that this is to land on.

    *name* is what git knows that by.
    """

    rig: Rig
    path: Path
    branch: str
    target: str
    tip: str
    name: str
    request: MergeRequest | None

    @classmethod
    def around(cls, town: Town, cwd: Path) -> Place:
        """Return the place that *cwd* lies in.

        Raises:
            RefusedError: it is no worktree of a rig, stands on no branch of any work, or is in
            the middle of something.
        """
        top, rig = refs.top_of(cwd), town.rig_at(cwd)
        if top is not None and rig is not None:
            _check_free(top)
        ref = None if top is None else worktree.head_of_path(top)
        if top is None or rig is None or ref is None:
            raise RefusedError(
                f"{cwd} is no worktree of a rig that stands on a branch",
                hint="cd to where the work was done",
            )
        branch = ref.removeprefix("refs/heads/")
        now = town.ledger_at(rig).snapshot()
        bead = _assigned(now, top)
        request = submit.live_request(now, bead.id) if bead else _submitted(now, branch)
        if request is not None:
            where = request.target
        elif bead is not None:
            where = target.of(rig, bead)
        else:
            raise RefusedError(
                f"nothing was submitted from {branch}", hint=f"git merge {rig.branch}"
            )
        tip = target.tip(now.repository, where)
        if tip is None:
            raise NotFoundError(f"the branch {where!r} that this is to land on is gone")
        name = where if now.repository.ref(f"refs/heads/{where}") else f"origin/{where}"
        return cls(rig, top, branch, where, tip, name, request)


def _assigned(now: Snapshot, top: Path) -> Bead | None:
    git_dir = refs.git_dir_of(top)
    found = None if git_dir is None else markers.assignment_of(git_dir)
    return None if found is None else now.bead(found.bead)


def _submitted(now: Snapshot, branch: str) -> MergeRequest | None:
    found = (
        each for each in now.all(MergeRequest, status=submit.LIVE) if each.branch == branch
    )
    return next(found, None)


@dataclass(frozen=True, slots=True)
class Begun:
    """What the merge, or rebase, has left: nothing, or paths to resolve.

    Git has filled in the paths in *filled*, as somebody resolved the same before; whether that
    is right here, the author says.
    """

    paths: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    changed: bool = True


def begin(place: Place, *, rebase: bool = False) -> Begun:
    """Merge the target into the branch of *place*, as its author would by hand.

    Raises:
        RefusedError: something is not committed there.
    """
    if not worktree.is_clean(place.path):
        raise RefusedError(
            f"{place.path} holds something that is not committed",
            hint="git add --all && git commit, and again",
        )
    head = worktree.tip(place.path)
    how = ("rebase", place.name) if rebase else ("merge", "--no-edit", "-m", _said(place))
    argv = how if rebase else (*how, place.name)
    done = attempt("-c", "merge.conflictStyle=diff3", *argv, cwd=place.path)
    paths = tuple(worktree.unmerged(place.path))
    git_dir = refs.git_dir_of(place.path)
    if not done.ok and not paths and not (git_dir and markers.under_way(git_dir)):
        raise GitFailedError(argv, done.code, done.stderr)
    filled = {each for each in _USED.findall(done.stderr) if each in paths}
    changed = bool(paths) or worktree.tip(place.path) != head
    return Begun(paths, tuple(sorted(filled)), changed)


def _said(place: Place) -> str:
    return f"Merge branch '{place.target}' into {place.branch}"


def _check_free(path: Path) -> None:
    git_dir = refs.git_dir_of(path)
    verb = markers.under_way(git_dir) if git_dir is not None else ""
    if verb:
        left = worktree.unmerged(path)
        first = f"resolve and git add {shlex.join(left)}, then " if left else ""
        raise RefusedError(
            f"{path} is in the middle of a {verb}",
            hint=f"{first}git {verb} --continue; or git {verb} --abort",
        )
