"""Copy ledgers and what is ours beside them to where the settings say."""

from __future__ import annotations

from gitgt.errors import RefusedError
from gitgt.git import backup
from gitgt.git.repository import Repository
from gitgt.model import chores as rules
from gitgt.model.chores import Chore
from gitgt.services.dogs import tries
from gitgt.services.dogs.settings import Tuning
from gitgt.services.town import Rig, Town

_WITHIN = 600.0


def is_wanted(town: Town, rig: Rig | None, how: Tuning) -> bool:
    """Tell whether anything of ours has moved since the last copy."""
    if not how.backup:
        return False
    before = tries.last(town, Chore.BACKUP, rig.name if rig else "")
    return before is None or before.mark != backup.shows(town.ledger_at(rig).repository)


def push(town: Town, rig: Rig | None, how: Tuning, *, force: bool) -> tuple[str, str]:
    """Copy all that is ours; return what is said of it, and what it was copied for.

    With *force* also a ledger that has lost many beads.

    Raises:
        RefusedError: no place is set, or the ledger has lost more beads than may be.
        EnvironmentProblemError: it did not arrive, and why.
    """
    if not how.backup:
        raise RefusedError(
            "no place for a backup is set",
            hint="settings/config.yaml: 'backup: {to: /mnt/copies/{repository}.git}'",
        )
    ledger = town.ledger_at(rig)
    repository, mark = ledger.repository, backup.shows(ledger.repository)
    backup.prepare(how.backup)
    there = backup.ledger_at(repository, how.backup, ledger.ref, within=_WITHIN)
    if not force:
        _check_spike(repository, there, ledger.head())
    target = rig.target if rig else None
    backup.push(repository, how.backup, ledger=ledger.ref, target=target, within=_WITHIN)
    return f"copied to {how.backup}", mark


def _check_spike(repository: Repository, there: str | None, here: str) -> None:
    if there is None or not repository.has(there):
        return
    before, now = _beads(repository, there), _beads(repository, here)
    if rules.is_spike(before, now):
        raise RefusedError(
            f"the ledger has {now} beads and its copy {before}: nothing is copied before a"
            " person has looked",
            hint="git gt dog chore backup --force, if that is right",
        )


def _beads(repository: Repository, commit: str) -> int:
    """Return how many beads a ledger holds; mail comes and goes, and does not count."""
    names = (path.rpartition("/")[2] for path in repository.files(commit))
    return sum(name.endswith(".yaml") and name.count("-") == 1 for name in names)
