"""Go on where a machine is lost: its agents' assignments are taken over, or given back.

Nobody can see that another machine is gone, so a person says it. What had arrived at the
remote is here; whatever had not is said to be lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from gitgt.errors import NotFoundError, RefusedError
from gitgt.git import snapshot
from gitgt.git.remote import tracking
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.dispatch import is_polecat
from gitgt.model.documents import Agent, Bead, Comment, MergeRequest, in_order
from gitgt.model.instant import exact_text_of, text_of
from gitgt.model.lifecycle import BeadStatus, BeadVerb
from gitgt.model.session_record import SessionRecord
from gitgt.model.takeover import Fate, Left, Machine, Verdict, judge
from gitgt.services import claims, home, submit, sync, work_sharing
from gitgt.services.agents import hook, sandbox
from gitgt.services.sessions import session_records
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_WAS_LOST: Final = " was lost"


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
    """Return the other machines whose agents have work of *rig*, and which beads.

    Whose session a bead's last one was is what counts, as far as sessions were exchanged.
    """
    found: dict[Machine, list[str]] = {}
    now = town.ledger_at(rig).snapshot()
    for bead, record in _last(town, rig, now):
        machine = Machine(record.host, record.place)
        if machine != home.here(town) and not record.how.endswith(_WAS_LOST):
            found.setdefault(machine, []).append(bead.id)
    return dict(sorted(found.items()))


def is_elsewhere(town: Town, rig: Rig, bead: Bead) -> bool:
    """Tell whether a session of another machine is at *bead*, for all that is known here."""
    if not rig.shared:
        return False
    record = _last_of(town, rig, bead.assignee, bead.id)
    machine = record and Machine(record.host, record.place)
    return record is not None and record.is_open and machine != home.here(town)


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
    if lost in (home.here(town).place, str(home.here(town))):
        raise RefusedError("this town is not lost: it is here", hint="git gt rig takeover RIG")
    sync.sync(town, rig)
    work_sharing.exchange(town, rig)
    now = town.ledger_at(rig).snapshot()
    machines = _meant(town, rig, lost)
    seats = [
        (bead, record) for bead, record in _last(town, rig, now)
        if Machine(record.host, record.place) in machines
    ]  # fmt: skip
    judged = [judge(_left(rig, now, *each), give_back=give_back) for each in seats]
    _write(town, rig, judged, lost, who)
    _end(town, rig, machines, lost)
    sync.sync(town, rig)
    return TakenOver(rig.name, tuple(machines), tuple(judged), _missing(now, judged))


def _missing(now: Snapshot, judged: Sequence[Verdict]) -> tuple[MergeRequest, ...]:
    """Return what was handed in, is not here and was not judged: a person's, or another's."""
    known = {each.left.request for each in judged}
    return tuple(
        each
        for each in now.all(MergeRequest, status=submit.LIVE)
        if each.id not in known and not now.repository.has(each.head)
    )


def _meant(town: Town, rig: Rig, lost: str) -> list[Machine]:
    known = {Machine(each.host, each.place) for each in session_records.records(town, rig)}
    found = sorted(each for each in known - {home.here(town)} if each.is_meant(lost))
    if not found:
        told = ", ".join(str(each) for each in sorted(known - {home.here(town)})) or "no other"
        raise NotFoundError(
            f"no session of {rig.name} was ever at {lost}", hint=f"sessions were at: {told}"
        )
    return found


def _last(town: Town, rig: Rig, now: Snapshot) -> Iterator[tuple[Bead, SessionRecord]]:
    """Yield what polecats are at, in the queue too, with the record of its last session."""
    rows = now.rows(kind="bead", status=hook.HELD)
    for row in sorted(rows, key=lambda each: each.id):
        if not is_polecat(row.assignee):
            continue
        record = _last_of(town, rig, row.assignee, row.id)
        if record is not None:
            yield now.bead(row.id), record


def _last_of(town: Town, rig: Rig, address: str, bead: str) -> SessionRecord | None:
    records = session_records.of(town, rig).of(address)
    return next((each for each in reversed(records) if each.bead == bead), None)


def _left(rig: Rig, now: Snapshot, bead: Bead, record: SessionRecord) -> Left:
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
        session=record.id,
        tip=tip,
        since=_when(now, tip) if tip else "",
        saved=_when(now, saved.commit) if saved is not None and is_its else "",
        request=request.id if request else "",
        head=request.head if request and repository.has(request.head) else "",
    )


def _when(now: Snapshot, commit: str) -> str:
    return text_of(float(now.repository.committed(commit)[0].seconds))


def _write(town: Town, rig: Rig, judged: Sequence[Verdict], lost: str, who: Actor) -> None:
    """Give back what is to be given back, and say at each bead what was lost of it."""

    def decide(now: Snapshot) -> Change | None:
        changed = [_after(now.bead(each.left.bead), each, lost, town, who) for each in judged]
        documents = tuple(each for each in changed if each is not None)
        said = f"take over from {lost}: {', '.join(each.id for each in documents)}"
        if not documents:
            return None
        moved = _at_home_here(town, now, {each.left.address for each in judged})
        return Change(said, (*documents, *moved), event="rig.taken-over")

    claims.transact(town, rig, decide, who)


def _at_home_here(town: Town, now: Snapshot, addresses: Collection[str]) -> list[Agent]:
    """Return those agents as they are started here from now on."""
    mine = str(home.here(town))
    known = (now.agent_at(each) for each in sorted(addresses))
    return [each.replace(home=mine) for each in known if each and each.home not in ("", mine)]


def _after(
    bead: Bead, verdict: Verdict, lost: str, town: Town, who: Actor
) -> Bead | None:  # fmt: skip
    """Return *bead* as it stands then; None if it is somebody else's by now."""
    if bead.assignee != verdict.left.address or bead.status not in hook.HELD:
        return None
    if verdict.fate is Fate.GIVEN_BACK:
        bead = bead.after(BeadVerb.RELEASE, reason=f"{lost} is lost")
    name = f"lost-{verdict.left.session}"
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
    return replace(record, ended=exact_text_of(at), how=f"{lost}{_WAS_LOST}")
