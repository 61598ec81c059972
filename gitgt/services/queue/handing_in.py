"""Ask the refinery for a branch, from wherever one stands: whose work it is follows from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from gitgt.errors import GtError, NotFoundError, RefusedError
from gitgt.git import markers, refs
from gitgt.git.repository import Repository
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, MergeRequest
from gitgt.model.ids import BeadId
from gitgt.services import branch as branches
from gitgt.services import reading, submit, target
from gitgt.services.submit import Submission
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_PLACES = ("refs/heads/", "refs/remotes/origin/")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for; what is left out follows from where one stands."""

    branch: str = ""
    bead: str = ""
    target: str = ""
    priority: int | None = None
    after: tuple[BeadId, ...] = ()


def ask(town: Town, rig: Rig, cwd: Path, wish: Wish, who: Actor) -> tuple[MergeRequest, bool]:
    """Ask for a branch to land; say if anything changed by it.

    Raises:
        RefusedError: there is no such branch, or nobody can tell whose work it is; the same is
            asked for already for another bead; or ``submit`` refuses.
    """
    now = town.ledger_at(rig).snapshot()
    name = wish.branch or _here(cwd)
    head = _head(now.repository, rig, name)
    bead = _named(town, rig, wish.bead) if wish.bead else _bead(now, rig, cwd, name, head)
    _check_single(now, name, head, bead)
    if wish.target:
        target.check(rig, now.repository, wish.target)
    wanted = Submission(bead, name, head, wish.target, wish.priority, wish.after)
    before = submit.live_request(now, bead)
    request = submit.submit(town, wanted, who)
    return request, request != before


def _here(cwd: Path) -> str:
    top = refs.top_of(cwd)
    git_dir = None if top is None else refs.git_dir_of(top)
    head = "" if git_dir is None else refs.head_of(git_dir) or ""
    if not head.startswith("refs/heads/"):
        raise RefusedError("which branch? none is checked out here", hint="--branch NAME")
    return head.removeprefix("refs/heads/")


def _head(repository: Repository, rig: Rig, branch: str) -> str:
    if branch == rig.branch or target.holds_beads(rig, branch):
        raise RefusedError(f"{branch} is no branch with work", hint="--branch NAME")
    found = (repository.ref(f"{place}{branch}") for place in _PLACES)
    head = next((each for each in found if each), None)
    if head is None:
        raise NotFoundError(
            f"{rig.name} has no branch {branch!r}",
            hint=f"push it to {rig.repository_path}, or work in a worktree of that",
        )
    return head


def _named(town: Town, rig: Rig, text: str) -> BeadId:
    name = reading.identify(town, text)
    if town.rig_of(name) != rig:
        raise RefusedError(f"{name} is no bead of {rig.name}")
    return name


def _bead(now: Snapshot, rig: Rig, cwd: Path, branch: str, head: str) -> BeadId:
    """Return whose work a branch is: of the sandbox, a request, its name, or its commits."""
    for name in _guesses(now, rig, cwd, branch, head):
        try:
            if isinstance(now.find(name), Bead):
                return BeadId.parse(name)
        except GtError:  # that is no id, or cannot be read
            continue
    raise RefusedError(
        f"nobody can tell which bead {branch} is for", hint=f"--bead {rig.prefix}-..."
    )


def _guesses(now: Snapshot, rig: Rig, cwd: Path, branch: str, head: str) -> Iterator[str]:
    top = refs.top_of(cwd)
    git_dir = None if top is None else refs.git_dir_of(top)
    found = None if git_dir is None else markers.assignment_of(git_dir)
    if found is not None and found.branch == branch:
        yield found.bead
    for request in now.all(MergeRequest, status=submit.LIVE):
        if request.branch == branch:
            yield request.source
    yield from re.findall(rf"\b{rig.prefix}-[a-z0-9]+(?:\.[a-z0-9]+)*", branch)
    base = target.tip(now.repository, rig.branch)
    for said in branches.read(now.repository, head, *([base] if base else [])):
        yield from said.closes


def _check_single(now: Snapshot, branch: str, head: str, bead: BeadId) -> None:
    for request in now.all(MergeRequest, status=submit.LIVE):
        if (request.branch, request.head) == (branch, head) and request.source != bead:
            raise RefusedError(
                f"{branch} at {head[:12]} is asked for already: {request.id}, for "
                f"{request.source}",
                hint=f"git gt mq show {request.id}",
            )
