"""The Lamport clock of a ledger's commits: it grows along every path of the history."""

from __future__ import annotations

from gitgt.git.repository import Repository
from gitgt.model.event import Event


def clock_of(repository: Repository, commit: str) -> int:
    """Return the clock of *commit*; a person's commit has its parent's and one."""
    seen = 0
    while True:
        clock = Event.parse(repository.message_of(commit)).clock
        parents = repository.parents_of(commit)
        if clock or not parents:
            return clock + seen
        commit, seen = parents[0], seen + 1
