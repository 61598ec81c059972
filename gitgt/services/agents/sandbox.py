"""An agent's worktree: made, repaired, put on the branch of its assignment.

Nothing in it is lost: what is not committed is in a snapshot under ``refs/gt/wip/`` before
the worktree is put on another branch.
"""

from __future__ import annotations

import time
from pathlib import Path

from gitgt.errors import NotFoundError
from gitgt.git import faults, markers, reflog, refs, snapshot, trash, worktree
from gitgt.git.command import attempt, git
from gitgt.git.markers import Assignment
from gitgt.git.remote import tracking
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import Bead, MergeRequest
from gitgt.model.lifecycle import MergeStatus
from gitgt.services import submit, target
from gitgt.services.town import Rig

_RETURNED = (MergeStatus.CONFLICT, MergeStatus.REJECTED)


def path_of(rig: Rig, address: str) -> Path:
    """Return where the worktree of the polecat or crew member at *address* is."""
    folder = "crew" if "/crew/" in address else "polecats"
    return rig.path / folder / address.rpartition("/")[2]


def branch_of(address: str, bead: str) -> str:
    """Return the branch of an assignment."""
    return f"polecat/{address.rpartition('/')[2]}/{bead}"


def sent_back(now: Snapshot, bead: Bead) -> MergeRequest | None:
    """Return the merge request of *bead* that came back, None if none did."""
    found = submit.live_request(now, bead.id)
    return found if found is not None and found.status in _RETURNED else None


def prepare(rig: Rig, now: Snapshot, bead: Bead) -> tuple[Path, Assignment]:
    """Make the sandbox ready for *bead*: on its branch, marked, nothing of before lost.

    Raises:
        GtError: it cannot be made, and why.
    """
    branch = branch_of(bead.assignee, bead.id)
    assignment = Assignment(bead.id, bead.assignee, branch, target.of(rig, bead))
    path = path_of(rig, bead.assignee)
    start = _start(rig, now, bead)
    worktree.mend(now.repository, path)
    git_dir = _usable(path)
    if git_dir is None:
        _put_away(path)
        is_begun = _is_begun(rig, now, assignment)
        git_dir = worktree.add(now.repository, path, branch=assignment.branch, start=start)
        if is_begun:
            _bring_back(now.repository, path, assignment)
    elif worktree.head_of(git_dir) != f"refs/heads/{assignment.branch}":
        git_dir = _reuse(now.repository, path, assignment, start)
    else:
        _give_back(now.repository, git_dir, assignment, start)
    markers.mark_assignment(git_dir, assignment)
    return path, assignment


def _start(rig: Rig, now: Snapshot, bead: Bead) -> str:
    """Return where the branch begins: at the work that came back, else at the target."""
    back = sent_back(now, bead)
    if back is not None:
        return back.head
    elsewhere = now.repository.ref(tracking(rig.remote, branch_of(bead.assignee, bead.id)))
    if elsewhere is not None:  # it was begun on another machine
        return elsewhere
    where = target.of(rig, bead)
    target.check_kind(rig, where)
    due = target.beginning(now.repository, where)
    if due:
        move_refs(now.repository, due, why=f"{bead.id} is to land there")
    found = target.tip(now.repository, where)
    if found is None:
        raise NotFoundError(f"{rig.name} has no branch {where!r} to start {bead.id} from")
    return _newest(rig, now.repository, where, found)


def _newest(rig: Rig, repository: Repository, branch: str, here: str) -> str:
    """Return where *branch* is known to stand where others land on it, too; else *here*.

    A ledger says that something has landed a moment before our own branch has it.
    """
    there = repository.ref(tracking(rig.remote, branch)) if rig.shared else None
    return there if there and repository.is_ancestor(here, there) else here


def _give_back(
    repository: Repository, git_dir: Path, assignment: Assignment, start: str
) -> None:  # fmt: skip
    """Put a branch that was deleted under its worktree where the worktree stood last.

    Otherwise its next commit would have no parents, and what it had committed no name.
    """
    ref = f"refs/heads/{assignment.branch}"
    if repository.ref(ref) is None:
        stood = reflog.stands_at(git_dir)
        tip = stood if stood and repository.has(stood) else start
        move = RefMove(ref, None, tip)
        move_refs(repository, [move], why=f"{assignment.bead} goes on")


def _is_begun(rig: Rig, now: Snapshot, assignment: Assignment) -> bool:
    """Tell whether the branch is there, or was sent from another machine."""
    names = (f"refs/heads/{assignment.branch}", tracking(rig.remote, assignment.branch))
    return any(now.repository.ref(name) for name in names)


def _bring_back(repository: Repository, path: Path, assignment: Assignment) -> None:
    """Bring back what was not committed on this very commit, where a worktree was lost."""
    last = next(snapshot.history(repository, assignment.agent), None)
    if last is None or last.branch != assignment.branch:
        return
    if repository.parents_of(last.commit)[:1] == (worktree.tip(path),):
        snapshot.restore(path, last.commit)


def _usable(path: Path) -> Path | None:
    git_dir = refs.git_dir_of(path) if path.exists() else None
    if git_dir is None or not git_dir.is_dir():
        return None
    return git_dir if attempt("rev-parse", "--is-inside-work-tree", cwd=path).ok else None


def _put_away(path: Path) -> None:
    """Move what git does not know as a worktree out of the way; what is in it stays."""
    if path.is_symlink() or (path.exists() and not _is_empty(path)):
        faults.act("rename", path)
        path.rename(path.with_name(f".{path.name}-{time.time_ns()}"))


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _reuse(repository: Repository, path: Path, assignment: Assignment, start: str) -> Path:
    """Put the worktree of an earlier bead on the branch of this one; return its git directory.

    What a snapshot cannot hold, such as a repository of its own, is put away whole.
    """
    _keep_detached(repository, path, assignment.agent)
    if _is_kept(path, assignment.agent):
        git("reset", "--quiet", "--hard", cwd=path)
        git("clean", "--quiet", "-fd", cwd=path)
        worktree.switch(path, branch=assignment.branch, start=start)
    else:
        _put_away(path)
        worktree.add(repository, path, branch=assignment.branch, start=start)
    git_dir = refs.git_dir_of(path)
    assert git_dir is not None
    return git_dir


def _keep_detached(repository: Repository, path: Path, agent: str) -> None:
    """Put what was committed on no branch where it stays reachable."""
    if worktree.head_of_path(path) is not None:
        return
    tip = worktree.tip(path)
    if not git("for-each-ref", "--count=1", f"--contains={tip}", cwd=path):
        trash.discard(repository, {f"detached/{agent}": tip}, now=time.time())


def _is_kept(path: Path, agent: str) -> bool:
    """Save what is not committed in a worktree; tell whether all of it is saved."""
    if worktree.is_clean(path):
        return True
    saved = snapshot.snapshot(path, agent)
    return saved is not None and not saved.left_out
