"""What may follow what: one table for each type of document.

Commands, the check of hand-made commits, the roles, the diagrams in the documentation and
the property tests all read these tables. No other place decides about a status.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

from gitgt.errors import IllegalTransitionError, NotAllowedError
from gitgt.model.actor import Standing
from gitgt.values import dataclass

ANYONE: Final = frozenset(Standing)
PEOPLE: Final = frozenset({Standing.PERSON, Standing.TOWN})
# Who gives out work: people, and the agents that people talk to.
LEADERS: Final = PEOPLE | {Standing.COORDINATOR}
TOWN: Final = frozenset({Standing.TOWN})


@dataclass(frozen=True, slots=True)
class Transition:
    """A row: in *source*, *verb* leads to *target*, if one of *who* does it.

    ``needs`` names the fields that the document must carry afterwards, ``drops`` those that
    it must have lost. What is ``rash`` is not offered as a way out.
    """

    source: str
    verb: str
    target: str
    who: frozenset[Standing] = ANYONE
    needs: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    rash: bool = False


class Machine:
    """A lifecycle as a table; only *makers* make such a document or change what it says.

    What is *passing* may go from the ledger once it has ended: the town sweeps it, and only the
    history knows it from then on.
    """

    def __init__(
        self,
        noun: str,
        statuses: type[StrEnum],
        start: Iterable[str],
        rows: Iterable[Transition],
        *,
        makers: frozenset[Standing] = ANYONE,
        passing: bool = False,
    ) -> None:
        self.noun = noun
        self.statuses = statuses
        self.start = frozenset(start)
        self.rows = tuple(rows)
        self.makers = makers
        self.passing = passing

    def __iter__(self) -> Iterator[Transition]:
        return iter(self.rows)

    @property
    def beginning(self) -> str:
        """The status of a document that says none: open, where there is such a thing."""
        return (
            "open"
            if "open" in self.start
            else next(s for s in self.statuses if s in self.start)
        )

    def verbs_from(self, status: str) -> tuple[str, ...]:
        """Return what one can do with a document in *status*."""
        return tuple(dict.fromkeys(row.verb for row in self.rows if row.source == status))

    def after(self, status: str, verb: str) -> Transition:
        """Return the row for *verb* in *status*.

        Raises:
            IllegalTransitionError: there is none.
        """
        for row in self.rows:
            if row.source == status and row.verb == verb:
                return row
        raise IllegalTransitionError(
            f"cannot {verb} a {self.noun} that is {status}", hint=self._ways_out(status)
        )

    def between(self, old: str, new: str, who: Standing) -> Transition | None:
        """Return the row that leads from *old* to *new* for *who*; None if nothing changed.

        Raises:
            IllegalTransitionError: no row leads there.
            NotAllowedError: one does, but not for *who*.
        """
        if old == new:
            return None
        rows = [row for row in self.rows if row.source == old and row.target == new]
        if not rows:
            raise IllegalTransitionError(
                f"a {self.noun} that is {old} cannot become {new}", hint=self._ways_out(old)
            )
        for row in rows:
            if who in row.who:
                return row
        allowed = " or ".join(sorted(set().union(*(row.who for row in rows))))
        raise NotAllowedError(
            f"only {_an(allowed)} may {rows[0].verb} a {self.noun} ({old} to {new})",
            hint=self._ways_out(old),
        )

    def _ways_out(self, status: str) -> str:
        ways = [
            f"{row.verb} ({row.target})" if row.verb != row.target else row.verb
            for row in self.rows
            if row.source == status and not row.rash
        ]
        return f"from {status} one can: {', '.join(ways)}" if ways else f"{status} is final"


def _an(word: str) -> str:
    return f"{'an' if word[:1] in 'aeiou' else 'a'} {word}" if word != "town" else "the town"


class BeadStatus(StrEnum):
    """Where a piece of work stands."""

    OPEN = "open"
    HOOKED = "hooked"
    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"
    DEFERRED = "deferred"
    PINNED = "pinned"
    CLOSED = "closed"
    TOMBSTONE = "tombstone"


class BeadVerb(StrEnum):
    """What can be done with a piece of work."""

    SLING = "sling"
    BEGIN = "begin"
    RELEASE = "release"
    SEND_BACK = "send-back"
    LAND = "land"
    CLOSE = "close"
    REOPEN = "reopen"
    BLOCK = "block"
    UNBLOCK = "unblock"
    DEFER = "defer"
    UNDEFER = "undefer"
    PIN = "pin"
    UNPIN = "unpin"
    DELETE = "delete"


class MergeStatus(StrEnum):
    """Where a merge request stands; being tested is derived, not stored."""

    QUEUED = "queued"
    BLOCKED = "blocked"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    ESCALATED = "escalated"
    LANDED = "landed"
    NO_OP = "no-op"
    WITHDRAWN = "withdrawn"


class ConvoyStatus(StrEnum):
    """Where a convoy stands."""

    STAGED_READY = "staged_ready"
    STAGED_WARNINGS = "staged_warnings"
    OPEN = "open"
    CLOSED = "closed"


class EscalationStatus(StrEnum):
    """Where a call for help stands."""

    OPEN = "open"
    ACKED = "acked"
    CLOSED = "closed"


class MessageStatus(StrEnum):
    """Where a message stands with its reader."""

    UNREAD = "unread"
    READ = "read"
    ARCHIVED = "archived"


class ListStatus(StrEnum):
    """Whether a group, a queue or a channel can be written to."""

    ACTIVE = "active"
    CLOSED = "closed"


class AgentStatus(StrEnum):
    """Whether an identity is in use. What the agent is doing is looked at, never stored."""

    ACTIVE = "active"
    RETIRED = "retired"


class HookStatus(StrEnum):
    """Where the place of an agent's work stands. It follows from bead and session."""

    CREATED = "created"  # nothing hangs there
    ACTIVE = "active"  # work, and somebody at it
    SUSPENDED = "suspended"  # work, and nobody at it just now
    COMPLETED = "completed"  # handed in
    ARCHIVED = "archived"  # landed, or ended otherwise: it stays as it is


class SlingStatus(StrEnum):
    """Where work stands that was slung while there was no place for it."""

    OPEN = "open"
    DISPATCHED = "dispatched"
    CIRCUIT_BROKEN = "circuit-broken"
    CLEARED = "cleared"


class WaiverStatus(StrEnum):
    """Whether a waiver still covers anything."""

    ACTIVE = "active"
    REVOKED = "revoked"


class RigStatus(StrEnum):
    """Whether a rig is worked on."""

    OPERATIONAL = "operational"
    DOCKED = "docked"


class MemoryStatus(StrEnum):
    """Whether a memory is still told."""

    ACTIVE = "active"
    FORGOTTEN = "forgotten"


class WarrantStatus(StrEnum):
    """How far a warrant is: whether its agent was asked, and what became of it."""

    FILED = "filed"
    INTERROGATING = "interrogating"
    UNANSWERED = "unanswered"  # a person must say what is to be done
    PARDONED = "pardoned"
    EXECUTING = "executing"
    EXECUTED = "executed"
    FAILED = "failed"


_B, _V = BeadStatus, BeadVerb
_LIVE = (_B.OPEN, _B.HOOKED, _B.IN_PROGRESS, _B.BLOCKED, _B.DEFERRED, _B.PINNED)
# What a deleted bead no longer says; its name, title and end stay, so that what points to it
# points to something.
EMPTIED: Final = (
    "header", "estimate", "assignee", "agent", "mode", "rounds", "patience", "owner",
    "parent", "target", "integration", "merge_request", "convoy", "formula", "step", "due_at",
    "defer_until", "external", "labels", "dependencies", "description", "design",
    "acceptance", "notes",
)  # fmt: skip

BEAD_MACHINE: Final = Machine(
    "bead",
    BeadStatus,
    (_B.OPEN, _B.HOOKED, _B.BLOCKED, _B.DEFERRED, _B.PINNED),
    [
        Transition(_B.OPEN, _V.SLING, _B.HOOKED, LEADERS, needs=("assignee",)),
        Transition(_B.HOOKED, _V.BEGIN, _B.IN_PROGRESS, needs=("assignee",)),
        # A person needs nobody to sling them what they have begun themselves.
        Transition(_B.OPEN, _V.BEGIN, _B.IN_PROGRESS, LEADERS, needs=("assignee",)),
        Transition(_B.HOOKED, _V.RELEASE, _B.OPEN, drops=("assignee",)),
        Transition(_B.IN_PROGRESS, _V.RELEASE, _B.OPEN, drops=("assignee",)),
        Transition(_B.IN_PROGRESS, _V.SEND_BACK, _B.HOOKED, PEOPLE, needs=("assignee",)),
        Transition(_B.IN_PROGRESS, _V.LAND, _B.CLOSED, TOWN, needs=("landed", "outcome")),
        *(
            # An agent may say that nothing needed doing; that work is done, the target says.
            Transition(status, _V.CLOSE, _B.CLOSED, needs=("outcome",), drops=("landed",))
            for status in _LIVE
        ),
        Transition(
            _B.CLOSED, _V.REOPEN, _B.OPEN, LEADERS, drops=("assignee", "outcome", "landed")
        ),
        *(
            Transition(status, _V.BLOCK, _B.BLOCKED, drops=("assignee",))
            for status in (_B.OPEN, _B.HOOKED, _B.IN_PROGRESS)
        ),
        Transition(_B.BLOCKED, _V.UNBLOCK, _B.OPEN),
        *(
            Transition(status, _V.DEFER, _B.DEFERRED, drops=("assignee",))
            for status in (_B.OPEN, _B.HOOKED, _B.IN_PROGRESS, _B.BLOCKED)
        ),
        Transition(_B.DEFERRED, _V.UNDEFER, _B.OPEN),
        Transition(_B.OPEN, _V.PIN, _B.PINNED, LEADERS),
        Transition(_B.PINNED, _V.UNPIN, _B.OPEN, LEADERS),
        *(
            Transition(
                status, _V.DELETE, _B.TOMBSTONE, PEOPLE, ("outcome",), EMPTIED, rash=True
            )
            for status in (*_LIVE, _B.CLOSED)
        ),
    ],
)

_M = MergeStatus
_BACK = (_M.BLOCKED, _M.CONFLICT, _M.REJECTED, _M.ESCALATED)

MERGE_MACHINE: Final = Machine(
    "merge request",
    MergeStatus,
    (_M.QUEUED,),
    [
        Transition(_M.QUEUED, "land", _M.LANDED, TOWN, needs=("landed",)),
        Transition(_M.QUEUED, "skip", _M.NO_OP, TOWN),
        Transition(_M.QUEUED, "block", _M.BLOCKED, TOWN, needs=("reason",)),
        Transition(_M.QUEUED, "conflict", _M.CONFLICT, TOWN, needs=("reason",)),
        *(
            Transition(status, "reject", _M.REJECTED, PEOPLE, needs=("reason",))
            for status in (_M.QUEUED, _M.BLOCKED, _M.ESCALATED)
        ),
        *(Transition(status, "revise", _M.QUEUED) for status in _BACK),
        Transition(_M.BLOCKED, "unblock", _M.QUEUED, TOWN),
        *(
            Transition(status, "retry", _M.QUEUED, PEOPLE)
            for status in (_M.CONFLICT, _M.REJECTED, _M.ESCALATED)
        ),
        *(
            Transition(status, "escalate", _M.ESCALATED, PEOPLE, needs=("reason",))
            for status in (_M.QUEUED, _M.BLOCKED, _M.CONFLICT, _M.REJECTED)
        ),
        *(
            Transition(status, "withdraw", _M.WITHDRAWN, needs=("reason",))
            for status in (_M.QUEUED, *_BACK)
        ),
    ],
)

_C = ConvoyStatus
CONVOY_MACHINE: Final = Machine(
    "convoy",
    ConvoyStatus,
    (_C.STAGED_READY, _C.STAGED_WARNINGS, _C.OPEN),
    [
        Transition(_C.STAGED_READY, "launch", _C.OPEN),
        Transition(_C.STAGED_WARNINGS, "launch", _C.OPEN, LEADERS),
        Transition(_C.STAGED_READY, "stage", _C.STAGED_WARNINGS),
        Transition(_C.STAGED_WARNINGS, "stage", _C.STAGED_READY),
        Transition(_C.STAGED_READY, "close", _C.CLOSED, LEADERS),
        Transition(_C.STAGED_WARNINGS, "close", _C.CLOSED, LEADERS),
        Transition(_C.OPEN, "close", _C.CLOSED, LEADERS),
        Transition(_C.CLOSED, "reopen", _C.OPEN),
    ],
)

_E = EscalationStatus
ESCALATION_MACHINE: Final = Machine(
    "escalation",
    EscalationStatus,
    (_E.OPEN,),
    [
        Transition(_E.OPEN, "ack", _E.ACKED),
        Transition(_E.OPEN, "close", _E.CLOSED),
        Transition(_E.ACKED, "close", _E.CLOSED),
    ],
)

_T = MessageStatus
MESSAGE_MACHINE: Final = Machine(
    "message",
    MessageStatus,
    (_T.UNREAD,),
    [
        # Whoever has it says so: of what waits in a queue, that is a claim.
        Transition(_T.UNREAD, "read", _T.READ, needs=("reader",)),
        Transition(_T.READ, "release", _T.UNREAD, drops=("reader", "read_at")),
        Transition(_T.UNREAD, "archive", _T.ARCHIVED),
        Transition(_T.READ, "archive", _T.ARCHIVED),
    ],
    passing=True,
)

_L = ListStatus
LIST_MACHINE: Final = Machine(
    "mail list",
    ListStatus,
    (_L.ACTIVE,),
    [
        Transition(_L.ACTIVE, "close", _L.CLOSED),
        Transition(_L.CLOSED, "reopen", _L.ACTIVE),
    ],
)

AGENT_MACHINE: Final = Machine(
    "agent",
    AgentStatus,
    (AgentStatus.ACTIVE,),
    [
        Transition(AgentStatus.ACTIVE, "retire", AgentStatus.RETIRED, PEOPLE),
        Transition(AgentStatus.RETIRED, "return", AgentStatus.ACTIVE, LEADERS),
    ],
)

_H = HookStatus
_AT_HAND = (_H.ACTIVE, _H.SUSPENDED)
# No document has this status: what leads from one to the other is done to the bead on the
# hook, or is that a session begins or ends.
HOOK_MACHINE: Final = Machine(
    "hook",
    HookStatus,
    (_H.CREATED,),
    [
        Transition(_H.CREATED, "assign", _H.SUSPENDED),
        Transition(_H.CREATED, "take-up", _H.ACTIVE),
        Transition(_H.SUSPENDED, "resume", _H.ACTIVE),
        Transition(_H.ACTIVE, "suspend", _H.SUSPENDED),
        *(Transition(status, "complete", _H.COMPLETED) for status in _AT_HAND),
        Transition(_H.COMPLETED, "send-back", _H.SUSPENDED),
        Transition(_H.COMPLETED, "take-up-again", _H.ACTIVE),
        *(Transition(status, "clear", _H.CREATED) for status in (*_AT_HAND, _H.COMPLETED)),
        *(Transition(status, "archive", _H.ARCHIVED) for status in (_H.COMPLETED, *_AT_HAND)),
    ],
)

_G = SlingStatus
# Nothing is set back by itself: what was given out, or could not be, is slung anew.
SLING_MACHINE: Final = Machine(
    "sling context",
    SlingStatus,
    (_G.OPEN,),
    [
        Transition(_G.OPEN, "dispatch", _G.DISPATCHED, TOWN),
        *(
            # What was given out, and whose session could not begin, was not given out.
            Transition(status, "break", _G.CIRCUIT_BROKEN, TOWN, needs=("reason",))
            for status in (_G.OPEN, _G.DISPATCHED)
        ),
        Transition(_G.OPEN, "clear", _G.CLEARED, LEADERS),
        *(
            Transition(status, "schedule", _G.OPEN, LEADERS)
            for status in (_G.DISPATCHED, _G.CIRCUIT_BROKEN, _G.CLEARED)
        ),
    ],
    makers=LEADERS,
    passing=True,
)

WAIVER_MACHINE: Final = Machine(
    "waiver",
    WaiverStatus,
    (WaiverStatus.ACTIVE,),
    [Transition(WaiverStatus.ACTIVE, "revoke", WaiverStatus.REVOKED, PEOPLE)],
    makers=PEOPLE,
)

RIG_MACHINE: Final = Machine(
    "rig",
    RigStatus,
    # One that was never docked has no document, so it may begin as docked.
    (RigStatus.OPERATIONAL, RigStatus.DOCKED),
    [
        Transition(RigStatus.OPERATIONAL, "dock", RigStatus.DOCKED, LEADERS),
        Transition(RigStatus.DOCKED, "undock", RigStatus.OPERATIONAL, LEADERS),
    ],
    makers=LEADERS,
)

MEMORY_MACHINE: Final = Machine(
    "memory",
    MemoryStatus,
    (MemoryStatus.ACTIVE,),
    [Transition(MemoryStatus.ACTIVE, "forget", MemoryStatus.FORGOTTEN)],
)

_W = WarrantStatus
_UNDECIDED: Final = (_W.FILED, _W.INTERROGATING, _W.UNANSWERED)
WARRANT_MACHINE: Final = Machine(
    "warrant",
    WarrantStatus,
    (_W.FILED,),
    [
        Transition(_W.FILED, "ask", _W.INTERROGATING, TOWN, needs=("session", "due_at")),
        Transition(_W.INTERROGATING, "give-up", _W.UNANSWERED, TOWN),
        *(
            Transition(status, "pardon", _W.PARDONED, LEADERS, needs=("reason",))
            for status in _UNDECIDED
        ),
        *(Transition(status, "execute", _W.EXECUTING, PEOPLE) for status in _UNDECIDED),
        Transition(_W.EXECUTING, "finish", _W.EXECUTED, PEOPLE, needs=("findings",)),
        Transition(_W.EXECUTING, "fail", _W.FAILED, PEOPLE, needs=("reason",)),
    ],
    makers=LEADERS,
)
