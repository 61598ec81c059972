"""What was pushed to the bare repository beside a town: taken in, and answered.

Refs are compared, nothing else: whichever hook told or did not tell, and whoever was killed,
the next look finds the same. The repository is on this machine, so to look starts no process.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gitgt.git import refs, remote, shared
from gitgt.git.patient import PATIENCE, attempt_within
from gitgt.git.repository import Repository
from gitgt.services import server, sync
from gitgt.services.town import Rig, Town

_HEADS: Final = "refs/heads/"
_ORIGIN: Final = "origin"
# What a pipeline writes there beside the ledger.
_VERDICTS: Final = "refs/gt/verdicts"


def served_by(town: Town, rig: Rig) -> Path | None:
    """Return the bare repository that *town* serves as *rig*, None if it serves none.

    Raises:
        SettingsError: its rules cannot be read.
    """
    common = Path(rig.origin.removeprefix("file://"))
    if not rig.shared or not common.is_absolute():
        return None
    found = server.rules(common)
    mine = found is not None and found.town and Path(found.town) == town.root
    return common if mine else None


def take_in(town: Town, rig: Rig) -> bool:
    """Bring what was pushed, and send what the town wrote; tell whether there was anything.

    Raises:
        RefusedError: the server's rules speak against what the town wrote.
        UnreachableError: git does not answer.
    """
    common = served_by(town, rig)
    if common is None:
        return False
    repository = town.ledger_at(rig).repository
    arrived = _fetch(repository, common, rig)
    if not arrived and _is_level(town, rig, common):
        return False
    sync.sync(town, rig)
    return True


def _fetch(repository: Repository, common: Path, rig: Rig) -> bool:
    """Bring the branches that stand elsewhere there than when we looked last."""
    there = refs.read_refs(common, _HEADS)
    ledger = f"{_HEADS}{rig.ledger_branch}"
    known = repository.refs(remote.tracking(_ORIGIN, ""))
    news = {
        name
        for name, tip in there.items()
        if name != ledger
        and known.get(remote.tracking(_ORIGIN, name.removeprefix(_HEADS))) != tip
    }
    if not news:
        return False
    argv = (
        *remote.OURS, "fetch", "--quiet", "--no-tags", "--no-auto-maintenance",
        "--no-write-fetch-head", "--no-recurse-submodules", _ORIGIN,
        f"+{_HEADS}*:{remote.tracking(_ORIGIN, '*')}",
    )  # fmt: skip
    outcome = attempt_within(PATIENCE, *argv, cwd=repository.common)
    if not outcome.ok:
        raise remote.unreachable(repository, _ORIGIN, outcome)
    return True


def _is_level(town: Town, rig: Rig, common: Path) -> bool:
    """Tell whether both stand where the other one does, ledger and verdicts."""
    ledger = town.ledger_at(rig)
    verdicts = refs.read_ref(common, _VERDICTS) or ""
    return refs.read_ref(common, ledger.ref) == ledger.head() and verdicts in (
        "",
        shared.theirs(ledger.repository, _ORIGIN, shared.VERDICTS),
        ledger.repository.ref(_VERDICTS),
    )
