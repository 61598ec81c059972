"""Who can be written to: everybody who is there, and the lists of the town's ledger."""

from __future__ import annotations

from collections.abc import Iterator

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.address import OF_A_RIG, OF_THE_TOWN, Address
from gitgt.model.documents import Agent, MailList
from gitgt.model.ids import list_id
from gitgt.model.lifecycle import AgentStatus, ListStatus
from gitgt.model.mail.routing import Directory, ListKind
from gitgt.services.town import Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the directory: a word that mail can be sent to, and what it stands for."""

    word: str
    what: str
    receivers: tuple[str, ...] = ()


def known(town: Town, now: Snapshot | None = None) -> Directory:
    """Return who is there, with the lists of the town's ledger as it is *now*."""
    lists = list((now or town.ledger.snapshot()).all(MailList, status=ListStatus.ACTIVE))

    def of(kind: ListKind) -> dict[str, tuple[str, ...]]:
        return {each.title: each.receivers for each in lists if each.type == kind}

    return Directory(
        addresses=frozenset(_addresses(town)),
        groups=of(ListKind.GROUP),
        queues=frozenset(of(ListKind.QUEUE)),
        channels=of(ListKind.CHANNEL),
    )


def _addresses(town: Town) -> Iterator[Address]:
    for role in OF_THE_TOWN:
        yield Address(role=role)
    for rig, ledger in town.ledgers():
        if rig is not None:
            yield from (Address(rig.name, role) for role in OF_A_RIG)
        for agent in ledger.snapshot().all(Agent, status=AgentStatus.ACTIVE):
            try:
                yield Address.parse(agent.address)
            except RefusedError:
                continue  # a name that somebody gave by hand, and nobody can write to


def entries(town: Town) -> list[Entry]:
    """Return everything that a message can be sent to."""
    there = known(town)
    people = [Entry(str(each), str(each.role)) for each in there.addresses]
    groups = [Entry(f"group:{name}", "group", each) for name, each in there.groups.items()]
    queues = [Entry(f"queue:{name}", "queue") for name in there.queues]
    channels = [
        Entry(f"channel:{name}", "channel", each) for name, each in there.channels.items()
    ]
    kinds = (people, groups, queues, channels)
    return [each for found in kinds for each in sorted(found, key=lambda entry: entry.word)]


def find(now: Snapshot, kind: ListKind, name: str) -> MailList | None:
    """Return a group, a queue or a channel by its name, also one that is closed."""
    found = now.find(list_id(kind, name))
    return found if isinstance(found, MailList) else None
