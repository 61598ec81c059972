"""``git gt agents``: who is there."""

from __future__ import annotations

from collections.abc import Sequence

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.services.agents import agents
from gitgt.services.town import Rig, Town

command = Noun(
    "See agents, and what they can run on.",
    {"list": "gitgt.cli.agents:show_all", "runtimes": "gitgt.cli.agent_runtimes:command"},
    usual="list",
)


@click.command("list")
@click.option("--rig", metavar="RIG", help="Only this rig's.")
@output.json_option
def show_all(*, rig: str | None, as_json: bool) -> None:
    """List agents, and what each is doing."""
    answer(rig, role="", as_json=as_json)


def answer(rig: str | None, *, role: str, as_json: bool) -> None:
    """Answer with the agents of one rig, or of all of them."""
    town = context.town()
    tell(town, context.ledgers_for(town, rig), role=role, as_json=as_json)


def tell(town: Town, wanted: Sequence[Rig | None], *, role: str, as_json: bool) -> None:
    """Tell of the agents of these rigs; None among them stands for the town's own."""
    found = agents.of_town(town) if None in wanted and not role else []
    found += agents.seen(town, [each for each in wanted if each is not None], role=role)
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        head = ("address", "state", "hook", "", "")
        output.table((_cells(each) for each in found), head=head)


def _cells(seen: agents.Seen) -> tuple[str, ...]:
    handed_in = f"submitted {' '.join(seen.submitted)}" if seen.submitted else ""
    other = "" if seen.works_on in ("", seen.holds) else f"session on {seen.works_on}"
    return (seen.agent.address, seen.state, seen.holds or "-", handed_in, other)
