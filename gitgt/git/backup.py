"""Copy what is ours in a repository to another place: ledger, branches of agents, our refs."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git.command import git
from gitgt.git.patient import attempt_within
from gitgt.git.remote import OURS
from gitgt.git.repository import Repository

# What only this machine has a use for.
_STAYS: Final = ("lease", "intent", "theirs", "seen", "chained", "judged", "wisps")
# Branches that agents and people rewrite; the copy follows.
_FOLLOWED: Final = (
    "refs/heads/polecat",
    "refs/heads/crew",
    "refs/heads/integration",
    "refs/gt",
)


def prepare(to: str) -> None:
    """Make an empty repository at *to*, if that is a folder's path and nothing is there.

    Raises:
        EnvironmentProblemError: its parent is not there: the disk may be away.
    """
    path = Path(to).expanduser()
    if not to.startswith(("/", "~", ".")) or path.exists():
        return
    if not path.parent.is_dir():
        raise EnvironmentProblemError(f"{path.parent} is not there", hint="mount or make it")
    git("init", "--quiet", "--bare", str(path), cwd=path.parent)


def ledger_at(repository: Repository, to: str, ref: str, *, within: float) -> str | None:
    """Return where the ledger stands in the copy; None if it has none yet.

    Raises:
        EnvironmentProblemError: nobody answers there.
    """
    done = attempt_within(within, "ls-remote", "--quiet", to, ref, cwd=repository.common)
    if not done.ok:
        raise _failed(to, done.stderr)
    return done.stdout.decode().partition("\t")[0].strip() or None


def push(
    repository: Repository, to: str, *, ledger: str, target: str | None, within: float
) -> None:  # fmt: skip
    """Copy all that is ours; the ledger is never forced, and nothing is deleted there.

    Raises:
        EnvironmentProblemError: it did not arrive, and why.
    """
    specs = [f"{ledger}:{ledger}", *(f"+{each}/*:{each}/*" for each in _FOLLOWED)]
    specs += [f"+{target}:{target}"] if target and repository.ref(target) else []
    specs += [f"^refs/gt/{each}" for each in _STAYS if repository.ref(f"refs/gt/{each}")]
    specs += [f"^refs/gt/{each}/*" for each in _STAYS]
    done = attempt_within(
        within, *OURS, "push", "--quiet", "--no-verify", to, *specs, cwd=repository.common
    )
    if not done.ok:
        raise _failed(to, done.stderr)


def shows(repository: Repository) -> str:
    """Return a line that is another once anything of ours has moved."""
    found = {
        name: oid
        for name, oid in repository.refs("refs/").items()
        if not any(name.startswith(f"refs/gt/{each}") for each in _STAYS)
        and not name.startswith("refs/remotes/")
    }
    rows = "\n".join(f"{name} {oid}" for name, oid in sorted(found.items()))
    return hashlib.sha256(rows.encode()).hexdigest()[:24]


def _failed(to: str, said: str) -> EnvironmentProblemError:
    lines = [each for each in said.strip().splitlines() if each]
    why = lines[-1] if lines else "no answer"
    return EnvironmentProblemError(f"the backup to {to} failed: {why}")
