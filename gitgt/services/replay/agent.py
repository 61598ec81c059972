"""The replaying agent: a script that knows git and nothing else.

It runs in a sandbox like any agent. Its assignment is a step (``refs/gt/replay/plan``). An
ordinary commit it repeats on today's target, path by path: each stands as it stood in the
original, so the change fits exactly. Of a merge it brings the branch's own commits, from
where they left; landing them is the refinery's business. If that comes back, or if git would
merge it without a conflict to something else than the original, it merges the target itself
and brings the original result.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from gitgt.git import command
from gitgt.git.bulk import differences, read_commits
from gitgt.git.command import git
from gitgt.git.merge import Merged
from gitgt.git.rebuild import Draft
from gitgt.model.replay.replay import Branch, Changes, Original, Step
from gitgt.model.replay.replay_text import parse
from gitgt.services.replay.message import closing
from gitgt.services.replay.sandbox import Sandbox

PLAN: Final = "refs/gt/replay/plan"
_LOOK_BACK: Final = 64


def work(sandbox: Sandbox, step: Step, bead: str, *, attempt: int) -> None:
    """Bring *step* and submit it; *attempt* is 1, and one more each time that it came back."""
    if attempt > 1:
        _resolved(sandbox, step, _brought(sandbox, step))
    elif step.own:
        _merge(sandbox, step)
    else:
        _ordinary(sandbox, step, sandbox.base)
    _submit(sandbox, bead, attempt)


def _ordinary(sandbox: Sandbox, step: Step, base: str) -> str:
    draft = sandbox.draft(step.commit, (base,), step.changes)
    return sandbox.make([draft])


def _merge(sandbox: Sandbox, step: Step) -> None:
    fork = _fork(sandbox, step)
    tip = _own(sandbox, step, fork or sandbox.base)
    if fork is None:
        _resolved(sandbox, step, tip)
        return
    merged = sandbox.merger.merge(sandbox.base, tip)
    if isinstance(merged, Merged) and not _is_original(sandbox, step, merged.tree):
        _resolved(sandbox, step, tip)


def _brought(sandbox: Sandbox, step: Step) -> str:
    """Return what was brought the first time; the branch still holds it."""
    head = sandbox.head
    if not _contains(sandbox, sandbox.base, head):
        return head
    bring = _own if step.own else _ordinary
    return bring(sandbox, step, sandbox.base)


def _own(sandbox: Sandbox, step: Step, base: str) -> str:
    """Bring the commits of the step's branches, as they were, upon *base*."""
    drafts = list(_drafts(sandbox, step, base))
    heads = dict.fromkeys(branch.head for branch in step.branches if branch.own)
    if len(heads) > 1:
        paths = step.branch_paths
        (changes,) = differences(sandbox.path, [(sandbox.tree(base), step.commit.tree)])
        joined = sandbox.draft(step.commit, tuple(heads), _only(changes, paths))
        drafts.append(replace(joined, tree=sandbox.tree(base)))
    return sandbox.make(drafts)


def _drafts(sandbox: Sandbox, step: Step, base: str) -> Iterator[Draft]:
    own = {commit.oid: commit for commit in step.own}
    start = sandbox.tree(base)
    pairs = [(_before(commit, own, start), commit.tree) for commit in own.values()]
    changes = iter(differences(sandbox.path, pairs))
    for branch in step.branches:
        for commit in branch.own:
            parents = tuple(parent for parent in commit.parents if parent in own) or (base,)
            yield sandbox.draft(commit, parents, _only(next(changes), branch.paths))


def _before(commit: Original, own: Mapping[str, Original], start: str) -> str:
    return next((own[parent].tree for parent in commit.parents if parent in own), start)


def _only(changes: Changes, paths: frozenset[bytes]) -> Changes:
    return {path: entry for path, entry in changes.items() if path in paths}


def _fork(sandbox: Sandbox, step: Step) -> str | None:
    """Return a commit of the target on which the branches' paths stand as where they left.

    Independent steps may have landed in another order, so there may be none.
    """
    branches = [branch for branch in step.branches if branch.own]
    there = sandbox.tree(sandbox.base)
    apart = [_apart(each, branch) for branch, each in _seen_from(sandbox, branches, there)]
    if not any(apart):
        return sandbox.base
    for commit, tree in _earlier(sandbox, frozenset[bytes]().union(*apart)):
        if not any(
            _apart(each, branch) for branch, each in _seen_from(sandbox, branches, tree)
        ):
            return commit
    return None


def _seen_from(
    sandbox: Sandbox, branches: list[Branch], tree: str
) -> list[tuple[Branch, Changes]]:
    found = differences(sandbox.path, [(branch.start, tree) for branch in branches])
    return list(zip(branches, found, strict=True))


def _apart(changes: Changes, branch: Branch) -> frozenset[bytes]:
    return branch.paths.intersection(changes)


def _earlier(sandbox: Sandbox, paths: frozenset[bytes]) -> Iterator[tuple[str, str]]:
    """Yield the target's earlier commits, latest first, each before one of *paths* moved."""
    names = [os.fsdecode(path) for path in sorted(paths)][:_LOOK_BACK]
    argv = (
        "rev-list",
        "--first-parent",
        f"--max-count={_LOOK_BACK}",
        sandbox.base,
        "--",
        *names,
    )
    moved = git(*argv, cwd=sandbox.path, env={"GIT_LITERAL_PATHSPECS": "1"}).decode().split()
    commits = read_commits(sandbox.path, moved)
    before = [commits[oid].parents[0] for oid in moved if commits[oid].parents]
    known = read_commits(sandbox.path, before)
    yield from ((oid, known[oid].tree) for oid in before)


def _is_original(sandbox: Sandbox, step: Step, merged: str) -> bool:
    """Tell whether landing gives each path what the original gave it."""
    (changes,) = differences(sandbox.path, [(sandbox.tree(sandbox.base), merged)])
    return dict(changes) == dict(step.changes)


def _resolved(sandbox: Sandbox, step: Step, tip: str) -> None:
    """Merge the target into what was brought, with the original's result."""
    onto = (tip,) if _contains(sandbox, tip, sandbox.base) else (tip, sandbox.base)
    draft = sandbox.draft(step.commit, onto, step.changes)
    sandbox.make([replace(draft, tree=sandbox.tree(sandbox.base))])


def _contains(sandbox: Sandbox, commit: str, other: str) -> bool:
    return command.attempt("merge-base", "--is-ancestor", other, commit, cwd=sandbox.path).ok


def _submit(sandbox: Sandbox, bead: str, attempt: int) -> None:
    """Say ``Closes:`` in a real commit, which the hooks hear.

    A commit with the author, date and subject of one that was submitted counts as that one,
    rebased, and as nothing new: so a later attempt says in its subject which one it is.
    """
    if not command.attempt("reset", "--hard", "--quiet", cwd=sandbox.path).ok:
        # A name that this file system cannot hold: the index can.
        git("read-tree", "HEAD", cwd=sandbox.path)
    commit = read_commits(sandbox.path, [sandbox.head])[sandbox.head]
    git(
        "commit", "--amend", "--quiet", "--no-verify", "--allow-empty",
        "--cleanup=verbatim", "--file=-",
        cwd=sandbox.path,
        stdin=closing(commit.message, bead, attempt=attempt).encode(errors="replace"),
        env={"GIT_COMMITTER_DATE": commit.committer.date},
    )  # fmt: skip


def main() -> int:
    """Do what the environment says, in the current folder."""
    path = Path.cwd()
    bead = os.environ["GT_BEAD"]
    sandbox = Sandbox.at(path, f"refs/heads/{os.environ.get('GT_BASE', 'main')}")
    step = parse(git("cat-file", "blob", f"{PLAN}:{bead}", cwd=path))
    work(sandbox, step, bead, attempt=int(os.environ.get("GT_ATTEMPT", "1")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
