"""Where a command was called: in which town, on which rig, by whom.

Everything here is asked for when it is needed, so that a command which only reads pays for
nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from gitgt.errors import NotFoundError
from gitgt.model.ids import TOWN_PREFIX
from gitgt.services.town import Rig, Town

if TYPE_CHECKING:
    from gitgt.model.actor import Actor
    from gitgt.model.documents import Bead

_Function = TypeVar("_Function", bound=Callable[..., object])


def town() -> Town:
    """Return the town that the command was called in."""
    from gitgt.cli import output
    from gitgt.ledger import index

    index.shown_by(output.progress)
    return Town.around(Path.cwd())


def me() -> Actor:
    """Return who called the command: an agent says so in its environment."""
    from gitgt.services import identity

    return identity.actor(os.environ, Path.cwd())


def person(what: str) -> Actor:
    """Return who called the command, which does *what* ("ending the town is"): no agent.

    Raises:
        NotAllowedError: it is an agent.
    """
    from gitgt.services import identity

    who = me()
    identity.check_person(who, what)
    return who


def leader(addresses: Iterable[str]) -> Actor:
    """Return who called the command, which begins, ends or clears what is at *addresses*.

    Raises:
        NotAllowedError: it is an agent that may not, see :func:`identity.check_leads`.
    """
    from gitgt.services import identity

    who = me()
    for each in addresses:
        identity.check_leads(who, each)
    return who


def rig_option(function: _Function) -> _Function:
    """Give a command ``--rig``, which it gets as ``rig``; what it means see below."""
    return click.option("--rig", metavar="RIG", help="The rig; hq is the town itself.")(
        function
    )


def ledger_for(where: Town, name: str | None) -> Rig | None:
    """Return whose ledger something new goes into: *name*'s, or that of where we stand."""
    if name is None:
        return where.rig_at(Path.cwd())
    return None if name == TOWN_PREFIX else where.rig(name)


def ledgers_for(where: Town, name: str | None) -> list[Rig | None]:
    """Return whose ledgers a question is about: *name*'s, that of where we stand, or all."""
    found = ledger_for(where, name)
    if name is not None or found is not None:
        return [found]
    for lost in where.rigs_without_ledger():
        from gitgt.cli import output

        output.say(f"gt: the ledger of {lost.name} is lost")
        output.say("hint: git gt status says how it comes back")
    return [None, *where.rigs_here().values()]


def rig_for(where: Town, name: str | None, *, option: bool = True) -> Rig:
    """Return the rig called *name*, or the one that we stand in.

    *option* tells whether the command is told which by ``--rig``.

    Raises:
        NotFoundError: we stand in none, and none was named.
    """
    found = where.rig(name) if name else where.rig_at(Path.cwd())
    if found is None:
        how = " with --rig" if option else ""
        known = ", ".join(where.rigs()) or "none yet: git gt rig add NAME URL"
        raise NotFoundError("which rig?", hint=f"name one{how}: {known}")
    return found


def address_here(where: Town) -> str:
    """Return whose hook is meant here: the calling agent's, or that of the worktree's owner."""
    agent = os.environ.get("GT_AGENT")
    if agent:
        return agent
    try:
        words = Path.cwd().relative_to(where.root).parts[:3]
    except ValueError:
        words = ()
    if len(words) == 3 and words[1] in ("crew", "polecats"):
        return "/".join(words)
    raise NotFoundError(
        "whose hook? this is no agent's worktree and no crew member's", hint="git gt agents"
    )


def say_if_provisional(where: Town, bead: str) -> None:
    """Say that a claim may yet be another's, if the remote of a shared rig has not got it."""
    from gitgt.cli import output
    from gitgt.services import claims

    rig = where.rig_of(bead)
    if rig is not None and rig.shared and claims.is_provisional(where, rig):
        output.say(f"gt: {bead} is provisional: {rig.remote} has not got it yet")
        output.say("hint: git gt sync; whoever claims it online before that has it")


def after_noting(where: Town, bead: str) -> None:
    """Let the desks show a change that sets nothing off, if no watcher lives that would."""
    from gitgt.daemon.presence import others_act
    from gitgt.services import desk

    if not others_act(where.root):
        ledger = where.ledger_of(bead)
        for each in desk.desks(ledger):
            desk.refresh(ledger, each)


def after_mailing(where: Town, to: Iterable[str]) -> None:
    """Wake who got mail and is idle, and let desks show it, if no watcher lives to do so."""
    from gitgt.daemon.presence import others_act
    from gitgt.services import desk
    from gitgt.services.mail import doorstep

    if others_act(where.root):
        return
    for each in to:
        doorstep.ring(where, each)
    for found in desk.desks(where.ledger):
        desk.refresh(where.ledger, found)


def after_changing(where: Town, *changed: Bead) -> None:
    """See to what changes of these beads set off; mostly that is nothing."""
    if any(_concerns_others(where, bead) for bead in changed):
        after_writing(where)
    else:
        for rig in {bead.id.prefix: bead.id for bead in changed}.values():
            after_noting(where, rig)


def _concerns_others(where: Town, bead: Bead) -> bool:
    """Tell whether somebody has or had it, or it travels in a convoy."""
    begun = getattr(bead, "started_at", "")
    if begun or bead.assignee or bead.merge_request or bead.convoy:
        return True
    now = where.ledger.snapshot()
    return any(kind == "tracks" for kind, _ in now.index.dependents(now.commit, bead.id))


def after_writing(where: Town) -> None:
    """See to what a change sets off, if no watcher lives that would."""
    from gitgt.cli.output import progress
    from gitgt.daemon.presence import others_act

    if not others_act(where.root):
        from gitgt.daemon import assemble

        with progress("working"):
            assemble.one_pass(where)
