"""One branch that is kept in several places: fetch it, push it, never by force.

A push that comes too late is an answer, not an error: whoever pushed merges and tries again.
Our own hooks don't run for it: what they check was checked when it was written.
"""

from __future__ import annotations

import re
import shlex
from typing import Final

from gitgt.errors import EnvironmentProblemError, GitFailedError, RefusedError
from gitgt.git.command import Outcome, attempt
from gitgt.git.patient import PATIENCE, attempt_within
from gitgt.git.repository import Repository

_WHEN_BACK: Final = (
    "nothing is lost: what was written is in this clone; git gt sync when it is back"
)
_ABSENT: Final = "couldn't find remote ref"
# What git says of a push that somebody else was faster than; seen over file, ssh and HTTP.
TOO_LATE: Final = re.compile(
    r"fetch first|non-fast-forward|stale info|cannot lock ref|failed to update ref|"
    r"incorrect old value|reference already exists|failed to lock"
)
# A server that has trouble of its own says so in the same place as one that does not want it.
TROUBLE: Final = ("remote failure", "unpacker error", "failed to write", "internal error")
# What git says where it was not let in; seen over ssh and HTTP.
_NOT_LET_IN: Final = re.compile(
    r"Authentication failed|could not read (?:Username|Password)|Permission denied|"
    r"returned error: 40[13]|Host key verification failed"
)
_PASSWORD: Final = re.compile(r"(?<=://)([^/@:]*):[^/@]*@")
OURS: Final = ("-c", "core.hooksPath=/dev/null", "-c", "push.followTags=false")


class UnreachableError(EnvironmentProblemError):
    """A remote did not answer; nothing was changed there or here."""


def address(repository: Repository, remote: str) -> str:
    """Return where *remote* is; empty if there is no such remote."""
    found = attempt("config", f"remote.{remote}.url", cwd=repository.common)
    return found.stdout.decode(errors="replace").strip()


def tracking(remote: str, branch: str) -> str:
    """Return the ref in which we keep what *remote* had last in *branch*."""
    return f"refs/remotes/{remote}/{branch}"


def fetch(
    repository: Repository, remote: str, branch: str, *also: str, within: float = PATIENCE
) -> str | None:
    """Bring *branch* from *remote*; return where it stands there, None if it is not there.

    What is to come *also* comes with it, unless one of these is not there.

    Raises:
        UnreachableError: *remote* does not answer.
    """
    here = tracking(remote, branch)
    argv = (
        *OURS, "fetch", "--quiet", "--no-tags", "--no-auto-maintenance",
        "--no-write-fetch-head", "--no-recurse-submodules", remote,
        *(f"+refs/heads/{each}:{tracking(remote, each)}" for each in (branch, *also)),
    )  # fmt: skip
    outcome = attempt_within(within, *argv, cwd=repository.common)
    if outcome.ok:
        return repository.ref(here)
    if _ABSENT in outcome.stderr:
        return fetch(repository, remote, branch, within=within) if also else None
    if "cannot lock ref" in outcome.stderr and repository.ref(here):
        return repository.ref(here)  # another fetch of ours brought it at this moment
    raise unreachable(repository, remote, outcome)


def push(repository: Repository, remote: str, commit: str, branch: str) -> bool:
    """Bring *commit* to *branch* of *remote*; tell whether it is there, not too late.

    Raises:
        UnreachableError: *remote* does not answer, or has trouble of its own.
        RefusedError: it answers that it does not want it.
    """
    argv = (*OURS, "push", "--porcelain", remote, f"{commit}:refs/heads/{branch}")
    outcome = attempt_within(PATIENCE, *argv, cwd=repository.common)
    return is_taken(repository, remote, branch, outcome)


def is_taken(repository: Repository, remote: str, branch: str, outcome: Outcome) -> bool:
    """Tell whether a push arrived; not, if it came too late."""
    if outcome.ok:
        return True
    rows = outcome.stdout.decode(errors="replace").splitlines()
    said = [row.rpartition("\t")[2] for row in rows if row.startswith("!")]
    if not said:
        raise unreachable(repository, remote, outcome)
    if any(TOO_LATE.search(each) for each in said):
        return False
    reasons = [row for row in outcome.stderr.splitlines() if row.startswith("remote: ")]
    told = "; ".join((*said, *reasons))
    if any(sign in each for each in said for sign in TROUBLE):
        raise UnreachableError(f"{remote} has trouble of its own: {told}", hint=_WHEN_BACK)
    raise RefusedError(
        f"{remote} does not take {branch}: {told}",
        hint="ask who runs it; what was written is in this clone",
    )


def place(
    repository: Repository, remote: str, branch: str, *, old: str | None, new: str | None
) -> bool:
    """Let *branch* of *remote* be at *new* (None: gone), if it is at *old* there, else not.

    Tells whether it is so now. The branch must be ours alone: what it had before may be none
    of *new*'s history.

    Raises:
        UnreachableError: *remote* does not answer.
        RefusedError: it answers that it does not want it.
    """
    ref = f"refs/heads/{branch}"
    argv = (
        *OURS, "push", "--porcelain", f"--force-with-lease={ref}:{old or ''}", remote,
        f"{new or ''}:{ref}",
    )  # fmt: skip
    outcome = attempt_within(PATIENCE, *argv, cwd=repository.common)
    return is_taken(repository, remote, branch, outcome)


def unreachable(repository: Repository, remote: str, outcome: Outcome) -> UnreachableError:
    """Return the error of whoever got no answer from *remote*, or was not let in."""
    said = GitFailedError(("fetch",), outcome.code, outcome.stderr).message.partition(": ")[2]
    where = _PASSWORD.sub(r"\1@", address(repository, remote))
    if _NOT_LET_IN.search(outcome.stderr):
        asked = f"git -C {shlex.quote(str(repository.common))} fetch {remote}"
        return UnreachableError(
            f"{remote} ({where}) does not let us in: {said}",
            hint=f"nothing is lost; log in, until this answers: {asked}; then git gt sync",
        )
    return UnreachableError(f"{remote} ({where}) cannot be reached: {said}", hint=_WHEN_BACK)
