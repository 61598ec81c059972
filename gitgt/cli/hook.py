"""``git gt hook``."""

from __future__ import annotations

import click

from gitgt.cli import context, output, page
from gitgt.errors import NotFoundError
from gitgt.model.documents import Bead
from gitgt.services import hook
from gitgt.services.town import Town


@click.command()
@click.argument("address", required=False, metavar="[RIG/NAME|PERSON]")
@output.json_option
def command(*, address: str | None, as_json: bool) -> None:
    """Show what is on your hook.

    Yours is the calling agent's, or that of the worktree that we stand in; and what you, as a
    person, are at under your own name: it came back from the refinery, or you have claimed it.
    """
    town = context.town()
    whose, found = _hook_of(town, address)
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    if not found:
        output.answer(f"nothing is on the hook of {whose}")
    for each in found:
        page.answer(each.fields())
    if "/" in whose:
        _warn(town, whose)


def _hook_of(town: Town, address: str | None) -> tuple[str, list[Bead]]:
    """Return whose hook is meant, and what is on it."""
    if address is not None:
        is_place = "/" in address or address in town.rigs()
        return address, (hook.on if is_place else hook.of_person)(town, address)
    me = context.me()
    if me.standing.is_agent:
        return me.address, hook.on(town, context.address_here(town))
    try:
        here = context.address_here(town)
    except NotFoundError:
        return me.address, hook.of_person(town, me.address)
    own = hook.of_person(town, me.address) if here.split("/")[1] == "crew" else []
    return here, [*hook.on(town, here), *own]


def _warn(town: Town, whose: str) -> None:
    """Show with whom the work of an agent is about to collide."""
    from gitgt.services.radar import radar_nudges

    rig = town.rig(whose.partition("/")[0])
    for address in sorted(hook.spellings(whose)):
        for each in radar_nudges.standing(rig, address):
            output.answer()
            output.answer(f"radar: {output.one_line(each.text)}")
