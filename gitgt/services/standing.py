"""How a rig's target stands against the project that it came from."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gitgt.git.command import attempt
from gitgt.git.repository import Repository
from gitgt.services.queue.direct import lands_there
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts of commits: ``ahead`` is what landed here and is not at the origin yet.

    ``bring`` is a command for the person who wants it there; empty where to land is to land
    there: whoever pushed by hand might bring back what was taken off.
    """

    head: str
    ahead: int
    behind: int
    bring: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def of(town: Town, rig: Rig) -> Standing:
    """Return how *rig* stands against what was last fetched from its origin.

    Raises:
        SettingsError: the rig's settings break their schema.
    """
    repository = town.ledger_at(rig).repository
    head = repository.ref(rig.target) or ""
    fetched = repository.ref(f"refs/remotes/origin/{rig.branch}") or ""
    ahead, behind = _apart(repository, head, fetched)
    return Standing(head, ahead, behind, "" if lands_there(town, rig) else _bring(rig))


def _apart(repository: Repository, head: str, fetched: str) -> tuple[int, int]:
    if not head or not fetched:
        return (0, 0)
    argv = ("rev-list", "--left-right", "--count", f"{head}...{fetched}", "--")
    counts = attempt(*argv, cwd=repository.common).stdout.split()
    return (int(counts[0]), int(counts[1])) if len(counts) == 2 else (0, 0)


def _bring(rig: Rig) -> str:
    """Return the command: a checkout pulls, since git refuses a push into it."""
    here, branch = shlex.quote(str(rig.repository_path)), shlex.quote(rig.branch)
    if (Path(rig.origin) / ".git").exists():
        return f"git -C {shlex.quote(rig.origin)} pull --ff-only {here} {branch}"
    return f"git -C {here} push origin {branch}"
