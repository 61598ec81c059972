"""Sessions of a model that helps the deacon; nothing depends on one.

The deacon itself is code in the watcher: git gt up and down begin and end it.
"""

from __future__ import annotations

import sys

import click

from gitgt.cli import context, output
from gitgt.cli.crew.sitting import agent_option, told_begun


@click.command()
@agent_option
@output.json_option
def start(*, agent: str, as_json: bool) -> None:
    """Begin a session of a model that helps the deacon, if none goes on.

    The deacon itself is code in the watcher, and needs none.
    """
    from gitgt.services.agents import attended
    from gitgt.services.deacon import helper

    town = context.town()
    deacon = helper.deacon(town)
    begun = attended.start(
        town, deacon, context.leader([helper.DEACON]), attended.Wish(agent=agent)
    )
    told_begun([(deacon, begun)], as_json=as_json)


@click.command()
@agent_option
@output.json_option
def restart(*, agent: str, as_json: bool) -> None:
    """End the session of the deacon's helper, and begin another."""
    from gitgt.services.agents import attended
    from gitgt.services.deacon import helper

    town = context.town()
    deacon = helper.deacon(town)
    begun = attended.restart(
        town, deacon, context.leader([helper.DEACON]), attended.Wish(agent=agent)
    )
    told_begun([(deacon, begun)], as_json=as_json)


@click.command()
@output.json_option
def stop(*, as_json: bool) -> None:
    """End the session of the deacon's helper; the deacon itself goes on in the watcher.

    git gt deacon pause stops its patrols.
    """
    from gitgt.services.agents import attended
    from gitgt.services.deacon import helper

    town = context.town()
    context.leader(["deacon"])
    ended = attended.stop(town, helper.deacon(town))
    if as_json:
        output.answer_json([{"address": helper.DEACON, "changed": ended}])
    else:
        output.answer(f"deacon: {'ended' if ended else 'nothing changed: none goes on'}")


@click.command()
@agent_option
def attach(*, agent: str) -> None:
    """Sit down with the deacon's helper: see its session on this terminal, and type to it.

    It is begun if none goes on. Ctrl-b d leaves, and the session goes on.
    """
    from gitgt.services.agents import attended
    from gitgt.services.deacon import helper

    town = context.town()
    wish = attended.Wish(agent=agent, resume=True)
    sys.exit(attended.attach(town, helper.deacon(town), context.me(), wish))
