"""Whose hook holds what: derived from the beads, stored nowhere else."""

from __future__ import annotations

from gitgt.ledger.snapshot import Snapshot
from gitgt.model.address import Address, Role
from gitgt.model.documents import Bead
from gitgt.model.lifecycle import BeadStatus, MergeStatus
from gitgt.services.town import Town

HELD = (BeadStatus.HOOKED, BeadStatus.IN_PROGRESS)
_WITH_THE_REFINERY = (MergeStatus.QUEUED, MergeStatus.BLOCKED, MergeStatus.ESCALATED)


def hooks(now: Snapshot) -> dict[str, str]:
    """Return the bead on each agent's hook, by address.

    What was submitted is with the refinery: it is still the agent's, but off the hook, so
    the agent can take up something else.
    """
    return dict(held(now))


def held(now: Snapshot) -> list[tuple[str, str]]:
    """Return address and bead of everything on a hook; by hand, somebody may hang up two."""
    gone = submitted(now)
    rows = now.rows(kind="bead", status=HELD)
    return [(row.assignee, row.id) for row in rows if row.assignee and row.id not in gone]


def released(before: Snapshot, now: Snapshot) -> list[Bead]:
    """Return what was on a hook *before* and waits for another one *now*."""
    gone = (now.find(bead) for _, bead in held(before))
    return [each for each in gone if isinstance(each, Bead) and each.status is BeadStatus.OPEN]


def submitted(now: Snapshot) -> set[str]:
    """Return the beads whose merge request is with the refinery."""
    return set(now.index.sources(now.commit, _WITH_THE_REFINERY))


def on(town: Town, address: str) -> list[Bead]:
    """Return the beads on the hook of *address*; the role's word may be left out.

    Raises:
        NotFoundError: there is no such rig.
    """
    rig = town.rig(address.partition("/")[0])
    wanted = spellings(address)
    now = town.ledger_at(rig).snapshot()
    return [now.bead(bead) for whose, bead in held(now) if whose in wanted]


def of_person(town: Town, name: str) -> list[Bead]:
    """Return what a person is at who goes by *name* and not by a place: in every ledger."""
    found: list[Bead] = []
    for _, ledger in town.ledgers():
        now = ledger.snapshot()
        found += [now.bead(bead) for whose, bead in held(now) if whose == name]
    return found


def at(town: Town, address: str) -> list[Bead]:
    """Return the beads on the hook of an agent of a rig or of the town."""
    return (on if is_of_a_rig(address) else of_person)(town, address)


def is_of_a_rig(address: str) -> bool:
    """Tell whether somebody's work is in one rig's ledger; a dog's, too, is the town's."""
    return "/" in address and Address.parse(address).role is not Role.DOG


def spellings(address: str) -> set[str]:
    """Return whom *address* may mean, whose role's word may be left out: ``shop/toast``."""
    return {address, address.replace("/", "/polecats/", 1), address.replace("/", "/crew/", 1)}
