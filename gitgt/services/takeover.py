"""Go on where a machine is lost: its agents' assignments are taken over, or given back.

Nobody can see that another machine is gone, so a person says it. What had arrived at the
remote is here; whatever had not is said to be lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gitgt.errors import NotFoundError, RefusedError
from gitgt.git import snapshot
from gitgt.git.remote import tracking
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.dispatch import is_polecat
from gitgt.model.documents import Agent, Bead, Comment, Document, MergeRequest, in_order
from gitgt.model.instant import exact_text_of, text_of
from gitgt.model.lifecycle import BeadStatus, BeadVerb
from gitgt.model.session_record import SessionRecord
from gitgt.model.takeover import Fate, Left, Machine, Verdict, judge
from gitgt.services import claims, submit, sync, work_sharing
from gitgt.services.agents import hook, sandbox
from gitgt.services.home import here
from gitgt.services.sessions import session_records
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What became of the work of the machines that were lost.

    ``missing`` are requests whose commits are not here, whoever handed them in.
    """

    rig: str
    machines: tuple[Machine, ...]
    verdicts: tuple[Verdict, ...]
    missing: tuple[MergeRequest, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "rig": self.rig,
            "from": [str(each) for each in self.machines],
            "assignments": [each.fields() for each in self.verdicts],
            "missing": [
                {"id": each.id, "bead": each.source, "agent": each.agent, "head": each.head}
                for each in self.missing
            ],
        }


def elsewhere(town: Town, rig: Rig) -> dict[Machine, list[str]]:
    """Return the other machines whose agents have work of *rig*, and which beads."""
    found: dict[Machine, list[str]] = {}
    for seat in _seats(town, rig, town.ledger_at(rig).snapshot()):
        if seat.machine not in (None, here(town)):
            found.setdefault(seat.machine, []).append(seat.bead.id)
    return dict(sorted(found.items()))


def is_elsewhere(town: Town, rig: Rig, now: Snapshot, bead: Bead, *, begun: bool) -> bool:
    """Tell whether *bead* is another town's to begin, for all that is known here.

    One whose agent's identity names no town, and that was *begun* here, is ours.
    """
    agent = now.agent_at(bead.assignee) if rig.shared else None
    if not rig.shared or (begun and not (agent and agent.home)):
        return False
    return _machine(town, rig, now, bead)[0] not in (None, here(town))


def take_over(
    town: Town, rig: Rig, lost: str, who: Actor, *, give_back: bool = False
) -> TakenOver:
    """Take over, from what is *lost*, what its agents had on their hooks and handed in.

    It says which machine, by its host, its folder or both. Everything is exchanged first, and
    once more afterwards; done again, it goes on where it was stopped.

    Raises:
        RefusedError: the rig is not shared, or that is this town.
        NotFoundError: nothing is known of such a machine.
        UnreachableError: the remote does not answer, so nobody knows what had arrived there.
    """
    if lost in (here(town).place, str(here(town))):
        raise RefusedError("this town is not lost: it is here", hint="git gt rig takeover RIG")
    sync.sync(town, rig)
    work_sharing.exchange(town, rig)
    now = town.ledger_at(rig).snapshot()
    gone = _meant(town, rig, now, lost)
    seats = [each for each in _seats(town, rig, now) if each.machine in gone]
    judged = [judge(_left(rig, now, each), give_back=give_back) for each in seats]
    _write(town, rig, judged, lost, gone, who)
    _end(town, rig, gone, lost)
    sync.sync(town, rig)
    return TakenOver(rig.name, tuple(gone), tuple(judged), _missing(now, judged))


def _missing(now: Snapshot, judged: Sequence[Verdict]) -> tuple[MergeRequest, ...]:
    """Return what was handed in, is not here and was not judged: a person's, or another's."""
    known = {each.left.request for each in judged}
    return tuple(
        each
        for each in now.all(MergeRequest, status=submit.LIVE)
        if each.id not in known and not now.repository.has(each.head)
    )


def _meant(town: Town, rig: Rig, now: Snapshot, lost: str) -> list[Machine]:
    known = {Machine(each.host, each.place) for each in session_records.records(town, rig)}
    known |= {Machine.parse(each.home) for each in now.all(Agent) if each.home}
    found = sorted(each for each in known - {here(town)} if each.is_meant(lost))
    if not found:
        told = ", ".join(str(each) for each in sorted(known - {here(town)})) or "no other"
        raise NotFoundError(
            f"no agent of {rig.name} was ever at {lost}", hint=f"they were at: {told}"
        )
    return found


@dataclass(frozen=True, slots=True)
class _Seat:
    """What a polecat is at, or has handed in: where, as far as that is known here."""

    bead: Bead
    machine: Machine | None
    session: str


def _seats(town: Town, rig: Rig, now: Snapshot) -> list[_Seat]:
    rows = now.rows(kind="bead", status=hook.HELD)
    names = sorted(row.id for row in rows if is_polecat(row.assignee))
    beads = [now.bead(name) for name in names]
    return [_Seat(each, *_machine(town, rig, now, each)) for each in beads]


def _machine(town: Town, rig: Rig, now: Snapshot, bead: Bead) -> tuple[Machine | None, str]:
    """Return where a bead's agent is, and the record of its last session there.

    What the agent's identity says counts, else where a session is that has not ended.
    """
    records = session_records.of(town, rig).of(bead.assignee)
    last = next((each for each in reversed(records) if each.bead == bead.id), None)
    agent = now.agent_at(bead.assignee)
    session = last.id if last else ""
    if agent is not None and agent.home:
        return Machine.parse(agent.home), session
    is_there = last is not None and last.is_open
    return (Machine(last.host, last.place) if last and is_there else None), session


def _left(rig: Rig, now: Snapshot, seat: _Seat) -> Left:
    bead = seat.bead
    repository = now.repository
    branch = sandbox.branch_of(bead.assignee, bead.id)
    there = repository.ref(tracking(rig.remote, branch))
    tip = repository.ref(f"refs/heads/{branch}") or there or ""
    saved = next(snapshot.history(repository, bead.assignee), None)
    is_its = saved is not None and saved.branch == branch
    request = submit.live_request(now, bead.id)
    return Left(
        address=bead.assignee,
        bead=bead.id,
        begun=bead.status is BeadStatus.IN_PROGRESS,
        session=seat.session,
        tip=tip,
        since=_when(now, tip) if tip else "",
        saved=_when(now, saved.commit) if saved is not None and is_its else "",
        request=request.id if request else "",
        head=request.head if request and repository.has(request.head) else "",
    )


def _when(now: Snapshot, commit: str) -> str:
    return text_of(float(now.repository.committed(commit)[0].seconds))


def _write(
    town: Town,
    rig: Rig,
    judged: Sequence[Verdict],
    lost: str,
    gone: Sequence[Machine],
    who: Actor,
) -> None:
    """Give back what is to be given back, say what was lost, and let the agents be ours."""

    def decide(now: Snapshot) -> Change | None:
        theirs = [each for each in now.all(Agent) if each.home and _is_of(each, gone)]
        agents = [each.replace(home=str(here(town))) for each in theirs]
        changed = [_after(now.bead(each.left.bead), each, lost, town, who) for each in judged]
        beads = [each for each in changed if each is not None]
        said = f"take over from {lost}: {', '.join(each.id for each in beads)}"
        documents: tuple[Document, ...] = (*beads, *agents)
        return Change(said.rstrip(": "), documents, event="rig.taken-over")

    claims.transact(town, rig, decide, who)


def _is_of(agent: Agent, machines: Sequence[Machine]) -> bool:
    return Machine.parse(agent.home) in machines


def _after(
    bead: Bead, verdict: Verdict, lost: str, town: Town, who: Actor
) -> Bead | None:  # fmt: skip
    """Return *bead* as it stands then; None if it is somebody else's by now."""
    if bead.assignee != verdict.left.address or bead.status not in hook.HELD:
        return None
    if verdict.fate is Fate.GIVEN_BACK:
        bead = bead.after(BeadVerb.RELEASE, reason=f"{lost} is lost")
    name = f"lost-{verdict.left.session or bead.id}"
    if not verdict.lost or any(each.id == name for each in bead.comments):
        return bead
    told = f"{lost} is lost, and with it {verdict.lost}"
    told += f"; here is {verdict.here}" if verdict.here else ""
    note = Comment(name, exact_text_of(town.clock()), who.address, told)
    return bead.replace(comments=in_order((*bead.comments, note)))


def _end(town: Town, rig: Rig, machines: Sequence[Machine], lost: str) -> None:
    """Say of the sessions that were begun there that they are over."""
    kept = session_records.of(town, rig)
    at = town.clock()
    for each in session_records.records(town, rig):
        if each.is_open and Machine(each.host, each.place) in machines:
            kept.change(
                each.address, each.id, lambda old: old and _ended(old, at, lost),
                why=f"{lost} is lost", at=at,
            )  # fmt: skip


def _ended(record: SessionRecord, at: float, lost: str) -> SessionRecord:
    if not record.is_open:
        return record
    return replace(record, ended=exact_text_of(at), how=f"{lost} was lost")
