"""What plain ``git pull`` does on a desk: it merges what the other clones wrote of the ledger.

Said to git for the desks' branches alone, so nobody's pull of anything else changes, and gone
with the branch. The remote is only named while the ledger is shared through it.
"""

from __future__ import annotations

from collections.abc import Mapping

from gitgt.git.command import attempt, git
from gitgt.git.repository import Repository
from gitgt.services import desk, sync
from gitgt.services.town import Rig, Town


def follow(town: Town, rig: Rig | None) -> None:
    """Let the desks of a ledger follow it at the remote through which it is shared, if any."""
    ledger, where = town.ledger_at(rig), sync.remote_of(town, rig)
    for each in ledger.repository.refs(desk.PREFIX):
        name = f"branch.{each.removeprefix('refs/heads/')}"
        wanted = {
            f"{name}.rebase": "false",
            f"{name}.remote": where,
            f"{name}.merge": ledger.ref if where else "",
        }
        _configure(ledger.repository, wanted)


def _configure(repository: Repository, wanted: Mapping[str, str]) -> None:
    """Set keys of a repository's configuration; an empty value takes the key away."""
    said = attempt("config", "--local", "--list", "-z", cwd=repository.common)
    rows = said.stdout.decode(errors="surrogateescape").split("\0")
    known = dict(row.partition("\n")[::2] for row in rows)
    for key, value in wanted.items():
        if value and known.get(key) != value:
            git("config", "--local", "--replace-all", key, value, cwd=repository.common)
        elif not value and key in known:
            git("config", "--local", "--unset-all", key, cwd=repository.common)
