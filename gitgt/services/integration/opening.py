"""Give an epic an integration branch."""

from __future__ import annotations

from gitgt.errors import NotAllowedError, RefusedError
from gitgt.git import signposts
from gitgt.git.command import attempt
from gitgt.git.transaction import RefMove
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, MergeRequest
from gitgt.model.integration import name_of
from gitgt.model.lifecycle import MergeStatus
from gitgt.services import reading, target
from gitgt.services.integration import branches
from gitgt.services.integration.rules import rules
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Opened:
    """An epic and its branch; ``fresh`` is false when it had that already."""

    epic: Bead
    base: str
    fresh: bool


def create(town: Town, name: str, who: Actor, *, branch: str = "", base: str = "") -> Opened:
    """Give an epic an integration branch: what is slung below it lands there from now on.

    Without *branch* the settings name it. It begins at *base*; without one at what the epic
    itself is to land on, which may be the integration branch of an epic above.

    Raises:
        NotAllowedError: an agent asks for it.
        RefusedError: it is no open epic of a rig, or has another branch, or the name is taken.
    """
    check(who)
    rig, epic = find(town, name)
    if branch and epic.integration not in ("", branch):
        raise RefusedError(
            f"{epic.id} has the integration branch {epic.integration}",
            hint=f"git gt mq integration status {epic.id}",
        )
    if branch:
        _check_name(town.ledger_at(rig).snapshot(), rig, branch)
    fresh = False

    def decide(now: Snapshot) -> Change | None:
        nonlocal fresh
        old = now.bead(epic.id)
        start = base or branches.place(town, rig, old)
        target.check(rig, now.repository, start)
        fresh = not old.integration or now.repository.ref(_ref(old.integration)) is None
        if not fresh:
            return None
        chosen = old.integration or branch or _name(town, rig, now, old, who, start)
        if chosen == start:
            raise RefusedError(f"{chosen} cannot land on itself", hint="name another --branch")
        return _begin(now, old, chosen, start)

    now = town.ledger_at(rig).transact(decide, who)
    signposts.set_up(
        now.repository.common, targets=[*branches.protected(rig, now), town.ledger_at(rig).ref]
    )
    made = now.bead(epic.id)
    return Opened(made, target.of(rig, made), fresh)


def check(who: Actor) -> None:
    """Check that *who* may say when the work of an epic is collected, or lands.

    Raises:
        NotAllowedError: it is an agent.
    """
    if who.standing.is_agent:
        raise NotAllowedError(
            f"{who.address} is an agent, and integration branches are for people",
            hint="commit with a line 'Escalate: MEDIUM why'",
        )


def find(town: Town, name: str) -> tuple[Rig, Bead]:
    """Return the open or landed epic that *name* means, and its rig.

    Raises:
        RefusedError: it is none, or none of a rig.
    """
    found = reading.identify(town, name)
    rig = town.rig_of(found)
    if rig is None:
        raise RefusedError(
            f"{found} is the town's own and has no code to collect",
            hint="make an epic in the rig: git gt bead create TITLE --type epic --rig RIG",
        )
    epic = town.ledger_at(rig).snapshot().bead(found)
    if epic.type not in branches.WHOLES:
        raise RefusedError(
            f"{epic.id} is a {epic.type}, not an epic",
            hint=f"git gt bead update {epic.id} --type epic",
        )
    return rig, epic


def _begin(now: Snapshot, epic: Bead, branch: str, base: str) -> Change:
    if epic.is_closed:
        raise RefusedError(
            f"{epic.id} is closed", hint=f"git gt bead reopen {epic.id} --reason '...'"
        )
    moves = list(target.beginning(now.repository, base))
    if now.repository.ref(_ref(branch)) is None:
        moves.append(RefMove(_ref(branch), None, _start(now, branch, base)))
    return Change(
        f"open {branch} for {epic.id}",
        (epic.replace(integration=branch, target=base),),
        event="integration.opened",
        moves=tuple(moves),
    )


def _start(now: Snapshot, branch: str, base: str) -> str:
    """Return where *branch* begins: at its base, or where it stood if it was deleted.

    Raises:
        RefusedError: it was deleted so long ago that what had landed on it is gone as well.
    """
    landed = [
        each.landed for each in now.all(MergeRequest, status=MergeStatus.LANDED, target=branch)
    ]
    lost = [each for each in landed if not now.repository.has(each)]
    if lost:
        raise RefusedError(
            f"{branch} was deleted, and git has thrown away {lost[0][:12]}, which stood on it",
            hint="each request's own commits are kept: git for-each-ref refs/gt/pin",
        )
    found = target.tip(now.repository, base)
    assert found is not None  # it was checked
    for each in landed:
        if now.repository.is_ancestor(found, each):
            found = each
    return found


def _name(
    town: Town, rig: Rig, now: Snapshot, epic: Bead, who: Actor, base: str
) -> str:  # fmt: skip
    """Return the name that the settings give, which no other branch has.

    One that holds nothing yet and belongs to nobody was left by somebody who was killed here.
    """
    taken = {each.integration for each in branches.epics(now, closed=True)}
    tip = target.tip(now.repository, base)
    assert tip is not None  # it was checked
    for prefix in ("refs/heads/", "refs/remotes/origin/"):
        for ref, commit in now.repository.refs(prefix).items():
            is_left = prefix == "refs/heads/" and now.repository.is_ancestor(commit, tip)
            if not is_left:
                taken.add(ref.removeprefix(prefix))
    template = rules(town, rig).name
    found = name_of(template, title=epic.title, epic=epic.id, user=who.address, taken=taken)
    _check_name(now, rig, found)
    return found


def _check_name(now: Snapshot, rig: Rig, branch: str) -> None:
    target.check_kind(rig, branch)
    format_ = attempt("check-ref-format", "--branch", branch, cwd=now.repository.common)
    if branch == rig.branch or not format_.ok:
        raise RefusedError(
            f"{branch!r} is no name for an integration branch", hint="--branch integration/NAME"
        )


def _ref(branch: str) -> str:
    return f"refs/heads/{branch}"
