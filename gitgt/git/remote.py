"""One branch that is kept in several places: fetch it, push it, never by force.

A push that comes too late is an answer, not an error: whoever pushed merges and tries again.
Our own hooks don't run for it: what they check was checked when it was written.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError, GitFailedError, RefusedError
from gitgt.git import faults
from gitgt.git.command import Outcome, attempt, clean_environment
from gitgt.git.repository import Repository

# For so many seconds a remote may say nothing at all before we go on without it.
PATIENCE: Final = float(os.environ.get("GT_NETWORK_PATIENCE", "60"))
_ABSENT: Final = "couldn't find remote ref"
# What git says of a push that somebody else was faster than; seen over file, ssh and HTTP.
_TOO_LATE: Final = re.compile(
    r"fetch first|non-fast-forward|stale info|cannot lock ref|failed to update ref|"
    r"incorrect old value|reference already exists|failed to lock"
)
_OURS: Final = ("-c", "core.hooksPath=/dev/null", "-c", "push.followTags=false")


class UnreachableError(EnvironmentProblemError):
    """A remote did not answer; nothing was changed there or here."""


def address(repository: Repository, remote: str) -> str:
    """Return where *remote* is; empty if there is no such remote."""
    found = attempt("config", f"remote.{remote}.url", cwd=repository.common)
    return found.stdout.decode(errors="replace").strip()


def tracking(remote: str, branch: str) -> str:
    """Return the ref in which we keep what *remote* had last in *branch*."""
    return f"refs/remotes/{remote}/{branch}"


def fetch(repository: Repository, remote: str, branch: str) -> str | None:
    """Bring *branch* from *remote*; return where it stands there, None if it is not there.

    Raises:
        UnreachableError: *remote* does not answer.
    """
    here = tracking(remote, branch)
    argv = (
        *_OURS, "fetch", "--quiet", "--no-tags", "--no-auto-maintenance",
        "--no-write-fetch-head", "--no-recurse-submodules", remote,
        f"+refs/heads/{branch}:{here}",
    )  # fmt: skip
    outcome = _talk(argv, repository.common)
    if outcome.ok:
        return repository.ref(here)
    if _ABSENT in outcome.stderr:
        return None
    if "cannot lock ref" in outcome.stderr and repository.ref(here):
        return repository.ref(here)  # another fetch of ours brought it at this moment
    raise _unreachable(repository, remote, outcome)


def push(repository: Repository, remote: str, commit: str, branch: str) -> bool:
    """Bring *commit* to *branch* of *remote*; tell whether it is there, not too late.

    Raises:
        UnreachableError: *remote* does not answer.
        RefusedError: it answers that it does not want it.
    """
    argv = (*_OURS, "push", "--porcelain", remote, f"{commit}:refs/heads/{branch}")
    return _is_taken(repository, remote, branch, _talk(argv, repository.common))


def _is_taken(repository: Repository, remote: str, branch: str, outcome: Outcome) -> bool:
    """Tell whether a push arrived; not, if it came too late."""
    if outcome.ok:
        return True
    rows = outcome.stdout.decode(errors="replace").splitlines()
    said = [row.rpartition("\t")[2] for row in rows if row.startswith("!")]
    if not said:
        raise _unreachable(repository, remote, outcome)
    if any(_TOO_LATE.search(each) for each in said):
        return False
    reasons = [row for row in outcome.stderr.splitlines() if row.startswith("remote: ")]
    raise RefusedError(
        f"{remote} does not take {branch}: {'; '.join((*said, *reasons))}",
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
        *_OURS, "push", "--porcelain", f"--force-with-lease={ref}:{old or ''}", remote,
        f"{new or ''}:{ref}",
    )  # fmt: skip
    return _is_taken(repository, remote, branch, _talk(argv, repository.common))


def _unreachable(repository: Repository, remote: str, outcome: Outcome) -> UnreachableError:
    said = GitFailedError(("fetch",), outcome.code, outcome.stderr).message.partition(": ")[2]
    return UnreachableError(
        f"{remote} ({address(repository, remote)}) cannot be reached: {said}",
        hint="nothing is lost: what was written is in this clone; git gt sync when it is back",
    )


def _talk(argv: tuple[str, ...], cwd: Path) -> Outcome:
    """Run git in a session of its own, so that what it started ends with it when it is late."""
    faults.act("git", *argv)
    with subprocess.Popen(
        ["git", *argv],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean_environment(),
        start_new_session=True,
    ) as child:
        try:
            out, err = child.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            _end(child)
            return Outcome(124, b"", f"fatal: no answer within {PATIENCE:.0f} s")
        except BaseException:
            _end(child)
            raise
    return Outcome(child.returncode, out, err.decode(errors="replace"))


def _end(child: subprocess.Popen[bytes]) -> None:
    os.killpg(child.pid, signal.SIGTERM)
    child.communicate()
