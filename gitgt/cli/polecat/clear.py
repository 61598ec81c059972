"""Clear up after polecats: sandboxes and branches that nobody needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.errors import GtError
from gitgt.services.town import Rig, Town

if TYPE_CHECKING:
    from gitgt.services.agents.dismantle import Kept
    from gitgt.services.agents.polecats import Idle

_force = click.option("--force", "-f", is_flag=True, help="Although work is at hand there.")
_dry_run = click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
_every = click.option("--all", "every", is_flag=True, help="All polecats of the rig named.")


@click.command()
@click.argument("names", metavar="RIG/NAME...|RIG", nargs=-1, required=True)
@_every
@_force
@_dry_run
@output.json_option
def nuke(
    *, names: tuple[str, ...], every: bool, force: bool, dry_run: bool, as_json: bool
) -> None:  # fmt: skip
    """Take sandboxes away, and the branches of what was done there.

    The identity stays, with all that it has done. Refused while a session goes on, while work
    hangs on the hook or waits to land, and while there are changes not committed or commits
    not landed. With --force all of that is kept first: in a snapshot, and in the trash; what
    was on the hook is open again.
    """
    town = context.town()
    wanted = _wanted(town, names, every=every)
    if dry_run:
        _foresee(town, wanted, as_json=as_json)
    else:
        _clear(town, wanted, force=force, but_branches=False, as_json=as_json)


@click.command()
@click.argument("names", metavar="RIG/NAME...|RIG", nargs=-1, required=True)
@_every
@_force
@output.json_option
def remove(*, names: tuple[str, ...], every: bool, force: bool, as_json: bool) -> None:
    """Take sandboxes away, and leave the branches where they are."""
    town = context.town()
    wanted = _wanted(town, names, every=every)
    _clear(town, wanted, force=force, but_branches=True, as_json=as_json)


def _wanted(town: Town, names: tuple[str, ...], *, every: bool) -> list[tuple[Rig, str]]:
    from gitgt.services.agents import polecats

    found: list[tuple[Rig, str]] = []
    for name in names:
        if every:
            rig = town.rig(name)
            found += [(rig, each.address) for each in polecats.every(town, rig)]
        else:
            rig, agent = polecats.find(town, name)
            found.append((rig, agent.address))
    return found


def _foresee(town: Town, wanted: list[tuple[Rig, str]], *, as_json: bool) -> None:
    from gitgt.services.agents import dismantle

    found = {address: dismantle.at_hand(town, rig, address) for rig, address in wanted}
    if as_json:
        output.answer_json([{"address": name, "at_hand": why} for name, why in found.items()])
        return
    for address, why in found.items():
        text = f"only with --force: {'; '.join(why)}" if why else "would be taken away"
        output.answer(f"{address}: {text}")


def _clear(
    town: Town, wanted: list[tuple[Rig, str]], *, force: bool, but_branches: bool, as_json: bool
) -> None:
    """Take one sandbox away after the other: what stops one does not stop the others."""
    from gitgt.services.agents import polecats

    me = context.leader(address for _, address in wanted)
    done: list[tuple[str, Kept]] = []
    failed: list[GtError] = []
    for rig, address in wanted:
        try:
            kept = polecats.nuke(town, rig, address, me, force=force, but_branches=but_branches)
        except GtError as error:
            failed.append(error)
            continue
        done.append((address, kept))
    _tell(done, as_json=as_json)
    context.after_writing(town)
    for refusal in failed[1:]:
        output.say(f"gt: {refusal.message}")
    if failed:
        raise failed[0]


def _tell(done: list[tuple[str, Kept]], *, as_json: bool) -> None:
    if as_json:
        output.answer_json([{"address": name, **kept.fields()} for name, kept in done])
        return
    for name, kept in done:
        output.answer(f"{name} has no sandbox any more")
        for line in kept.lines():
            output.answer(f"  {line}")


@click.command()
@click.argument("rig", required=False)
@click.option(
    "--threshold", default=20, show_default=True, metavar="COMMITS", help="So far behind."
)
@click.option("--cleanup", is_flag=True, help="Take those away where nothing is at hand.")
@_dry_run
@output.json_option
def stale(
    *, rig: str | None, threshold: int, cleanup: bool, dry_run: bool, as_json: bool
) -> None:  # fmt: skip
    """List sandboxes that nobody uses, and that are far behind the rig's branch."""
    from gitgt.services.agents import polecats

    town = context.town()
    where = context.rig_for(town, rig, option=False)
    if cleanup:
        context.leader([f"{where.name}/polecats"])
    found = polecats.stale(town, where, threshold=threshold)
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        output.table([_cells(each) for each in found], head=("address", "behind", ""))
    for each in found if cleanup and not dry_run else ():
        if not each.kept_for:
            polecats.nuke(town, where, each.address, context.me(), force=False)
            output.say(f"{each.address} has no sandbox any more")


def _cells(idle: Idle) -> tuple[str, ...]:
    return (idle.address, str(idle.behind), "; ".join(idle.kept_for) or "nothing at hand")


@click.command("gc")
@click.argument("rig", required=False)
@_dry_run
@output.json_option
def collect(*, rig: str | None, dry_run: bool, as_json: bool) -> None:
    """Let branches of polecats go that have landed and that nobody stands on.

    They are in the trash for a while. What has not landed stays.
    """
    from gitgt.services.agents import polecats

    town = context.town()
    where = context.rig_for(town, rig, option=False)
    if not dry_run:
        context.leader([f"{where.name}/polecats"])
    found = (polecats.old_branches if dry_run else polecats.collect)(town, where)
    if as_json:
        output.answer_json(found.fields())
        return
    for name in found.gone:
        output.answer(f"{name} {'would go' if dry_run else 'is in the trash'}")
    for name, count in found.kept.items():
        plural = "" if count == 1 else "s"
        output.answer(f"{name} stays: {count} commit{plural} not landed")
