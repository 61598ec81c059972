"""Look at hooks: one's own, or somebody's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output, page
from gitgt.errors import NotFoundError
from gitgt.model.documents import Bead
from gitgt.model.ids import is_bead_id
from gitgt.services.agents import hook
from gitgt.services.town import Town

if TYPE_CHECKING:
    from gitgt.services.agents.hook_record import Hook


@click.command()
@click.argument("what", required=False, metavar="[BEAD|RIG/NAME|PERSON]")
@click.argument("target", required=False, metavar="[RIG/NAME|PERSON]")
@click.option("--force", "-f", is_flag=True, help="Replace what hangs there unfinished.")
@click.option("--clear", is_flag=True, help="Take off what hangs there.")
@output.json_option
def on(
    *, what: str | None, target: str | None, force: bool, clear: bool, as_json: bool
) -> None:  # fmt: skip
    """Show what is on a hook, or put a bead there.

    Yours is the calling agent's, or that of the worktree that we stand in; and what you, as a
    person, are at under your own name: it came back from the refinery, or you have claimed it.
    """
    from gitgt.cli.hook import move

    if clear:
        move.take_off(what, target, force=force, as_json=as_json)
    elif what is not None and is_bead_id(what):
        move.put_on(what, target, force=force, as_json=as_json)
    elif target is not None:
        raise click.UsageError(f"{what} is no bead's id")
    else:
        _answer(what, as_json=as_json)


def _answer(address: str | None, *, as_json: bool) -> None:
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
        return me.address, hook.at(town, me.address)
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


def whose_hook(town: Town, address: str | None) -> str:
    """Return whose hook is meant: that of *address*, the caller's, or of where we stand."""
    if address is not None:
        return address
    me = context.me()
    if me.standing.is_agent:
        return me.address
    try:
        return context.address_here(town)
    except NotFoundError:
        return me.address


@click.command()
@click.argument("address", required=False, metavar="[RIG/NAME|PERSON]")
@output.json_option
def show(*, address: str | None, as_json: bool) -> None:
    """Show how a hook stands, in one line."""
    from gitgt.services.agents import hook_record

    town = context.town()
    found = hook_record.of(town, whose_hook(town, address))
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        output.table([_cells(each) for each in found])


def _cells(found: Hook) -> tuple[str, ...]:
    bead = (str(found.bead.id), found.bead.title) if found.bead else ("-", "")
    return (found.agent, found.status, *bead)


@click.command()
@click.argument("address", required=False, metavar="[RIG/NAME|PERSON]")
@click.option("--all", "past", is_flag=True, help="Also what has landed or ended.")
@output.json_option
def status(*, address: str | None, past: bool, as_json: bool) -> None:
    """Tell all of a hook: branch, snapshot, session, and what is on this machine alone."""
    from gitgt.services.agents import hook_record

    town = context.town()
    found = hook_record.of(town, whose_hook(town, address), past=past)
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    output.blocks(map(output.one_line, _told(each)) for each in found)


def _told(found: Hook) -> Iterator[str]:
    yield f"{found.agent}: {found.status}"
    if found.bead:
        yield f"  bead      {found.bead.id}  {found.bead.title}"
    if found.branch:
        where = f"{found.commits} ahead of {found.base}" if found.tip else "not begun"
        yield f"  branch    {found.branch}  {where}"
    if found.request:
        yield f"  request   {found.request}"
    if found.worktree:
        yield f"  worktree  {found.worktree}"
    if found.session:
        yield f"  session   {found.session}"
    if found.snapshot:
        yield f"  snapshot  {found.snapshot[:12]}  {found.saved_at}"
    if found.here_alone:
        yield f"  only here {', '.join(found.here_alone)}"
