"""See polecats: all of them, or one."""

from __future__ import annotations

import click

from gitgt.cli import context, output


@click.command("list")
@click.argument("rig", required=False)
@click.option("--rig", "named", metavar="RIG", help="Only this rig's.")
@click.option("--all", "every", is_flag=True, help="Those of all rigs, wherever we stand.")
@output.json_option
def show_all(*, rig: str | None, named: str | None, every: bool, as_json: bool) -> None:
    """List polecats."""
    from gitgt.cli import agents

    if every:
        town = context.town()
        agents.tell(town, [None, *town.rigs_here().values()], role="polecat", as_json=as_json)
    else:
        agents.answer(rig or named, role="polecat", as_json=as_json)


@click.command()
@click.argument("address", metavar="RIG/NAME")
@output.json_option
def show(*, address: str, as_json: bool) -> None:
    """Show a polecat: hook, session and how that ended, worktree."""
    from gitgt.services.agents import agents

    found = agents.find(context.town(), address).fields()
    if as_json:
        output.answer_json(found)
        return
    for name, value in found.items():
        text = " ".join(value) if isinstance(value, list) else value
        output.answer(f"{name}: {'-' if text in (None, '') else text}")


@click.command()
@click.argument("address", metavar="RIG/NAME")
@output.json_option
def check_recovery(*, address: str, as_json: bool) -> None:
    """Tell whether a polecat's sandbox can be taken away as it is.

    NEEDS_RECOVERY says what is at hand there; nothing of it would be lost all the same.
    """
    from gitgt.services.agents import dismantle, polecats

    town = context.town()
    rig, agent = polecats.find(town, address)
    found = dismantle.at_hand(town, rig, agent.address)
    verdict = "NEEDS_RECOVERY" if found else "SAFE_TO_NUKE"
    if as_json:
        output.answer_json({"address": agent.address, "verdict": verdict, "at_hand": found})
        return
    output.answer(verdict)
    for each in found:
        output.answer(f"  {each}")
