"""An agent's CV: read from the ledger with its work, and from its sessions' records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gitgt.errors import NotFoundError
from gitgt.ledger.snapshot import Snapshot
from gitgt.model import cv as model
from gitgt.model import money
from gitgt.model.cv import Cv, Job, Sitting
from gitgt.model.documents import Agent, Bead, DependencyType, MergeRequest
from gitgt.model.instant import exact_seconds_of, seconds_of
from gitgt.model.session_record import SessionRecord
from gitgt.services.agents import hook
from gitgt.services.agents.hook_record import full
from gitgt.services.costs import prices
from gitgt.services.sessions import session_records
from gitgt.services.town import Rig, Town


def of(town: Town, address: str) -> Cv:
    """Return the CV of the agent at *address*, whose role's word may be left out.

    Raises:
        NotFoundError: there never was one.
    """
    whose = full(town, address)
    rig = town.rig(whose.partition("/")[0]) if "/" in whose else None
    found = town.ledger_at(rig).snapshot().agent_at(whose)
    if found is None:
        raise NotFoundError(f"there is no agent {address!r}", hint="git gt agents")
    names = [whose, *formerly(town.ledger_at(rig).snapshot(), found)]
    return model.cv(
        whose, _jobs(town, rig, names), _sittings(town, rig, names), formerly=names[1:]
    )


def formerly(now: Snapshot, agent: Agent) -> Iterator[str]:
    """Yield the addresses that an agent had before it was given another name."""
    for edge in agent.dependencies:
        if edge.type is not DependencyType.SUPERSEDES:
            continue
        before = now.find(edge.on)
        if isinstance(before, Agent):
            yield before.address
            yield from formerly(now, before)


def _jobs(town: Town, rig: Rig | None, names: Iterable[str]) -> Iterator[Job]:
    ledgers = [town.ledger_at(rig)] if rig else [ledger for _, ledger in town.ledgers()]
    for ledger in ledgers:
        now = ledger.snapshot()
        for row in now.rows(kind="bead", assignee=[*names], status=(*hook.HELD, "closed")):
            yield _job(now, now.bead(row.id))


def _job(now: Snapshot, bead: Bead) -> Job:
    requests = [*now.all(MergeRequest, source=bead.id)]
    return Job(
        bead=bead.id,
        title=bead.title,
        outcome=bead.outcome,
        ended=bead.closed_at,
        landed=bool(bead.landed),
        returns=sum(each.returns for each in requests),
        conflicts=sum(each.conflicts for each in requests),
        seconds=_between(bead.started_at, bead.closed_at),
    )


def _between(start: str, end: str) -> float | None:
    return max(0.0, float(seconds_of(end) - seconds_of(start))) if start and end else None


def _sittings(town: Town, rig: Rig | None, names: Iterable[str]) -> Iterator[Sitting]:
    priced = prices.known(town)
    for name in names:
        for each in session_records.records(town, rig or town, address=name):
            yield _sitting(each, [item.dollars for item in money.items([each], priced)])


def _sitting(record: SessionRecord, dollars: Sequence[float | None]) -> Sitting:
    ends = (record.started, record.ended)
    took = exact_seconds_of(ends[1]) - exact_seconds_of(ends[0]) if all(ends) else None
    total = record.total
    buckets = (total.input, total.output, total.cache_read, total.cache_write)
    known = [each for each in buckets if each is not None]
    return Sitting(
        runtime=record.runtime,
        seconds=None if took is None else max(0.0, took),
        tokens=sum(known) if known else None,
        cost=None if None in dollars else sum(each or 0.0 for each in dollars),
    )
