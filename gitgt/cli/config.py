"""``git gt config``: settings, each change of which is a commit in the town's repository."""

from __future__ import annotations

import click

from gitgt.cli import config_agent, context, output
from gitgt.cli.noun import Noun
from gitgt.model.cost_tier import TIERS
from gitgt.model.runtime_choice import ROLES

command = Noun(
    "Set what agents run on, and how a town works.",
    {
        "get": "gitgt.cli.config_keys:get",
        "set": "gitgt.cli.config_keys:put",
        "unset": "gitgt.cli.config_keys:unset",
        "list": "gitgt.cli.config_keys:every",
        "agent": "gitgt.cli.config_agent:command",
        "default-agent": "gitgt.cli.config:default_agent",
        "role-agent": "gitgt.cli.config:role_agent",
        "cost-tier": "gitgt.cli.config:cost_tier",
    },
)


@click.command("default-agent")
@click.argument("name", required=False)
@config_agent.rig_option
@output.json_option
def default_agent(*, name: str | None, rig: str | None, as_json: bool) -> None:
    """Show or set what agents run on when nothing is said."""
    from gitgt.services.sessions import runtimes

    town = context.town()
    where = town.rig(rig) if rig else None
    fresh = runtimes.set_default(town, name, context.me(), rig=where) if name else False
    now = runtimes.default(town, where)
    whose = f"agents of {rig}" if rig else "agents"
    if as_json:
        output.answer_json({"default": now, "changed": fresh})
    elif fresh:
        output.answer(f"{whose} run on {now}")
    elif name:
        output.answer(f"nothing changed: {whose} run on {now}")
    else:
        output.answer(now)


@click.command("role-agent")
@click.argument("role", type=click.Choice(ROLES), required=False)
@click.argument("name", required=False)
@click.option("--unset", is_flag=True, help="Let the role run on the default again.")
@config_agent.rig_option
@output.json_option
def role_agent(
    *, role: str | None, name: str | None, unset: bool, rig: str | None, as_json: bool
) -> None:
    """Show or set what agents in a role run on."""
    from gitgt.services.sessions import runtimes

    town = context.town()
    where = town.rig(rig) if rig else None
    if unset and (name or not role):
        raise click.UsageError("--unset takes a role, and no runtime")
    fresh = False
    if role and (name or unset):
        fresh = runtimes.set_role(town, role, name or "", context.me(), rig=where)
    shown = [role] if role else ROLES
    found = {each: runtimes.choose(town, where, role=each) for each in shown}
    if as_json:
        rows = [{"role": each, "name": it.name, "why": it.why} for each, it in found.items()]
        output.answer_json({"roles": rows, "changed": fresh})
    else:
        output.table((each, it.name, it.why) for each, it in found.items())


@click.command("cost-tier")
@click.argument("tier", type=click.Choice([*TIERS]), required=False)
@config_agent.rig_option
@output.json_option
def cost_tier(*, tier: str | None, rig: str | None, as_json: bool) -> None:
    """Show or set how cheap the models are that the roles run on.

    A role that was set to something else keeps that.
    """
    from gitgt.services.sessions import runtimes

    town = context.town()
    where = town.rig(rig) if rig else None
    fresh = runtimes.set_tier(town, tier, context.me(), rig=where) if tier else False
    now = runtimes.tier(town, where)
    if as_json:
        output.answer_json({"tier": now, "changed": fresh})
    elif tier:
        output.answer(f"the roles are {now}" if fresh else f"nothing changed: they are {now}")
    else:
        output.answer(now)
