"""``git gt radar``: who is about to collide with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.errors import NotFoundError

if TYPE_CHECKING:
    from gitgt.services.town import Rig, Town

command = Noun(
    "See who is about to collide with whom.",
    {"show": "gitgt.cli.radar:show", "check": "gitgt.cli.radar:check"},
    usual="show",
    otherwise="show",
)


@click.command()
@click.argument("rig", required=False)
@click.option("--bead", "-b", default="", metavar="ID", help="Only what concerns a bead.")
@click.option(
    "--agent", "-a", default="", metavar="RIG/NAME", help="Only what concerns an agent."
)
@click.option("--nudges", is_flag=True, help="What agents are to be told, and were not yet.")
@output.json_option
def show(*, rig: str | None, bead: str, agent: str, nudges: bool, as_json: bool) -> None:
    """Show which live branches collide, with whom and where.

    The worst comes first: what lines cannot settle, then lines, then what is not committed.
    """
    if agent and "/" not in agent:
        raise NotFoundError(
            f"{agent!r} is no agent", hint="name one as RIG/NAME: git gt agents"
        )
    town = context.town()
    rigs = _rigs(town, rig, bead or agent)
    if nudges:
        _show_nudges(rigs, agent, as_json=as_json)
        return
    from gitgt.cli.radar_page import Seen
    from gitgt.services.radar import radar, radar_held

    seen = []
    with output.progress("merging on trial"):
        for each in rigs:
            picture = radar.Radar(town, each).look(limit=None)
            seen.append(Seen(each.name, picture, bead, agent, radar_held.held(each)))
    if as_json:
        output.answer_json([each.fields() for each in seen])
        return
    for place in seen:
        for line in place.lines(titled=len(seen) > 1):
            output.answer(line)


@click.command()
@click.argument("branch", required=False)
@click.argument("other", required=False)
@context.rig_option
@output.json_option
def check(*, branch: str | None, other: str | None, rig: str | None, as_json: bool) -> None:
    """Merge a branch on trial.

    It is merged with its target and all live branches, or with one other. Without a name it
    is the branch that is checked out here. The exit code is 1 if it collides.
    """
    from gitgt.cli import radar_page
    from gitgt.services.radar import radar_check

    town = context.town()
    place = context.rig_for(town, rig)
    name = branch or radar_check.branch_here()
    with output.progress("merging on trial"):
        found = radar_check.check(town, place, name, other or "")
    if as_json:
        output.answer_json(radar_page.fields(found))
    elif found:
        for line in radar_page.pairs(found):
            output.answer(line)
    else:
        said = f"merges with {other}" if other else "collides with nobody"
        output.answer(f"{name} {said}")
    if found:
        raise SystemExit(1)


def _rigs(town: Town, rig: str | None, about: str) -> list[Rig]:
    """Return the rigs that are meant: the named one, that of what is asked about, or all."""
    if rig is None and about:
        found = town.rig(about.partition("/")[0]) if "/" in about else town.rig_of(about)
        return [found] if found is not None else []
    return [each for each in context.ledgers_for(town, rig) if each is not None]


def _show_nudges(rigs: list[Rig], agent: str, *, as_json: bool) -> None:
    from gitgt.services.agents import hook
    from gitgt.services.radar import radar_nudges

    wanted = hook.spellings(agent) if agent else {""}
    found = [each for rig in rigs for who in wanted for each in radar_nudges.waiting(rig, who)]
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        output.table([(each.agent, each.text) for each in found], head=("agent", "nudge"))
