"""A push that took what the ledger says about itself: put back before anything else is done.

Without it nothing is a ledger, so no town can be made on it, and no rule be read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gitgt.errors import GtError
from gitgt.git import access, remote
from gitgt.git.command import git
from gitgt.git.repository import Repository
from gitgt.ledger import genesis, lawful
from gitgt.ledger.transact import Ledger
from gitgt.model.actor import Actor
from gitgt.model.event import Event
from gitgt.services.town import Clock

_WHO: Final = Actor.role("desk")
_REMOTE: Final = "origin"
_SUBJECT: Final = "put back what the ledger says about itself"


def restore(folder: Path, url: str, branch: str, old: str, clock: Clock) -> bool:
    """Put back on *branch* at *url* what it said of itself at *old*; tell whether that was due.

    *folder* is for a repository that nobody needs afterwards.
    """
    git("init", "--quiet", "--bare", str(folder), cwd=folder.parent)
    git("config", f"remote.{_REMOTE}.url", url, cwd=folder)
    repository = Repository(folder)
    tip = remote.fetch(repository, _REMOTE, branch)
    if not old or tip is None or not access.bring(repository, _REMOTE, old):
        return False
    if not _is_ledger(repository, old) or _is_ledger(repository, tip):
        return False
    files = {
        each.path: each.new
        for each in repository.differences(tip, old)
        if lawful.is_its_own(each.path)
    }
    ledger = Ledger(repository, ref=remote.tracking(_REMOTE, branch), clock=clock)
    event = Event(_SUBJECT, name=lawful.PUT_BACK)
    new = ledger.commit_tree(repository.write_tree(tip, files), (tip,), event, _WHO)
    return remote.push(repository, _REMOTE, new, branch)


def _is_ledger(repository: Repository, commit: str) -> bool:
    try:
        genesis.settings(repository, commit)
    except GtError:
        return False
    return True
