"""All that an agent may be told when it begins, as plain values that somebody has looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from gitgt.model.address import AUTONOMOUS
from gitgt.model.fence import is_plain
from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.model.documents import Bead, Escalation, Memory, MergeRequest
    from gitgt.model.molecule import Survey

OVERSEER = "overseer"


class State(StrEnum):
    """How a session begins."""

    NORMAL = "normal"
    AUTONOMOUS = "autonomous"  # there is work, and nobody to ask
    POST_HANDOFF = "post-handoff"
    CRASH_RECOVERY = "crash-recovery"  # an earlier session left something unfinished


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """An agent, or the person who asks, and where they stand.

    ``base`` is the branch that their work lands on, ``trunk`` the one that work of their rig
    usually does. Any other name, of a branch, somebody else may have made up.
    """

    address: str
    role: str
    rig: str = ""
    name: str = ""
    worktree: str = ""
    branch: str = ""
    base: str = ""
    trunk: str = ""
    town: str = ""

    @property
    def usual_base(self) -> str:
        """The branch that their work lands on, if it is one that we may name ourselves."""
        return self.base if self.base == self.trunk and is_plain(self.base) else ""

    @property
    def own_branch(self) -> str:
        """The branch that they stand on, if it is theirs alone, and so has a name of ours."""
        first, _, rest = self.branch.partition("/")
        is_own = first == self.role and rest.split("/")[0] == self.name
        return self.branch if is_own and is_plain(self.branch) else ""


@dataclass(frozen=True, slots=True)
class Directive:
    """What a town or a rig tells those of a role, and the file that says so."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that nobody has read yet."""

    id: str
    sender: str
    subject: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Steps:
    """Where an agent stands in a molecule; *now* are the steps that it can do."""

    root: Bead
    survey: Survey
    now: tuple[Bead, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What became of earlier attempts at a bead.

    ``back`` is the request that was sent back, ``stat`` what the branch changes so far (git's
    own summary), ``ended`` how the last session did, ``others`` the branches of other agents.
    """

    back: MergeRequest | None = None
    sessions: int = 0
    ended: str = ""
    commits: int = 0
    stat: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What an earlier session had not committed: *files* in the worktree, or a snapshot."""

    files: int = 0
    snapshot: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything; what is empty is not mentioned.

    ``unreadable`` says why nobody can tell what is on the hook: that is not an empty one.
    """

    who: Who
    role_text: str = ""
    directives: tuple[Directive, ...] = ()
    memories: tuple[Memory, ...] = ()
    beads: tuple[Bead, ...] = ()
    steps: Steps | None = None
    earlier: Mapping[str, Earlier] = field(default_factory=dict)
    unsaved: Unsaved = Unsaved()
    letters: tuple[Letter, ...] = ()
    handoff: str = ""
    escalations: tuple[Escalation, ...] = ()
    warnings: tuple[str, ...] = ()
    unreadable: str = ""

    @property
    def state(self) -> State:
        """How the session begins."""
        if self.handoff:
            return State.POST_HANDOFF
        tried = any(each.sessions and each.back is None for each in self.earlier.values())
        if self.unsaved != Unsaved() or tried:
            return State.CRASH_RECOVERY
        if self.beads and self.who.role in AUTONOMOUS:
            return State.AUTONOMOUS
        return State.NORMAL
