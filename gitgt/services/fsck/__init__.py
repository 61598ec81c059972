"""Look whether a ledger, and what belongs to it, is as it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gitgt.errors import GitFailedError, NotFoundError, RefusedError
from gitgt.ledger import genesis
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.actor import Actor
from gitgt.services import desk
from gitgt.services.fsck import cache, edges, files, surroundings
from gitgt.services.fsck.finding import Finding
from gitgt.services.fsck.mend import Mended, mend
from gitgt.services.town import Rig, Town

__all__ = ["Finding", "Mended", "fsck", "repair"]


def fsck(
    town: Town,
    rig: Rig | None,
    *,
    full: bool = False,
    step: Callable[[str], None] = lambda _: None,
) -> list[Finding]:
    """Return all that is wrong with the ledger of *rig*; for None of the town's.

    Raises:
        NewerDataError: a later gitgt wrote it, so nothing can be said about it.
    """
    ledger = town.ledger_at(rig)
    now = ledger.snapshot()
    found = list(surroundings.damage(ledger.repository, full=full))
    try:
        prefix = str(genesis.settings(ledger.repository, now.commit)["prefix"])
    except RefusedError as error:
        return [*found, Finding("ledger", genesis.SETTINGS, error.message, error.hint)]
    step("reading")
    tree = files.look(ledger.repository, now.commit, prefix)
    found += tree.findings
    step("following")
    found += edges.dangling(tree.documents, _Others(town, prefix, tree.unread))
    found += edges.cycles(tree.documents)
    found += edges.idle_gates(tree.documents)
    found += surroundings.refs(ledger, now.commit, tree.documents)
    step("comparing")
    found += _index(now)
    return found


def repair(town: Town, rig: Rig | None, findings: Iterable[Finding], who: Actor) -> Mended:
    """Make good what can be made good without losing anything."""
    ledger = town.ledger_at(rig)
    prefix = str(genesis.settings(ledger.repository, ledger.head())["prefix"])
    done = mend(ledger, list(findings), prefix, who)
    for each in desk.desks(ledger):
        desk.refresh(ledger, each)
    return done


def _index(now: Snapshot) -> list[Finding]:
    try:
        return list(cache.differing(now.index, now.repository, now.commit))
    except (GitFailedError, NotFoundError):
        return []  # what cannot be read was told already


class _Others:
    """Tells whether an id that this ledger has not is somewhere else."""

    def __init__(self, town: Town, prefix: str, unread: set[str]) -> None:
        self._town = town
        self._prefix = prefix
        self._unread = unread
        self._ids: dict[str, set[str]] = {}

    def __call__(self, name: str) -> bool:
        prefix = name.partition("-")[0]
        if prefix == self._prefix:
            return name in self._unread  # it is there, and told of
        if prefix not in self._ids:
            self._ids[prefix] = self._of(name)
        return name in self._ids[prefix]

    def _of(self, name: str) -> set[str]:
        try:
            now = self._town.ledger_of(name).snapshot()
        except RefusedError:
            return set()
        return {row.id for row in now.rows()}
