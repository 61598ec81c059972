"""Sessions in worktrees of the crew: begin them, end them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.cli.crew import who
from gitgt.cli.session.whom import say_if_by_hand

if TYPE_CHECKING:
    from gitgt.services.agents.attended import Begun
    from gitgt.services.agents.post import Post

agent_option = click.option(
    "--agent", default="", metavar="RUNTIME", help="What its session runs on."
)
all_option = click.option("--all", "every", is_flag=True, help="The whole crew.")
resume_option = click.option(
    "--resume", is_flag=True, help="Go on with the last conversation, where that can be."
)


@click.command()
@click.argument("names", metavar="[NAME...]", nargs=-1)
@who.rig_option
@all_option
@agent_option
@resume_option
@output.json_option
def start(
    *, names: tuple[str, ...], rig: str | None, every: bool, agent: str, resume: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Begin a session in a worktree of the crew.

    Without a name, in the one that we stand in. Where one goes on, nothing is begun.
    """
    from gitgt.services.agents import attended

    town = context.town()
    wish = attended.Wish(agent=agent, resume=resume)
    posts = who.all_meant(town, names, rig, every=every)
    me = context.leader(each.address for each in posts)
    done = [(each, attended.start(town, each, me, wish)) for each in posts]
    told_begun(done, as_json=as_json)


@click.command()
@click.argument("names", metavar="[NAME...]", nargs=-1)
@who.rig_option
@all_option
@agent_option
@output.json_option
def restart(
    *, names: tuple[str, ...], rig: str | None, every: bool, agent: str, as_json: bool
) -> None:  # fmt: skip
    """End a session in a worktree of the crew, and begin a new one.

    What is not committed is saved, and stays where it is; the new one knows nothing of the
    old one but what is in the ledger and the worktree.
    """
    from gitgt.services.agents import attended

    town = context.town()
    wish = attended.Wish(agent=agent)
    posts = who.all_meant(town, names, rig, every=every)
    me = context.leader(each.address for each in posts)
    done = [(each, attended.restart(town, each, me, wish)) for each in posts]
    told_begun(done, as_json=as_json)


@click.command()
@click.argument("names", metavar="[NAME...]", nargs=-1)
@who.rig_option
@all_option
@output.json_option
def stop(*, names: tuple[str, ...], rig: str | None, every: bool, as_json: bool) -> None:
    """End a session in a worktree of the crew; what is not committed there is saved."""
    from gitgt.services.agents import attended

    town = context.town()
    posts = who.all_meant(town, names, rig, every=every)
    context.leader(each.address for each in posts)
    done = [(each, attended.stop(town, each)) for each in posts]
    if as_json:
        output.answer_json([{"address": p.address, "changed": ended} for p, ended in done])
        return
    for each, ended in done:
        text = "ended" if ended else "nothing changed: none goes on"
        output.answer(f"{each.address}: {text}")


@click.command("at")
@click.argument("name", required=False)
@who.rig_option
@agent_option
@resume_option
def attach(*, name: str | None, rig: str | None, agent: str, resume: bool) -> None:
    """See a session of the crew on this terminal, and type to it.

    It is begun if none goes on. Ctrl-b d leaves, and the session goes on.
    """
    from gitgt.services.agents import attended

    town = context.town()
    wish = attended.Wish(agent=agent, resume=resume)
    sys.exit(attended.attach(town, who.meant(town, name, rig), context.me(), wish))


@click.command("next")
@click.argument("name", required=False)
@who.rig_option
def following(*, name: str | None, rig: str | None) -> None:
    """See the session of the next in the crew who has one."""
    _beside(name, rig, 1)


@click.command("prev")
@click.argument("name", required=False)
@who.rig_option
def previous(*, name: str | None, rig: str | None) -> None:
    """See the session of the one before in the crew who has one."""
    _beside(name, rig, -1)


def _beside(name: str | None, rig: str | None, step: int) -> None:
    from gitgt.services.agents import attended, crew_care

    town = context.town()
    here = who.meant(town, name, rig)
    assert here.rig is not None
    other = crew_care.beside(town, here.rig, here.name, step)
    sys.exit(attended.attach(town, other, context.me()))


@click.command()
@click.argument("name", required=False)
@who.rig_option
@click.option("--message", "-m", default="", help="What the next session is to know.")
@agent_option
@output.json_option
def refresh(
    *, name: str | None, rig: str | None, message: str, agent: str, as_json: bool
) -> None:  # fmt: skip
    """Let a fresh session go on in a worktree of the crew, told what the last one left.

    A handoff, made from outside: what is not committed is saved, hook, branch and commits are
    noted with your message, that session ends and another begins.
    """
    from gitgt.services.agents import crew_care

    town = context.town()
    member = who.meant(town, name, rig)
    me = context.leader([member.address])
    begun = crew_care.refresh(town, member, me, message=message, agent=agent)
    told_begun([(member, begun)], as_json=as_json)


def told_begun(done: list[tuple[Post, Begun]], *, as_json: bool) -> None:
    """Say which sessions go on."""
    if as_json:
        output.answer_json(
            [
                {"address": each.address, "session": begun.session, "changed": begun.fresh}
                for each, begun in done
            ]
        )
        return
    for each, begun in done:
        text = "begun" if begun.fresh else "nothing changed: it goes on"
        output.answer(f"{each.address}: {text}, session {begun.session}")
        say_if_by_hand(each.place, each.address)
