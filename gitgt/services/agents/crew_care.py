"""Look after the crew's worktrees: bring one up to date, give it another name, take it away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitgt.errors import RefusedError
from gitgt.git import refs, worktree
from gitgt.git.command import git
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Agent, Bead
from gitgt.model.lifecycle import AgentStatus, BeadVerb
from gitgt.services import target
from gitgt.services.agents import agents, attended, dismantle, hook
from gitgt.services.agents.attended import Begun, Wish
from gitgt.services.agents.dismantle import Kept
from gitgt.services.agents.post import Post, of_crew, present
from gitgt.services.handoff import over
from gitgt.services.handoff.over import Words
from gitgt.services.handoff.seat import seat_of
from gitgt.services.sessions import sessions
from gitgt.services.sling import new_agent
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A crew member: hook and session, and how the worktree stands to the rig's target."""

    post: Post
    state: str
    holds: str = ""
    session: str = ""
    branch: str = ""
    ahead: int = 0
    behind: int = 0
    is_clean: bool = True
    is_there: bool = True

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "address": self.post.address, "state": self.state, "holds": self.holds,
            "session": self.session, "worktree": str(self.post.worktree),
            "branch": self.branch, "ahead": self.ahead, "behind": self.behind,
            "clean": self.is_clean, "there": self.is_there,
        }  # fmt: skip


def members(town: Town, rig: Rig) -> list[Post]:
    """Return the crew of a rig by name."""
    found = town.ledger_at(rig).snapshot().all(Agent, status=AgentStatus.ACTIVE)
    names = [each.address.rpartition("/")[2] for each in found if each.role == "crew"]
    return [of_crew(rig, name) for name in sorted(names)]


def member(town: Town, post: Post) -> Member:
    """Return how a crew member's place stands."""
    seen = agents.find(town, post.address)
    session = seen.run.session if seen.run.is_running else ""
    known = Member(post=post, state=str(seen.state), holds=seen.holds, session=session)
    return _with_git(town, post, known)


def _with_git(town: Town, post: Post, known: Member) -> Member:
    git_dir = refs.git_dir_of(post.worktree)
    assert post.rig is not None
    if git_dir is None or not git_dir.is_dir():
        return Member(
            post=post, state=known.state, holds=known.holds, session=known.session,
            is_there=False,
        )  # fmt: skip
    repository = town.ledger_at(post.rig).repository
    tip, goal = worktree.tip(post.worktree), target.tip(repository, post.rig.branch)
    ahead, behind = repository.apart(tip, goal) if goal else (0, 0)
    head = worktree.head_of(git_dir)
    return Member(
        post=post, state=known.state, holds=known.holds, session=known.session,
        branch=head.removeprefix("refs/heads/") if head else "", ahead=ahead, behind=behind,
        is_clean=worktree.is_clean(post.worktree),
    )  # fmt: skip


def pristine(town: Town, post: Post) -> int:
    """Bring a clean worktree up to the target; return by how many commits.

    Raises:
        RefusedError: there is work in it that would have to be merged, or is not committed.
    """
    known = member(town, post)
    assert post.rig is not None
    if not known.is_there:
        raise RefusedError(
            f"{post.address} has no worktree", hint=f"git gt crew add {post.name}"
        )
    if not known.is_clean:
        raise RefusedError(
            f"{post.worktree} has changes that are not committed", hint="commit them first"
        )
    if known.ahead and known.behind:
        raise RefusedError(
            f"{known.branch or post.worktree} has commits of its own: {known.ahead}",
            hint=f"hand them in with git gt done, or: git rebase {post.rig.branch}",
        )
    if known.behind:
        goal = target.tip(town.ledger_at(post.rig).repository, post.rig.branch)
        git("merge", "--quiet", "--ff-only", str(goal), cwd=post.worktree)
    return known.behind


def refresh(town: Town, post: Post, who: Actor, *, message: str, agent: str = "") -> Begun:
    """Let a fresh session go on where one of the crew is: a handoff, and a successor.

    Raises:
        BusyError: it handed over just now.
        GtError: the successor cannot be had, and why.
    """
    words = Words(text=message, reason="refresh", collect=True)
    seat = seat_of(town, post.address)
    over.hand_over(town, seat, words, who)
    return attended.restart(town, post, who, Wish(agent=agent))


def rename(town: Town, rig: Rig, old: str, new: str, who: Actor) -> Post:
    """Give a crew member another name: worktree, branch, identity, and what is on the hook.

    Whoever is killed in between may type it again.

    Raises:
        NotFoundError: nobody has the old name.
        RefusedError: somebody has the new one, or a session goes on.
    """
    before, after = present(town, rig, old), of_crew(rig, new)
    _check_free(town, before, after)
    _move(town, before, after)

    def decide(now: Snapshot) -> Change:
        was = now.agent_at(before.address)
        assert was is not None
        gone = was.replace(
            status=AgentStatus.RETIRED, reason=f"goes by the name of {after.address}",
            closed_at=town.now(),
        )  # fmt: skip
        made = new_agent(town, rig, after.address, "crew", who).replace(agent=was.agent)
        held = [now.bead(bead) for whose, bead in hook.held(now) if whose == before.address]
        moved = [each.replace(assignee=after.address) for each in held]
        subject = f"{before.address} goes by the name of {after.address}"
        return Change(subject, (gone, made, *moved), event="crew.renamed")

    town.ledger_at(rig).transact(decide, who)
    return after


def _check_free(town: Town, before: Post, after: Post) -> None:
    assert before.rig is not None
    now = town.ledger_at(before.rig).snapshot()
    taken = now.agent_at(after.address)
    if taken is not None:
        raise RefusedError(f"there is a {after.address} already", hint="take another name")
    if sessions.is_running(before.rig, before.address):
        raise RefusedError(
            f"the session of {before.address} goes on",
            hint=f"git gt crew stop {before.name} --rig {before.rig.name}",
        )


def _move(town: Town, before: Post, after: Post) -> None:
    """Move worktree and branch, as far as that is not done yet."""
    assert before.rig is not None
    repository = town.ledger_at(before.rig).repository
    if before.worktree.exists() and not after.worktree.exists():
        git(
            "worktree", "move", str(before.worktree), str(after.worktree), cwd=repository.common
        )
    if repository.ref(f"refs/heads/{before.branch}"):
        place = after.worktree if after.worktree.exists() else repository.common
        git("branch", "-m", before.branch, after.branch, cwd=place)


def leaver(town: Town, rig: Rig, name: str) -> Post:
    """Return who is to leave: somebody of the crew, or who has left something behind.

    Raises:
        NotFoundError: nobody of that name is there.
    """
    post = of_crew(rig, name)
    branch = town.ledger_at(rig).repository.ref(f"refs/heads/{post.branch}")
    return post if branch or post.worktree.exists() else present(town, rig, name)


def remove(town: Town, post: Post, who: Actor, *, force: bool, purge: bool) -> Kept:
    """Let a crew member's identity rest, and take the worktree away; nothing is lost.

    With *purge*, what is assigned to them goes back to everybody. Whoever is killed in between
    may type it again.

    Raises:
        RefusedError: work is at hand there, and no force is used.
    """
    assert post.rig is not None
    if not force:
        how = f"git gt crew remove {post.name} --rig {post.rig.name} --force"
        dismantle.check(town, post.rig, post.address, how=how)

    def decide(now: Snapshot) -> Change | None:
        was = now.agent_at(post.address)
        if was is None or was.status is AgentStatus.RETIRED:
            return None
        gone = was.replace(status=AgentStatus.RETIRED, closed_at=town.now())
        off = tuple(_off(now, post.address, everything=purge))
        return Change(f"{post.address} leaves the crew", (gone, *off), event="crew.removed")

    town.ledger_at(post.rig).transact(decide, who)
    return dismantle.take_away(town, post.rig, post.address)


def _off(now: Snapshot, address: str, *, everything: bool) -> Iterator[Bead]:
    """Yield what was on the hook, or assigned at all, as it stands when that is over."""
    reason = f"{address} has left"
    for whose, bead in hook.held(now):
        if whose == address:
            yield now.bead(bead).after(BeadVerb.RELEASE, reason=reason)
    for row in now.rows(kind="bead", assignee=address) if everything else ():
        kept = now.bead(row.id)
        if not kept.is_closed and kept.status not in hook.HELD:
            yield kept.replace(assignee="")


def beside(town: Town, rig: Rig, name: str, step: int) -> Post:
    """Return the next or the previous of those in the crew who have a session.

    Raises:
        RefusedError: nobody has.
    """
    running = [each for each in members(town, rig) if sessions.is_running(rig, each.address)]
    if not running:
        raise RefusedError(
            f"nobody in the crew of {rig.name} has a session", hint="git gt crew start NAME"
        )
    names = [each.name for each in running]
    if name in names:
        return running[(names.index(name) + step) % len(running)]
    later = [each for each in running if each.name > name]
    return (later or running)[0] if step > 0 else running[-1]
