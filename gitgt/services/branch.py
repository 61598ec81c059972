"""What the commits of a branch say: begun, finished (``Closes:``), in need (``Escalate:``).

Read from the refs, level by level: it does not matter which hook fired or how often.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Final

from gitgt.errors import RefusedError
from gitgt.git.command import git
from gitgt.git.records import layout, records
from gitgt.git.repository import Repository
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.actor import Actor, Standing
from gitgt.model.dispatch import is_polecat
from gitgt.model.documents import Bead, MergeRequest, Severity
from gitgt.model.help_calls import classify
from gitgt.model.ids import BeadId, is_bead_id
from gitgt.services import submit, target
from gitgt.services.agents.sandbox import branch_of
from gitgt.services.integration import branches
from gitgt.services.queue import landed
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_LOG = logging.getLogger(__name__)
_FIELDS: Final = (
    "%H",
    "%at",
    "%an",
    "%ae",
    "%s",
    "%(trailers:key=Closes,valueonly,unfold,separator=%x2C)",
    "%(trailers:key=Escalate,valueonly,unfold,separator=%x0B)",
)
# A line that is no trailer in the last paragraph hides them all, unless the keys are known.
_KNOWN: Final = ("-c", "trailer.closes.key=Closes", "-c", "trailer.escalate.key=Escalate")
_ESCALATE = re.compile(
    r"(?P<severity>low|medium|high|critical)\b[:,]?\s*(?P<why>.*)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Said:
    """One commit of a branch and what its trailers say."""

    commit: str
    written: str
    author: str
    email: str
    subject: str
    closes: tuple[str, ...]
    escalates: tuple[str, ...]

    @property
    def origin(self) -> tuple[str, str, str]:
        """What a rebase or cherry-pick leaves as it was."""
        return (self.written, self.email, self.subject)


def read(repository: Repository, tip: str, *excluding: str) -> list[Said]:
    """Return the commits that *tip* has and *excluding* have not, newest first."""
    span = [tip, *(f"^{each}" for each in excluding)]
    answer = git(
        *_KNOWN,
        "log",
        f"--format={layout(_FIELDS)}",
        "--encoding=UTF-8",
        *span,
        "--",
        cwd=repository.common,
    )
    return [_said(fields) for fields in records(answer, len(_FIELDS))]


def _said(fields: Sequence[str]) -> Said:
    commit, written, author, email, subject, closes, escalates = fields
    # Whoever writes nothing but this writes it on the first line, where git sees no trailer.
    closes += f",{subject[7:]}" if subject.lower().startswith("closes:") else ""
    named = tuple(each.strip() for each in closes.split(",") if is_bead_id(each.strip()))
    calls = tuple(each.strip() for each in escalates.split("\v") if each.strip())
    return Said(commit, written, author, email, subject, named, calls)


def finished_at(
    said: Sequence[Said], bead: BeadId, earlier: Sequence[Said]
) -> str | None:  # fmt: skip
    """Return the newest commit that says it closes *bead*; None if none does.

    What a rebase carried over from *earlier*, which was submitted already, says nothing new.
    """
    known = {each.origin for each in earlier}
    for each in said:
        if bead in each.closes:
            return None if each.origin in known else each.commit
    return None


@dataclass(frozen=True, slots=True)
class Reading:
    """A branch on its way: whose it is, and where it stands."""

    rig: Rig
    bead: Bead
    ref: str
    tip: str

    @property
    def branch(self) -> str:
        """The branch's short name."""
        return self.ref.removeprefix("refs/heads/")


def heed(town: Town, now: Snapshot, reading: Reading, who: Actor) -> bool:
    """Do what the commits of an assignment's branch say; tell whether anything was new."""
    repository = now.repository
    base = target.tip(repository, branches.place(town, reading.rig, reading.bead))
    if base is None:
        return _miss_target(town, reading, who)
    landed_before = landed.heads_of(now, reading.bead.id)
    said = read(repository, reading.tip, base, *landed_before)
    request = submit.live_request(now, reading.bead.id)
    new = [
        each for each in said if request is None or not _is_in(repository, each.commit, request)
    ]
    if not new:
        return False
    _call_for_help(town, reading, new, who)
    earlier = [] if request is None else read(repository, request.head, base, *landed_before)
    head = finished_at(new, reading.bead.id, earlier)
    begun = submit.begin(town, reading.bead.id, who)
    if head is None:
        return begun != reading.bead
    submission = submit.Submission(reading.bead.id, reading.branch, head)
    return submit.submit(town, submission, who) != request


def _miss_target(town: Town, reading: Reading, who: Actor) -> bool:
    """Call for a person where nobody can tell what a branch has that its target has not."""
    where = branches.place(town, reading.rig, reading.bead)
    title = f"the branch {where!r} that {reading.bead.id} is to land on is gone"
    submit.escalate(
        town, reading.rig, who, severity=Severity.HIGH, title=title, about=reading.bead.id
    )
    return False


def heed_assignment(town: Town, rig: Rig, now: Snapshot, bead: Bead) -> bool:
    """Do what the branch of an assignment says by now; tell whether anything was new."""
    ref = f"refs/heads/{branch_of(bead.assignee, bead.id)}"
    tip = now.repository.ref(ref)
    if tip is None:
        return False
    try:
        return heed(town, now, Reading(rig, bead, ref, tip), Actor.agent(bead.assignee))
    except RefusedError as error:
        _LOG.warning("refused", extra={"branch": ref, "why": error.message})
        return False


def _is_in(repository: Repository, commit: str, request: MergeRequest) -> bool:
    return repository.is_ancestor(commit, request.head)


def _call_for_help(town: Town, reading: Reading, new: Sequence[Said], who: Actor) -> None:
    for each in new:
        for text in each.escalates:
            match = _ESCALATE.fullmatch(text)
            severity = Severity(match["severity"].lower()) if match else classify(text).severity
            why = match["why"] if match else text
            submit.escalate(
                town,
                reading.rig,
                who,
                severity=severity,
                title=why or each.subject,
                about=each.commit,
                related=reading.bead.id,
                afresh=True,
            )


@dataclass(frozen=True, slots=True)
class Pushed:
    """A branch that arrived at the project's remote: a person's."""

    rig: Rig
    branch: str
    tip: str

    def author(self, said: Said) -> Actor:
        """Return who wrote a commit of it: a crew's branch is named for them."""
        crew, _, name = self.branch.partition("/")
        where = f"{self.rig.name}/crew/{name}" if crew == "crew" else said.author
        return Actor(where, said.email, Standing.PERSON)


def heed_pushed(town: Town, now: Snapshot, pushed: Pushed) -> list[RefusedError]:
    """Submit what a pushed branch closes; return what was refused."""
    base = now.repository.ref(pushed.rig.target)
    if base is None:
        return []
    refused: list[RefusedError] = []
    newest: dict[str, Said] = {}
    for each in read(now.repository, pushed.tip, base):
        for name in each.closes:
            newest.setdefault(name, each)
    for name, said in newest.items():
        if _has_landed(now, said, name):
            continue
        if BeadId.parse(name).prefix != pushed.rig.prefix:
            continue
        try:
            _submit_pushed(town, now, pushed, said, BeadId.parse(name))
        except RefusedError as error:
            refused.append(error)
    return refused


def _has_landed(now: Snapshot, said: Said, bead: str) -> bool:
    """Tell whether a commit was part of what *bead* has landed with, be it squashed or not."""
    return any(
        now.repository.is_ancestor(said.commit, head) for head in landed.heads_of(now, bead)
    )


def _submit_pushed(town: Town, now: Snapshot, pushed: Pushed, said: Said, bead: BeadId) -> None:
    found = now.bead(bead)
    request = submit.live_request(now, bead)
    if found.is_closed or is_polecat(found.assignee):
        return  # landed already, or an agent's work, which its own branch speaks for
    if request is not None and now.repository.is_ancestor(said.commit, request.head):
        return
    submission = submit.Submission(bead, pushed.branch, pushed.tip)
    submit.submit(town, submission, pushed.author(said))
