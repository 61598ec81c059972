"""``git gt estop`` and ``git gt thaw``: the emergency brake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output

if TYPE_CHECKING:
    from gitgt.services.freeze.stopping import Stand
    from gitgt.services.town import Rig, Town


@click.command()
@click.option("--message", "-m", "--reason", "-r", "why", default="", help="Why.")
@click.option("--rig", metavar="RIG", help="Only this rig; usually the whole town.")
@output.json_option
def estop(*, why: str, rig: str | None, as_json: bool) -> None:
    """Freeze the town: all stand still.

    Nobody is started, and sessions are stopped where they stand: thaw lets them go on. Gates
    that run end, and what they say is kept. Nothing lands meanwhile. It outlives the watcher.
    """
    from gitgt.services.freeze import stopping

    town, where = _where(rig)
    who = context.person("freezing is")
    changed, stand = stopping.stop(town, where, who, why=why)
    _tell(where, stand, done="frozen", changed=changed, as_json=as_json)


@click.command()
@click.option("--rig", metavar="RIG", help="Only this rig; usually the town and all its rigs.")
@output.json_option
def thaw(*, rig: str | None, as_json: bool) -> None:
    """Let all go on that estop froze.

    Sessions go on where they stood.
    """
    from gitgt.errors import RefusedError
    from gitgt.services import freeze
    from gitgt.services.freeze import stopping

    town, where = _where(rig)
    who = context.person("thawing is")
    halted = freeze.frozen(town, where)
    if where is not None and halted is not None and not halted.rig:
        raise RefusedError(
            f"the whole town is frozen, {where.name} with it", hint="git gt thaw lets all go on"
        )
    changed, stand = stopping.thaw(town, where, who)
    _tell(where, stand, done="thawed", changed=changed, as_json=as_json)
    context.after_writing(town)


def _where(rig: str | None) -> tuple[Town, Rig | None]:
    town = context.town()
    return town, town.rig(rig) if rig else None


def _tell(rig: Rig | None, stand: Stand, *, done: str, changed: bool, as_json: bool) -> None:
    if as_json:
        output.answer_json(
            {
                "rig": rig.name if rig else "",
                "changed": changed,
                "stopped": list(stand.stopped),
                "went_on": list(stand.went_on),
                "by_hand": list(stand.by_hand),
            }
        )
        return
    place = rig.name if rig else "the town"
    output.answer(f"{place} is {done}" if changed else f"nothing changed: {place} is {done}")
    for address in stand.stopped:
        output.answer(f"  {address} stands still")
    for address in stand.went_on:
        output.answer(f"  {address} goes on")
    for address in stand.by_hand:
        output.say(f"gt: {address} runs where a person began it, and goes on")
