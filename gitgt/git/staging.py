"""Branches at a remote that are ours alone, and stand there for a while."""

from __future__ import annotations

from gitgt.git import remote
from gitgt.git.patient import PATIENCE, attempt_within
from gitgt.git.repository import Repository


def heads(repository: Repository, where: str, prefix: str) -> dict[str, str]:
    """Return the branches of *where* whose names begin with *prefix*, and where they stand.

    Raises:
        UnreachableError: *where* does not answer.
    """
    argv = (*remote.OURS, "ls-remote", "--quiet", "--heads", where, f"refs/heads/{prefix}*")
    outcome = attempt_within(PATIENCE, *argv, cwd=repository.common)
    if not outcome.ok:
        raise remote.unreachable(repository, where, outcome)
    rows = (row.split("\t") for row in outcome.stdout.decode(errors="replace").splitlines())
    return {name.removeprefix("refs/heads/"): oid for oid, name in rows}
