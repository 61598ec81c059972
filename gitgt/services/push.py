"""What may be pushed where: judged before anything leaves.

The pre-push hook also runs for dry runs and before the push succeeds, so this refuses and
records nothing. The sign that a push arrived is the remote-tracking ref.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

from gitgt.errors import RefusedError
from gitgt.values import dataclass

_HEADS: Final = "refs/heads/"
_DESKS: Final = "refs/heads/desk/"
_COLLECTING: Final = "refs/heads/integration/"
# Ours, and nobody's business outside before the rig is shared.
_OURS: Final = ("refs/heads/polecat/", "refs/notes/gt/", "refs/gt/")
# Whose turn it is to land at a remote; what lands there takes it along.
_TURNS: Final = "refs/gt/lease/refinery/"
# Of this clone alone, shared or not.
_STAYS: Final = (
    _DESKS, "refs/gt/chained", "refs/gt/intent/", "refs/gt/judged", "refs/gt/lease/",
    "refs/gt/local", "refs/gt/probe/", "refs/gt/seen/", "refs/gt/theirs/", "refs/gt/trash/",
    "refs/gt/wisps",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PushedRef:
    """One line that git hands to pre-push; empty ids stand for "is not there"."""

    local_ref: str
    local_oid: str
    remote_ref: str
    remote_oid: str

    @property
    def is_deletion(self) -> bool:
        """Tell whether the remote's ref is to go."""
        return not self.local_oid


@dataclass(frozen=True, slots=True)
class Pusher:
    """Who pushes from where: an agent's address or "", and what the rig says."""

    agent: str
    targets: Collection[str]
    ledger_ref: str
    shared: bool
    rig: str = "NAME"
    remote: str = "origin"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one ref may not be pushed, and what to do instead."""

    ref: str
    why: str
    hint: str


def parse_lines(text: str) -> tuple[PushedRef, ...]:
    """Read what git hands to pre-push.

    Raises:
        RefusedError: a line has not the four words that git writes.
    """
    return tuple(_parse(row) for row in text.splitlines() if row.strip())


def _parse(row: str) -> PushedRef:
    words = row.rsplit(" ", 3)  # the first, a revision that somebody typed, may hold spaces
    if len(words) != 4:
        raise RefusedError(f"{row!r} is not what git hands to pre-push")
    local_ref, local_oid, remote_ref, remote_oid = words
    return PushedRef(local_ref, _known(local_oid), remote_ref, _known(remote_oid))


def _known(oid: str) -> str:
    return oid if oid.strip("0") else ""


def judge_push(
    lines: Sequence[PushedRef], pusher: Pusher, *, contains: Callable[[str, str], bool]
) -> tuple[Refusal, ...]:
    """Return what speaks against a push.

    ``contains(new, old)`` tells whether *new* holds all that *old* does; an *old* that is not
    here is held by nothing.
    """
    found = (_judge(line, pusher, contains) for line in lines)
    return tuple(each for each in found if each is not None)


def _judge(
    line: PushedRef, pusher: Pusher, contains: Callable[[str, str], bool]
) -> Refusal | None:
    ref = line.remote_ref
    if pusher.ledger_ref in (ref, line.local_ref):
        return _judge_ledger(line, pusher, contains)
    if pusher.agent and (ref in pusher.targets or ref.startswith(_COLLECTING)):
        return Refusal(
            ref,
            f"{pusher.agent} may not push to {_short(ref)}: the refinery lands",
            "git gt done",
        )
    if pusher.shared and not pusher.agent and ref.startswith(_TURNS):
        return None
    if ref.startswith(_STAYS) and not line.is_deletion:
        branch = _short(pusher.ledger_ref) if ref.startswith(_DESKS) else "BRANCH"
        return Refusal(
            ref,
            f"{_short(ref)} belongs to this clone alone",
            f"git push {pusher.remote} {branch}",
        )
    if ref.startswith(_OURS) and not pusher.shared and not line.is_deletion:
        return _unshared(ref, pusher)
    return None


def _judge_ledger(
    line: PushedRef, pusher: Pusher, contains: Callable[[str, str], bool]
) -> Refusal | None:
    ref, name = line.remote_ref, _short(line.remote_ref)
    if line.is_deletion:
        return Refusal(ref, f"{name} is the ledger: deleting it loses all beads", "")
    if pusher.agent:
        return Refusal(ref, f"{pusher.agent} may not push the ledger", "git gt done")
    if not pusher.shared:
        return _unshared(ref, pusher)
    if line.remote_oid and not contains(line.local_oid, line.remote_oid):
        return Refusal(
            ref,
            f"{name} is the ledger: it is merged, never forced",
            "git gt sync",
        )
    return None


def _unshared(ref: str, pusher: Pusher) -> Refusal:
    return Refusal(
        ref,
        f"{_short(ref)} is the town's own: the rig is not shared",
        f"git gt rig share {pusher.rig}",
    )


def _short(ref: str) -> str:
    return ref.removeprefix(_HEADS)
