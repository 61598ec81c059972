"""``git gt taps``: what agents' programs call, as it stands on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun

if TYPE_CHECKING:
    from gitgt.services.taps.listing import Installed
    from gitgt.services.town import Rig, Town

command = Noun(
    "See and renew what agents' programs call.",
    {
        "list": "gitgt.cli.taps:show_all",
        "diff": "gitgt.cli.taps:diff",
        "sync": "gitgt.cli.taps:sync",
    },
    usual="list",
)
_PENDING = 1


@click.command("list")
@context.rig_option
@output.json_option
def show_all(*, rig: str | None, as_json: bool) -> None:
    """List the taps of each role and runtime, and how it stands with them."""
    found = [_fields(each) for each in installed(context.town(), rig)]
    if as_json:
        output.answer_json(found)
    else:
        output.table(tuple(each.values()) for each in found)


@click.command()
@context.rig_option
@output.json_option
def diff(*, rig: str | None, as_json: bool) -> None:
    """Show what renewing them would change; exits with 1 if it would."""
    due = [each for each in installed(context.town(), rig) if each.is_due]
    if as_json:
        output.answer_json([{**_fields(each), "diff": each.difference} for each in due])
    else:
        for each in due:
            output.answer(each.difference.rstrip("\n"))
    if due:
        raise click.exceptions.Exit(_PENDING)


@click.command()
@context.rig_option
@output.json_option
def sync(*, rig: str | None, as_json: bool) -> None:
    """Write the taps that are missing or are not as they should be."""
    written = [_fields(each) for each in synced(context.town(), rig)]
    if as_json:
        output.answer_json(written)
        return
    for each in written:
        output.answer(f"{each['repository']} {each['role']} {each['runtime']}: {each['path']}")
    if not written:
        output.answer("the taps are as they should be")


def installed(town: Town, rig: str | None) -> Iterator[Installed]:
    """Yield the taps of the places that *rig* names."""
    from gitgt.services.taps import listing

    for place in _places(town, rig):
        yield from listing.installed(town, place)


def synced(town: Town, rig: str | None) -> Iterator[Installed]:
    """Write what is due in the places that *rig* names; yield what was written."""
    from gitgt.services.taps import listing

    for place in _places(town, rig):
        yield from listing.sync(town, place)


def _places(town: Town, rig: str | None) -> Iterator[Rig | Town]:
    for each in context.ledgers_for(town, rig):
        yield town if each is None else each


def _fields(each: Installed) -> dict[str, Any]:
    return {
        "repository": each.where,
        "role": each.role,
        "runtime": each.runtime,
        "state": str(each.state),
        "path": "" if each.path is None else str(each.path),
    }
