"""``git gt mail channel``: what is told to subscribers, and kept for who comes later."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.mail import box, listing
from gitgt.cli.noun import Noun
from gitgt.model.mail.routing import ListKind

command = Noun(
    "Tell subscribers something, and keep what was told.",
    {
        "list": "gitgt.cli.mail.channel:every",
        "show": "gitgt.cli.mail.channel:show",
        "create": "gitgt.cli.mail.channel:create",
        "delete": "gitgt.cli.mail.channel:delete",
        "subscribe": "gitgt.cli.mail.channel:subscribe",
        "unsubscribe": "gitgt.cli.mail.channel:unsubscribe",
        "subscribers": "gitgt.cli.mail.channel:subscribers",
    },
    usual="list",
    otherwise="show",
)


@click.command("list")
@output.json_option
def every(*, as_json: bool) -> None:
    """List the channels, and who has subscribed to each."""
    listing.answer_all(ListKind.CHANNEL, as_json=as_json)


@click.command()
@click.argument("name")
@output.json_option
def show(*, name: str, as_json: bool) -> None:
    """List what was told on a channel, the newest first."""
    _history(name, as_json=as_json)


@click.command()
@click.argument("name")
@click.option("--retain-count", type=click.IntRange(min=0), default=0, help="Keep so many.")
@click.option("--retain-hours", type=click.IntRange(min=0), default=0, help="Keep for so long.")
@output.json_option
def create(*, name: str, retain_count: int, retain_hours: int, as_json: bool) -> None:
    """Make a channel."""
    keep = {"retain_count": retain_count, "retain_hours": retain_hours}
    listing.create(ListKind.CHANNEL, name, as_json=as_json, **keep)


@click.command()
@click.argument("name")
@output.json_option
def delete(*, name: str, as_json: bool) -> None:
    """End a channel."""
    listing.close(ListKind.CHANNEL, name, as_json=as_json)


@click.command()
@click.argument("name")
@box.identity_option
@output.json_option
def subscribe(*, name: str, identity: str | None, as_json: bool) -> None:
    """Get what is told on a channel from now on."""
    who = box.mine(context.town(), identity)
    listing.change(ListKind.CHANNEL, name, who, comes=True, as_json=as_json)


@click.command()
@click.argument("name")
@box.identity_option
@output.json_option
def unsubscribe(*, name: str, identity: str | None, as_json: bool) -> None:
    """Get it no more."""
    who = box.mine(context.town(), identity)
    listing.change(ListKind.CHANNEL, name, who, comes=False, as_json=as_json)


@click.command()
@click.argument("name")
@output.json_option
def subscribers(*, name: str, as_json: bool) -> None:
    """List who has subscribed to a channel."""
    from gitgt.services.mail import lists

    found = lists.get(context.town(), ListKind.CHANNEL, name)
    if as_json:
        output.answer_json(list(found.receivers))
    else:
        output.table((each,) for each in found.receivers)


@click.command()
@click.argument("channel", required=False)
@output.json_option
def announces(*, channel: str | None, as_json: bool) -> None:
    """List the channels, or what was told on one: Gas Town's bulletin boards."""
    if channel is None:
        listing.answer_all(ListKind.CHANNEL, as_json=as_json)
    else:
        _history(channel.removeprefix("announce:"), as_json=as_json)


def _history(name: str, *, as_json: bool) -> None:
    from gitgt.services.mail import boxes, lists

    town = context.town()
    lists.get(town, ListKind.CHANNEL, name)
    found = boxes.inbox(town.ledger.snapshot(), f"channel:{name}")
    box.answer(found, as_json=as_json)
