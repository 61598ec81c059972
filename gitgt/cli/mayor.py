"""``git gt mayor``: the agent that people tell what they want."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.crew.sitting import agent_option, told_begun
from gitgt.cli.noun import Noun

command = Noun(
    "Talk to the mayor, who gives out work.",
    {
        "start": "gitgt.cli.mayor:start",
        "attach": "gitgt.cli.mayor:attach",
        "at": "gitgt.cli.mayor:attach",
        "detach": "gitgt.cli.mayor:detach",
        "stop": "gitgt.cli.mayor:stop",
        "restart": "gitgt.cli.mayor:restart",
        "status": "gitgt.cli.mayor:status",
    },
    usual="status",
)


@click.command()
@agent_option
@click.option("--fresh", is_flag=True, help="Do not go on with the last conversation.")
@output.json_option
def start(*, agent: str, fresh: bool, as_json: bool) -> None:
    """Begin the mayor's session, if none goes on.

    It goes on with the mayor's last conversation, where its runtime can.
    """
    from gitgt.services.agents import attended, post

    town = context.town()
    mayor = post.mayor(town)
    wish = attended.Wish(agent=agent, resume=not fresh)
    begun = attended.start(town, mayor, context.leader([post.MAYOR]), wish)
    told_begun([(mayor, begun)], as_json=as_json)


@click.command()
@agent_option
@click.option("--fresh", is_flag=True, help="Do not go on with the last conversation.")
@output.json_option
def restart(*, agent: str, fresh: bool, as_json: bool) -> None:
    """End the mayor's session, and begin another.

    It goes on with the last conversation, where its runtime can.
    """
    from gitgt.services.agents import attended, post

    town = context.town()
    mayor = post.mayor(town)
    wish = attended.Wish(agent=agent, resume=not fresh)
    begun = attended.restart(town, mayor, context.leader([post.MAYOR]), wish)
    told_begun([(mayor, begun)], as_json=as_json)


@click.command()
@agent_option
def attach(*, agent: str) -> None:
    """Sit down with the mayor: see its session on this terminal, and type to it.

    It is begun if none goes on. Ctrl-b d leaves, and the session goes on.
    """
    import sys

    from gitgt.services.agents import attended, post

    town = context.town()
    wish = attended.Wish(agent=agent, resume=True)
    sys.exit(attended.attach(town, post.mayor(town), context.me(), wish))


@click.command()
@output.json_option
def detach(*, as_json: bool) -> None:
    """Send away whoever sits with the mayor; its session goes on."""
    from gitgt.services.agents import attended, post

    town = context.town()
    context.leader([post.MAYOR])
    count = attended.detach(post.mayor(town))
    if as_json:
        output.answer_json({"address": post.MAYOR, "detached": count})
    else:
        output.answer(f"mayor: {count} sent away" if count else "mayor: nobody sits there")


@click.command()
@output.json_option
def stop(*, as_json: bool) -> None:
    """End the mayor's session."""
    from gitgt.services.agents import attended, post

    town = context.town()
    context.leader([post.MAYOR])
    ended = attended.stop(town, post.mayor(town))
    if as_json:
        output.answer_json([{"address": post.MAYOR, "changed": ended}])
    else:
        output.answer(f"mayor: {'ended' if ended else 'nothing changed: none goes on'}")


@click.command()
@click.option("--running", is_flag=True, help="Only say true or false.")
@output.json_option
def status(*, running: bool, as_json: bool) -> None:
    """Tell whether the mayor has a session, on what it runs, and what is on its hook."""
    from gitgt.services.agents import attended, post

    town = context.town()
    found = attended.standing(town, post.mayor(town))
    if running:
        output.answer("true" if found.is_running else "false")
        return
    if as_json:
        output.answer_json(found.fields())
        return
    output.answer(f"mayor: {found.state}")
    for name, value in found.shown():
        output.answer(output.one_line(f"  {name:<9} {value}"))
