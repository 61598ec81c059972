"""A commit closes a bead and seems to conflict, and a watcher lives that will send it back."""

from __future__ import annotations

import click

from gitgt.git import worktree
from gitgt.githooks.place import Place
from gitgt.model.conflict import Dispute
from gitgt.services.queue import conflicts


def run(place: Place, _arguments: tuple[str, ...], _said: str) -> None:
    """Say at once what it conflicts with, as the refinery sees it."""
    assignment = place.assignment
    if assignment is None:
        return
    repository = place.ledger.repository
    head = worktree.commit_of(repository, place.git_dir)
    if head is not None:
        tell(conflicts.between(repository, assignment.target, assignment.branch, head))


def tell(found: Dispute | None) -> None:
    """Say that what was submitted does not merge, and what to do then."""
    if found is not None:
        click.echo(f"gt: {found.line}: it comes back to you", err=True)
        click.echo("hint: git gt resolve", err=True)
