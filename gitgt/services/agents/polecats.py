"""Look after polecats: take a sandbox away, let old branches go, give another name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gitgt.errors import NotFoundError, RefusedError
from gitgt.git import trash, worktree
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model import ids
from gitgt.model.actor import Actor
from gitgt.model.documents import Agent, Dependency, DependencyType, MergeRequest
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import AgentStatus
from gitgt.services import beads, namepool, sling, submit, target
from gitgt.services.agents import dismantle, hook, sandbox
from gitgt.services.agents.dismantle import Kept
from gitgt.services.agents.hook_record import full
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

# So many commits behind, and a sandbox that nobody uses is an old one (Gas Town's number).
OLD: Final = 20
_POLECAT: Final = "polecat"
_HEADS: Final = "refs/heads/"


def every(town: Town, rig: Rig, *, retired: bool = False) -> list[Agent]:
    """Return the polecats of a rig by name; with *retired* also those that are no more."""
    found = town.ledger_at(rig).snapshot().all(Agent)
    return sorted(
        (
            each
            for each in found
            if each.role == _POLECAT and (retired or each.status is AgentStatus.ACTIVE)
        ),
        key=lambda each: each.address,
    )


def find(town: Town, address: str) -> tuple[Rig, Agent]:
    """Return the polecat at *address*, whose role's word may be left out, and its rig.

    Raises:
        NotFoundError: there is none.
    """
    whose = full(town, address)
    rig = town.rig(whose.partition("/")[0])
    found = town.ledger_at(rig).snapshot().agent_at(whose)
    if found is None or found.role != _POLECAT:
        raise NotFoundError(f"there is no polecat {address!r}", hint="git gt polecat list")
    return rig, found


def nuke(
    town: Town, rig: Rig, address: str, who: Actor, *, force: bool, but_branches: bool = False
) -> Kept:
    """Take a polecat's sandbox away, and its branches; its identity stays, and nothing is lost.

    What is on its hook is open again first.

    Raises:
        RefusedError: work is at hand there, and no force is used.
    """
    if not force:
        how = f"git gt polecat nuke {address} --force"
        dismantle.check(town, rig, address, how=how)
    for whose, bead in hook.held(town.ledger_at(rig).snapshot()):
        if whose == address:
            reason = f"the sandbox of {address} was taken away"
            beads.release_from(town, BeadId.parse(bead), address, who, reason=reason)
    return dismantle.take_away(town, rig, address, but_branches=but_branches)


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """A sandbox that nobody uses: how far behind the target, and what speaks for keeping it."""

    address: str
    behind: int
    kept_for: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "address": self.address, "behind": self.behind, "kept_for": list(self.kept_for)
        }  # fmt: skip


def stale(town: Town, rig: Rig, *, threshold: int = OLD) -> list[Idle]:
    """Return the sandboxes that are *threshold* commits or more behind, or no checkouts at all.

    One in which a session goes on, or whose agent has work on its hook, is not among them.
    """
    now = town.ledger_at(rig).snapshot()
    held = hook.hooks(now)
    goal = target.tip(now.repository, rig.branch)
    found: list[Idle] = []
    for each in every(town, rig):
        path = sandbox.path_of(rig, each.address)
        if each.address in held or sessions.is_running(rig, each.address) or not path.is_dir():
            continue
        is_made = (path / ".git").exists()
        behind = now.repository.apart(worktree.tip(path), goal)[1] if goal and is_made else 0
        if behind >= threshold or not is_made:
            why = tuple(dismantle.at_hand(town, rig, each.address))
            found.append(Idle(address=each.address, behind=behind, kept_for=why))
    return found


@dataclass(frozen=True, slots=True)
class Branches:
    """The branches of polecats that nobody stands on: those that may go, and the others.

    What has not landed stays: somebody may go on with it.
    """

    gone: dict[str, str]
    kept: dict[str, int]

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        kept = [{"branch": name, "commits": count} for name, count in self.kept.items()]
        return {"gone": [*self.gone], "kept": kept}


def old_branches(town: Town, rig: Rig) -> Branches:
    """Return the branches that are on no hook, in no sandbox, and of no live request."""
    now = town.ledger_at(rig).snapshot()
    needed = {sandbox.branch_of(whose, bead) for whose, bead in hook.held(now)}
    needed |= {each.branch for each in now.all(MergeRequest, status=submit.LIVE)}
    for each in worktree.worktrees(now.repository):
        needed.add((each.branch or "").removeprefix(_HEADS))
    found = now.repository.refs(f"{_HEADS}polecat/")
    names = {ref.removeprefix(_HEADS): tip for ref, tip in found.items()}
    idle = {name: tip for name, tip in names.items() if name not in needed}
    counts = {name: _unlanded(rig, now, name, tip) for name, tip in idle.items()}
    return Branches(
        {name: tip for name, tip in idle.items() if not counts[name]},
        {name: count for name, count in counts.items() if count},
    )


def _unlanded(rig: Rig, now: Snapshot, name: str, tip: str) -> int:
    address = f"{rig.name}/polecats/{name.split('/')[1]}"
    return dismantle.unlanded(rig, now, address, name, tip)


def collect(town: Town, rig: Rig) -> Branches:
    """Let the branches go that nobody needs, into the trash; return them."""
    found = old_branches(town, rig)
    repository = town.ledger_at(rig).repository
    what = {f"heads/{name}": tip for name, tip in found.gone.items()}
    trash.discard(repository, what, now=town.clock())
    dismantle.delete(repository, found.gone)
    return found


def add(town: Town, rig: Rig, name: str, who: Actor) -> str:
    """Give a new polecat an identity, under a name of the pool if none is given.

    Raises:
        RefusedError: there is one of that name, or it can be no name.
    """
    chosen = name or _free(town, rig)
    address = f"{rig.name}/polecats/{ids.parse_member(chosen)}"
    found = town.ledger_at(rig).snapshot().agent_at(address)
    if found is not None and found.status is AgentStatus.ACTIVE:
        raise RefusedError(f"there is a {address} already", hint="take another name")
    sling.enlist(town, rig, address, who)
    return address


def _free(town: Town, rig: Rig) -> str:
    return namepool.free(town, rig, town.ledger_at(rig).snapshot())


def rename(town: Town, rig: Rig, old: Agent, new: str, who: Actor) -> str:
    """Give a polecat another name; its CV goes along.

    Raises:
        RefusedError: it has a sandbox or work, or somebody has that name.
    """
    address = f"{rig.name}/polecats/{ids.parse_member(new)}"
    _check_bare(town, rig, old.address)

    def decide(now: Snapshot) -> Change:
        if now.agent_at(address) is not None:
            raise RefusedError(f"there is a {address} already", hint="take another name")
        gone = _retired(town, old, f"goes by the name of {address}")
        edge = Dependency(DependencyType.SUPERSEDES, old.id)
        made = sling.new_agent(town, rig, address, _POLECAT, who)
        made = made.replace(agent=old.agent, dependencies=(edge,))
        subject = f"{old.address} goes by the name of {address}"
        return Change(subject, (gone, made), event="agent.renamed")

    town.ledger_at(rig).transact(decide, who)
    return address


def retire(town: Town, rig: Rig, agent: Agent, who: Actor, *, reason: str) -> None:
    """Let a polecat's identity rest: it is given no work any more, and its CV stays.

    Raises:
        RefusedError: it has a sandbox or work.
    """
    _check_bare(town, rig, agent.address)

    def decide(now: Snapshot) -> Change | None:
        was = now.agent_at(agent.address)
        if was is None or was.status is AgentStatus.RETIRED:
            return None
        return Change(
            f"{agent.address} retires", (_retired(town, was, reason),), event="agent.retired"
        )

    town.ledger_at(rig).transact(decide, who)


def _retired(town: Town, agent: Agent, reason: str) -> Agent:
    return agent.replace(status=AgentStatus.RETIRED, closed_at=town.now(), reason=reason)


def _check_bare(town: Town, rig: Rig, address: str) -> None:
    found = [*_in_use(town, rig, address)]
    if found:
        raise RefusedError(
            f"{address} is in use: {'; '.join(found)}", hint=f"git gt polecat nuke {address}"
        )


def _in_use(town: Town, rig: Rig, address: str) -> Iterator[str]:
    yield from dismantle.at_hand(town, rig, address)
    if sandbox.path_of(rig, address).exists():
        yield "it has a sandbox"
