"""Sessions of those that people talk to: the mayor and the crew. They are begun by asking.

Nobody watches them: none is started because work hangs on a hook, and none is ended because
the hook is empty. Several may ask at once, and one session begins.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from gitgt.errors import NotFoundError, RefusedError
from gitgt.git.turn import turn
from gitgt.model.actor import Actor
from gitgt.model.dispatch import SessionState
from gitgt.model.documents import Agent
from gitgt.model.ids import base36
from gitgt.model.instant import text_of
from gitgt.runtime.assignment import Assignment, Permission, TakesUp, slug
from gitgt.runtime.launchers.surface import has_terminal
from gitgt.runtime.presets import Runtime
from gitgt.services import freeze
from gitgt.services.agents import hook, wip
from gitgt.services.agents.post import CREW, Post, enlist
from gitgt.services.costs import budgets
from gitgt.services.sessions import (
    programs,
    prompt,
    runtimes,
    session_records,
    sessions,
    transcripts,
)
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Wish:
    """How a session is to be: on which runtime and model, and whether it may act unasked.

    With *resume* it goes on with the last conversation, where its runtime can.
    """

    agent: str = ""
    model: str = ""
    permission: Permission = Permission.AUTONOMOUS
    resume: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that goes on now; ``fresh`` tells whether it was begun just now."""

    session: str
    fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an agent that people talk to is doing: its last session, and its hook."""

    address: str
    is_running: bool
    session: str = ""
    runtime: str = ""
    since: str = ""
    ended: str = ""
    worktree: Path
    holds: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """Where it is: here, away, or nobody yet."""
        if self.is_running:
            return "here"
        return "away" if self.session else "never sat yet"

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "address": self.address, "running": self.is_running, "session": self.session,
            "runtime": self.runtime, "since": self.since, "ended": self.ended,
            "worktree": str(self.worktree), "holds": list(self.holds),
        }  # fmt: skip

    def shown(self) -> list[tuple[str, str]]:
        """Return what is shown of it, less what says nothing."""
        told = self.fields() | {"holds": " ".join(self.holds)}
        names = ("session", "runtime", "since", "ended", "worktree", "holds")
        return [(name, told[name]) for name in names if told[name]]


def standing(town: Town, post: Post) -> Standing:
    """Return how the agent of *post* is doing."""
    seen = sessions.look(post.place, post.address)
    told = session_records.records(town, post.place, address=post.address)
    last = next((each for each in reversed(told) if each.session == seen.session), None)
    return Standing(
        address=post.address,
        is_running=seen.state is SessionState.RUNNING,
        session=seen.session,
        runtime=last.runtime if last else "",
        since=text_of(seen.run.at) if seen.run.at else "",
        ended=seen.said,
        worktree=post.worktree,
        holds=tuple(each.id for each in hook.at(town, post.address)),
    )


def start(
    town: Town, post: Post, who: Actor, wish: Wish | None = None, *, topic: str = ""
) -> Begun:
    """Begin a session of *post*, if none goes on; *topic* is what for.

    Raises:
        BusyError: the town is frozen, or the rig.
        NotFoundError: there is no worktree to work in.
        GtError: the session cannot be had, and why.
    """
    freeze.check(town, post.rig)
    _check_place(post)
    identity = enlist(town, post, who)
    wanted = wish or Wish()
    with taking(town, post.rig, post.address):
        seen = sessions.look(post.place, post.address)
        if seen.state is SessionState.RUNNING:
            return Begun(seen.session, fresh=False)
        runtime = _runtime(town, post, identity, wanted)
        begun = _assignment(town, post, runtime, wanted)
        budgets.check(town, post.rig, begun.bead)
        why = topic or ("resume" if begun.conversation else "start")
        occasion = prompt.Occasion(who.address, why, begun.bead)
        said = prompt.opening(town, post.address, runtime, occasion, session=begun.session)
        begun = replace(begun, prompt=said)
        sessions.begin(town, post.place, begun, topic=topic)
        return Begun(begun.session, fresh=True)


def taking(town: Town, rig: Rig | None, address: str) -> AbstractContextManager[None]:
    """Let one after the other see whether a seat is taken, and take it."""
    return turn(town.ledger_at(rig).repository, f"session-{slug(address)}")


def stop(town: Town, post: Post) -> bool:
    """End the session of *post*, what it has not committed saved; tell if there was one."""
    if not _goes_on(post):
        return False
    sessions.sessions_of(post.place).stop(post.address)
    if post.rig is not None:
        wip.save(town, post.rig, post.address)
    return True


def attach(town: Town, post: Post, who: Actor, wish: Wish | None = None) -> int:
    """Show the session of *post* on our terminal until its person leaves; begin it first.

    Raises:
        RefusedError: we have no terminal, or the session takes nobody.
        GtError: the session cannot be had, and why.
    """
    if not _goes_on(post) and not has_terminal():  # nothing is begun that nobody looks at
        raise RefusedError(
            f"{post.address} can only be attached to a terminal",
            hint=f"git gt session start {post.address} begins it all the same",
        )
    start(town, post, who, wish)
    return sessions.sessions_of(post.place).attach(post.address)


def detach(post: Post) -> int:
    """Send away whoever is attached to the session of *post*, which goes on; tell how many.

    Raises:
        RefusedError: none goes on.
    """
    return sessions.sessions_of(post.place).detach(post.address)


def restart(town: Town, post: Post, who: Actor, wish: Wish | None = None) -> Begun:
    """End the session of *post*, if there is one, and begin another, on the same runtime.

    Raises:
        NotFoundError: there is no worktree to work in.
        GtError: another cannot be had, and why; then nothing was ended.
    """
    _check_place(post)
    wanted = wish or Wish()
    if (
        not wanted.agent
        and sessions.look(post.place, post.address).state is SessionState.RUNNING
    ):
        last = session_records.last(town, post.place, post.address)
        wanted = replace(wanted, agent=last.runtime if last else "")
    _runtime(town, post, enlist(town, post, who), wanted)
    stop(town, post)
    return start(town, post, who, wanted)


def _goes_on(post: Post) -> bool:
    return sessions.look(post.place, post.address).state is SessionState.RUNNING


def _runtime(town: Town, post: Post, identity: Agent, wish: Wish) -> Runtime:
    """Return what *post* is to run on, which is here."""
    asked = (wish.agent, identity.agent)
    return programs.ready(runtimes.chosen(town, post.rig, *asked, role=post.role))


def _check_place(post: Post) -> None:
    if post.role != CREW:
        post.worktree.mkdir(exist_ok=True)
    elif not (post.worktree / ".git").exists():
        rig = post.address.partition("/")[0]
        raise NotFoundError(
            f"{post.address} has no worktree at {post.worktree}",
            hint=f"git gt crew add {post.name} --rig {rig}",
        )


def _assignment(town: Town, post: Post, runtime: Runtime, wish: Wish) -> Assignment:
    held = hook.at(town, post.address)
    last = _conversation(town, post, runtime) if wish.resume else ""
    return Assignment(
        address=post.address,
        role=post.role,
        runtime=runtime,
        town=town.root,
        worktree=post.worktree,
        session=f"{int(town.clock())}-{base36(town.draw(36**_DIGITS), _DIGITS)}",
        rig=post.rig.name if post.rig else "",
        name=post.name,
        bead=held[0].id if held else "",
        branch=post.branch,
        base=post.rig.branch if post.rig else "",
        at=town.clock(),
        conversation=last,
        takes_up=TakesUp.RESUME if last else TakesUp.NOTHING,
        model=wish.model,
        permission=wish.permission,
    )


def _conversation(town: Town, post: Post, runtime: Runtime) -> str:
    """Return the last conversation held there on this runtime, if it can go on with one."""
    if not runtime.can_resume:
        return ""
    told = session_records.records(town, post.place, address=post.address)
    return next(
        (
            each.conversation
            for each in reversed(told)
            if each.conversation
            and each.runtime == runtime.name
            and transcripts.was_held(
                runtime, each, sessions.folder_of(post.place, post.address, each.session)
            )
        ),
        "",
    )
