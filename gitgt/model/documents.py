"""The documents of a ledger, as frozen values.

A document is what one YAML file says. Text that breaks the schema never becomes one: the
door is ``ledger.documents``, and behind it nothing is checked twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, ClassVar, Final, Self

from gitgt.errors import IllegalTransitionError, RefusedError
from gitgt.model.field_order import FIELD_ORDER
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import (
    AGENT_MACHINE,
    BEAD_MACHINE,
    CONVOY_MACHINE,
    ESCALATION_MACHINE,
    LIST_MACHINE,
    MEMORY_MACHINE,
    MERGE_MACHINE,
    MESSAGE_MACHINE,
    RIG_MACHINE,
    SLING_MACHINE,
    WAIVER_MACHINE,
    WARRANT_MACHINE,
    AgentStatus,
    BeadStatus,
    BeadVerb,
    ConvoyStatus,
    EscalationStatus,
    ListStatus,
    Machine,
    MemoryStatus,
    MergeStatus,
    MessageStatus,
    RigStatus,
    SlingStatus,
    WaiverStatus,
    WarrantStatus,
)
from gitgt.values import dataclass


class WorkType(StrEnum):
    """Kinds of work."""

    TASK = "task"
    BUG = "bug"
    FEATURE = "feature"
    CHORE = "chore"
    EPIC = "epic"
    DECISION = "decision"
    MOLECULE = "molecule"
    FORMULA_GATE = "formula-gate"


class DependencyType(StrEnum):
    """How one bead hangs on another."""

    BLOCKS = "blocks"
    CONDITIONAL_BLOCKS = "conditional-blocks"
    WAITS_FOR = "waits-for"
    MERGE_BLOCKS = "merge-blocks"
    PARENT_CHILD = "parent-child"
    TRACKS = "tracks"
    RELATED = "related"
    DISCOVERED_FROM = "discovered-from"
    DUPLICATES = "duplicates"
    SUPERSEDES = "supersedes"
    REPLIES_TO = "replies-to"


class When(StrEnum):
    """What an edge waits for, where its type leaves a choice."""

    SUCCESS = "success"
    FAILURE = "failure"
    CANCELLED = "cancelled"
    ANY_CHILD = "any-child"


class Mode(StrEnum):
    """How a piece of work is worked at, if not in one conversation."""

    RALPH = "ralph"


class Outcome(StrEnum):
    """How a piece of work ended."""

    SUCCESS = "success"
    FAILURE = "failure"
    CANCELLED = "cancelled"
    NO_CHANGES = "no-changes"


class MessageType(StrEnum):
    """What a message is for. What tells something is dealt with once it was read."""

    NOTIFICATION = "notification"
    TASK = "task"
    REPLY = "reply"
    SCAVENGE = "scavenge"  # a task for whoever is free
    ESCALATION = "escalation"


class Notifications(StrEnum):
    """What an agent wants to be woken for."""

    VERBOSE = "verbose"  # all mail
    NORMAL = "normal"  # mail that is not of low priority
    MUTED = "muted"  # nothing


class QueueOrder(StrEnum):
    """What is claimed first from a queue."""

    FIFO = "fifo"
    PRIORITY = "priority"


class Severity(StrEnum):
    """How loud a call for help is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Topic(StrEnum):
    """What a memory is about; those that come first are told first."""

    FEEDBACK = "feedback"
    PROJECT = "project"
    USER = "user"
    REFERENCE = "reference"
    GENERAL = "general"


@dataclass(frozen=True, slots=True, order=True)
class Dependency:
    """An edge to another bead, which may live in another ledger: one of each type to each.

    ``when`` says which end of the other one a conditional-blocks waits for (without it:
    failure), or that a waits-for is content with any child of it.
    """

    type: DependencyType
    on: BeadId
    when: str = ""


def linked(edges: Iterable[Dependency], *new: Dependency) -> tuple[Dependency, ...]:
    """Return *edges* and the *new* ones; of one type to one bead there is one, the new one."""
    known = {(each.type, each.on) for each in new}
    return tuple(sorted({*(each for each in edges if (each.type, each.on) not in known), *new}))


@dataclass(frozen=True, slots=True, order=True)
class Comment:
    """What somebody said about a document; ``id`` is random, so comments merge as a set."""

    id: str
    at: str
    by: str
    text: str


def in_order(comments: Iterable[Comment]) -> tuple[Comment, ...]:
    """Return comments as a document holds them: as they were said."""
    return tuple(sorted(comments, key=lambda each: (each.at, each.id)))


# Labels of convoys, as Gas Town calls them.
OWNED: Final = "gt:owned"
MOUNTAIN: Final = "mountain"
PAUSED: Final = "mountain:paused"

# Fields that are sets of words: of two clones, each word is merged by itself.
SETS: Final = ("labels", "receivers", "cc", "heard", "watchers", "nudge_watchers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What all documents share. Times are RFC 3339 in UTC, for people only."""

    machine: ClassVar[Machine]
    types: ClassVar[tuple[str, ...]]
    kind: ClassVar[str]

    id: BeadId
    type: str
    title: str
    status: str
    created_at: str
    created_by: str
    labels: tuple[str, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    description: str = ""
    reason: str = ""
    closed_at: str = ""
    comments: tuple[Comment, ...] = ()
    header: str = ""
    ext: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Make the document that *fields*, which the schema has accepted, describe."""
        values = dict(fields)
        values["id"] = BeadId(values["id"])
        if "dependencies" in values:
            edges = {
                Dependency(
                    DependencyType(each["type"]), BeadId(each["on"]), each.get("when", "")
                )
                for each in values["dependencies"]
            }
            values["dependencies"] = tuple(sorted(edges))
        if "comments" in values:
            values["comments"] = in_order(Comment(**each) for each in values["comments"])
        for name in SETS:
            if name in values:
                values[name] = tuple(sorted(set(values[name])))
        for name, parse in cls._parsers().items():
            if name in values:
                values[name] = parse(values[name])
        return cls(**values)

    @classmethod
    def _parsers(cls) -> Mapping[str, Any]:
        """Return what makes a typed value out of a field's plain one."""
        return {"status": cls.machine.statuses}

    def fields(self) -> dict[str, Any]:
        """Return the document as plain values in schema order, empty fields left out."""
        found: dict[str, Any] = {}
        for name in FIELD_ORDER:
            value = getattr(self, name, None)
            if value is None or (not value and (value != 0 or name in _NONE_AT_ZERO)):
                continue
            found[name] = _plain(value)
        return found

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing leads on from here but coming back."""
        return self.status in _ENDS

    def replace(self, **changes: Any) -> Self:  # noqa: ANN401 - any field
        """Return this document with *changes*."""
        return dataclasses.replace(self, **changes)


_ENDS = frozenset(
    {
        "closed", "landed", "no-op", "withdrawn", "archived", "retired", "revoked", "forgotten",
        "tombstone", "pardoned", "executed", "failed", "docked", "dispatched",
        "circuit-broken", "cleared",
    }
)  # fmt: skip
_NONE_AT_ZERO = frozenset(
    {
        "conflicts", "estimate", "rounds", "failures", "number", "returns", "pardoned",
        "retain_count", "retain_hours", "repeats", "reescalations", "forced",
        "at_once",
    }
)  # fmt: skip
_EMPTY: Final = {
    "labels": (),
    "dependencies": (),
    "comments": (),
    "estimate": 0,
    "rounds": 0,
    "failures": 0,
    "conflicts": 0,
    "number": 0,
    "returns": 0,
    "pardoned": 0,
    "receivers": (),
    "heard": (),
    "repeats": 0,
    "reescalations": 0,
    "cc": (),
    "watchers": (),
    "nudge_watchers": (),
    "retain_count": 0,
    "retain_hours": 0,
    "at_once": 0,
    "forced": False,
}


def empty(name: str) -> Any:  # noqa: ANN401 - any field
    """Return what the field *name* holds when it says nothing."""
    return _EMPTY.get(name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bead(Document):
    """A piece of work. It closes when its code has landed."""

    machine: ClassVar[Machine] = BEAD_MACHINE
    types: ClassVar[tuple[str, ...]] = tuple(WorkType)
    kind: ClassVar[str] = "bead"

    priority: int = 2
    estimate: int = 0  # minutes
    assignee: str = ""
    owner: str = ""  # who answers for it; the assignee does it
    parent: str = ""
    target: str = ""  # the branch that it is to land on; empty for the rig's default
    integration: str = ""  # the branch that its parts land on, before all of it lands
    agent: str = ""  # the runtime asked for; empty for the default one
    mode: str = ""  # how it is worked at; empty for one conversation
    rounds: int = 0  # of a loop; 0 for as many as the settings say
    patience: str = ""  # how long nothing need be heard of its agent; empty for as usual
    failures: int = 0  # how often it was given up since a person let it be tried
    design: str = ""
    acceptance: str = ""
    notes: str = ""
    merge_request: str = ""  # the latest request that wants to land it
    convoy: str = ""  # the convoy that was made for it when it was slung
    formula: str = ""  # what a molecule was poured from
    step: str = ""  # the step of that formula which became this bead
    started_at: str = ""  # when it was first begun
    outcome: str = ""
    landed: str = ""
    closed_by: str = ""
    external: str = ""
    due_at: str = ""
    defer_until: str = ""

    @classmethod
    def _parsers(cls) -> Mapping[str, Any]:
        return {"status": BeadStatus, "type": WorkType, "outcome": Outcome, "mode": Mode}

    def after(self, verb: BeadVerb, **changes: Any) -> Bead:  # noqa: ANN401 - any field
        """Return the bead as it stands once *verb* was done with it.

        Raises:
            IllegalTransitionError: the lifecycle has no such step.
        """
        try:
            row = self.machine.after(self.status, verb)
        except IllegalTransitionError as error:
            message = f"{self.id}: {error.message}"
            raise IllegalTransitionError(message, hint=error.hint) from error
        dropped = {name: empty(name) for name in row.drops}
        return self.replace(**{**dropped, **changes, "status": BeadStatus(row.target)})

    @property
    def blockers(self) -> tuple[BeadId, ...]:
        """The beads that must be closed before this one is ready."""
        return tuple(
            each.on for each in self.dependencies if each.type is DependencyType.BLOCKS
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRequest(Document):
    """A branch that wants to land. ``head`` is pinned by a ref of ours.

    It is ``proposed`` once our gates let its head through and a forge is to merge it.
    """

    machine: ClassVar[Machine] = MERGE_MACHINE
    types: ClassVar[tuple[str, ...]] = ("merge-request",)
    kind: ClassVar[str] = "merge-request"

    source: str
    branch: str
    head: str
    target: str
    agent: str
    revision: int = 1
    conflicts: int = 0  # how often it came back because it conflicted
    proposed: str = ""
    pull_request: str = ""  # its address
    number: int = 0
    forge_state: str = ""
    returns: int = 0  # how often it came back to its author
    priority: int = 2
    queued_at: str
    jumped_at: str = ""  # when somebody let it before all others
    held: str = ""  # why it keeps its place, and is neither tested nor landed
    pardoned: int = 0  # reds up to the verdict of this number are not held against it
    findings: str = ""  # the end of the log, or the paths in conflict: for whoever mends it
    landed: str = ""

    @property
    def is_proposed(self) -> bool:
        """Tell whether the forge has the word: our gates let this head through."""
        return bool(self.proposed) and self.proposed == self.head

    @classmethod
    def _parsers(cls) -> Mapping[str, Any]:
        return {"status": MergeStatus}


@dataclass(frozen=True, slots=True, kw_only=True)
class Convoy(Document):
    """Work that travels together, across rigs. Progress is computed from its members."""

    machine: ClassVar[Machine] = CONVOY_MACHINE
    types: ClassVar[tuple[str, ...]] = ("convoy",)
    kind: ClassVar[str] = "convoy"

    owner: str = ""
    notify: str = ""
    watchers: tuple[str, ...] = ()
    nudge_watchers: tuple[str, ...] = ()
    merge: str = ""  # "local": what is handed in waits on its branch; else it is queued
    base_branch: str = ""
    epic: str = ""  # whose parts travel
    launched_at: str = ""  # since when it starts work by itself
    stalled_at: str = ""  # since when it needs somebody; ``reason`` says what for

    @classmethod
    def _parsers(cls) -> Mapping[str, Any]:
        return {"status": ConvoyStatus}

    @property
    def members(self) -> tuple[BeadId, ...]:
        """The beads that it tracks."""
        return tuple(
            each.on for each in self.dependencies if each.type is DependencyType.TRACKS
        )

    @property
    def is_owned(self) -> bool:
        """Tell whether its owner ends it, and nobody else does."""
        return OWNED in self.labels

    @property
    def is_mountain(self) -> bool:
        """Tell whether it leaves behind what is hopeless."""
        return MOUNTAIN in self.labels

    @property
    def is_paused(self) -> bool:
        """Tell whether it starts nothing for now, although it was launched."""
        return PAUSED in self.labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent(Document):
    """An identity, which outlives every session. ``title`` is its address.

    ``home`` is the town that starts it, of those that share its rig; empty: any of them.
    """

    machine: ClassVar[Machine] = AGENT_MACHINE
    types: ClassVar[tuple[str, ...]] = ("agent",)
    kind: ClassVar[str] = "agent"

    role: str
    rig: str = ""
    agent: str = ""  # the runtime that it runs on, if not the default
    notifications: str = ""  # empty for normal
    home: str = ""

    @classmethod
    def _parsers(cls) -> Mapping[str, Any]:
        return {"status": AgentStatus, "notifications": Notifications}

    @property
    def address(self) -> str:
        """How the town calls it, such as ``shop/polecats/toast``."""
        return self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation(Document):
    """A call for a person's judgement: one for each cause, however often it is called for.

    ``repeats`` is how often it was called for again, ``raised_at`` when it last grew louder,
    ``heard`` the commits that called for it. ``recipient`` is whom the caller would have hear
    of it first.
    """

    machine: ClassVar[Machine] = ESCALATION_MACHINE
    types: ClassVar[tuple[str, ...]] = ("escalation",)
    kind: ClassVar[str] = "escalation"

    severity: str
    recipient: str = ""
    about: str = ""
    cause: str = ""  # what tells it from others of the same caller; empty for what it is about
    related: str = ""
    repeats: int = 0
    reescalations: int = 0
    heard: tuple[str, ...] = ()
    source: str = ""
    raised_at: str = ""
    last_seen: str = ""
    acked_at: str = ""
    acked_by: str = ""
    closed_by: str = ""

    @classmethod
    def _parsers(cls) -> Mapping[str, Any]:
        return {"status": EscalationStatus, "severity": Severity}


_USUAL: Final = {"priority": 2, "message_type": MessageType.NOTIFICATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Document):
    """Mail. ``title`` is its subject, ``created_by`` its sender.

    It is for one ``recipient``, or waits in a ``queue`` for whoever claims it. A copy that came
    through a ``channel`` says so; what a channel keeps for itself has no recipient.
    """

    machine: ClassVar[Machine] = MESSAGE_MACHINE
    types: ClassVar[tuple[str, ...]] = ("message",)
    kind: ClassVar[str] = "message"

    priority: int = 2
    recipient: str = ""
    cc: tuple[str, ...] = ()  # who else has a copy
    queue: str = ""
    channel: str = ""
    message_type: str = MessageType.NOTIFICATION
    thread: str = ""
    reply_to: str = ""
    reader: str = ""  # who has read it; of a queue, who has claimed it
    read_at: str = ""

    @classmethod
    def _parsers(cls) -> Mapping[str, Any]:
        return {"status": MessageStatus, "message_type": MessageType}

    def fields(self) -> dict[str, Any]:
        """Return it as plain values, without what is usual."""
        found = Document.fields(self)
        return {name: each for name, each in found.items() if _USUAL.get(name) != each}

    @property
    def conversation(self) -> str:
        """The message that began what it is part of; itself, if none came before it."""
        return self.thread or str(self.id)

    @property
    def box(self) -> str:
        """Where it lies: at its recipient's, in a queue, or in a channel."""
        if self.queue:
            return f"queue:{self.queue}"
        return self.recipient or f"channel:{self.channel}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailList(Document):
    """A group, a queue or a channel; ``title`` is its name.

    ``receivers`` are whom a group means, who has subscribed to a channel, or who may claim
    from a queue (nobody named: everybody may).
    """

    machine: ClassVar[Machine] = LIST_MACHINE
    types: ClassVar[tuple[str, ...]] = ("group", "queue", "channel")
    kind: ClassVar[str] = "mail-list"

    receivers: tuple[str, ...] = ()
    order: str = ""  # of a queue; empty for the oldest first
    retain_count: int = 0  # how much a channel keeps; 0 for all
    retain_hours: int = 0

    @classmethod
    def _parsers(cls) -> Mapping[str, Any]:
        return {"status": ListStatus}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlingContext(Document):
    """Work that was slung and waits for a place: all that its dispatch has to know.

    The bead itself, its ``source``, is not touched meanwhile. ``description`` is what whoever
    slung it says to whoever will do it. There is one for each bead; it is used again when the
    bead is slung again.
    """

    machine: ClassVar[Machine] = SLING_MACHINE
    types: ClassVar[tuple[str, ...]] = ("sling-context",)
    kind: ClassVar[str] = "sling-context"

    source: str
    agent: str = ""  # the runtime asked for
    target: str = ""  # the branch to begin at and to land on
    convoy: str = ""  # the convoy that was made for it
    mode: str = ""
    rounds: int = 0
    queued_at: str
    at_once: int = 0  # so many of its convoy at once; 0 for as many as there is room for
    forced: bool = False  # it goes although it waits for others
    failures: int = 0  # how often it could not be given out; reason says why
    failed_at: str = ""  # when last

    @classmethod
    def _parsers(cls) -> Mapping[str, Any]:
        return {"status": SlingStatus, "mode": Mode}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver(Document):
    """Leave to land on *target* without a gate's pass. ``description`` says why.

    With ``tree`` it covers that tree alone; without, it covers a rig that has no gates.
    """

    machine: ClassVar[Machine] = WAIVER_MACHINE
    types: ClassVar[tuple[str, ...]] = ("waiver",)
    kind: ClassVar[str] = "waiver"

    target: str
    tree: str = ""

    @classmethod
    def _parsers(cls) -> Mapping[str, Any]:
        return {"status": WaiverStatus}


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory(Document):
    """What agents are told whenever they begin. ``title`` is its key.

    It is for all of the town, or of the rig in whose ledger it is; with ``role`` for those
    of them alone. Another text under a key is another memory: whoever wrote it made it.
    """

    machine: ClassVar[Machine] = MEMORY_MACHINE
    types: ClassVar[tuple[str, ...]] = ("memory",)
    kind: ClassVar[str] = "memory"

    topic: str
    role: str = ""

    @classmethod
    def _parsers(cls) -> Mapping[str, Any]:
        return {"status": MemoryStatus, "topic": Topic}


@dataclass(frozen=True, slots=True, kw_only=True)
class Warrant(Document):
    """A wish to end an agent's session, which is asked first whether it lives.

    ``description`` says why, ``findings`` what was found and kept as it was ended.
    """

    machine: ClassVar[Machine] = WARRANT_MACHINE
    types: ClassVar[tuple[str, ...]] = ("warrant",)
    kind: ClassVar[str] = "warrant"

    about: str
    number: int = 0  # how often it was asked
    session: str = ""  # the one that is to end; another of that agent is not meant
    started_at: str = ""  # when it was asked last
    due_at: str = ""  # when its answer is awaited
    evidence: str = ""  # how it stood when it was asked
    findings: str = ""

    @classmethod
    def _parsers(cls) -> Mapping[str, Any]:
        return {"status": WarrantStatus}


@dataclass(frozen=True, slots=True, kw_only=True)
class RigIdentity(Document):
    """What all clones are to know of a rig; ``title`` is what it is called where that was said.

    There is one in a rig's ledger at the most. While the rig is docked, ``closed_at`` and
    ``closed_by`` say since when and by whom.
    """

    machine: ClassVar[Machine] = RIG_MACHINE
    types: ClassVar[tuple[str, ...]] = ("rig",)
    kind: ClassVar[str] = "rig-identity"

    closed_by: str = ""

    @classmethod
    def _parsers(cls) -> Mapping[str, Any]:
        return {"status": RigStatus}


KINDS: Final[tuple[type[Document], ...]] = (
    Bead,
    MergeRequest,
    Convoy,
    Agent,
    Escalation,
    Message,
    MailList,
    Waiver,
    Memory,
    Warrant,
    RigIdentity,
    SlingContext,
)
# The letters in the middle of an id.
_BY_CODE: Final = {
    "mr": "merge-request", "cv": "convoy", "ag": "agent", "es": "escalation", "ms": "message",
    "wv": "waiver", "wr": "warrant", "rg": "rig", "mm": "memory", "gr": "group", "qu": "queue",
    "ch": "channel", "sc": "sling-context",
}  # fmt: skip
_BY_TYPE: Final = {name: kind for kind in KINDS for name in kind.types}


def kind_of(type_name: str) -> type[Document]:
    """Return the class for a document's ``type``.

    Raises:
        RefusedError: no document has that type.
    """
    try:
        return _BY_TYPE[type_name]
    except KeyError:
        known = ", ".join(_BY_TYPE)
        raise RefusedError(
            f"{type_name!r} is no type of document", hint=f"types: {known}"
        ) from None


def type_of(bead_id: str) -> str:
    """Return the type that an id gives away: ``hq-cv-abc12`` is a convoy's; else a task."""
    words = bead_id.split("-")
    return _BY_CODE.get(words[1], WorkType.TASK) if len(words) == 3 else WorkType.TASK


def document_from(fields: Mapping[str, Any]) -> Document:
    """Make the document, of whatever kind, that *fields* describe."""
    return kind_of(fields["type"]).from_fields(fields)


def _plain(value: object) -> object:
    if isinstance(value, Dependency):
        edge = {"type": str(value.type), "on": str(value.on)}
        return {**edge, "when": str(value.when)} if value.when else edge
    if isinstance(value, Comment):
        return {"id": value.id, "at": value.at, "by": value.by, "text": value.text}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _plain(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, str):
        return str(value)
    return value
