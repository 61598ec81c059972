"""``git gt mail group``: many receivers under one name."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.mail import listing
from gitgt.cli.noun import Noun
from gitgt.model.mail.routing import ListKind

command = Noun(
    "Name many receivers at once.",
    {
        "list": "gitgt.cli.mail.group:every",
        "show": "gitgt.cli.mail.group:show",
        "create": "gitgt.cli.mail.group:create",
        "add": "gitgt.cli.mail.group:add",
        "remove": "gitgt.cli.mail.group:remove",
        "delete": "gitgt.cli.mail.group:delete",
    },
    usual="list",
)


@click.command("list")
@output.json_option
def every(*, as_json: bool) -> None:
    """List the groups, and whom each means."""
    listing.answer_all(ListKind.GROUP, as_json=as_json)


@click.command()
@click.argument("name")
@output.json_option
def show(*, name: str, as_json: bool) -> None:
    """Show whom a group means, and whom a message to it would reach now."""
    from gitgt.model.mail import routing
    from gitgt.services.mail import directory, lists

    town = context.town()
    found = lists.get(town, ListKind.GROUP, name)
    reached = routing.route(f"group:{name}", directory.known(town)).receivers
    if as_json:
        output.answer_json({**found.fields(), "reached": list(reached)})
        return
    listing.page(found)
    output.answer(f"reaches: {', '.join(reached) or 'nobody'}")


@click.command()
@click.argument("name")
@click.argument("members", nargs=-1)
@click.option("--member", "more", multiple=True, metavar="ADDRESS", help="Whom it means, too.")
@output.json_option
def create(
    *, name: str, members: tuple[str, ...], more: tuple[str, ...], as_json: bool
) -> None:  # fmt: skip
    """Make a group of addresses, patterns and other groups."""
    listing.create(ListKind.GROUP, name, as_json=as_json, receivers=(*members, *more))


@click.command()
@click.argument("name")
@click.argument("member")
@output.json_option
def add(*, name: str, member: str, as_json: bool) -> None:
    """Let a group mean somebody more."""
    listing.change(ListKind.GROUP, name, member, comes=True, as_json=as_json)


@click.command()
@click.argument("name")
@click.argument("member")
@output.json_option
def remove(*, name: str, member: str, as_json: bool) -> None:
    """Let a group mean somebody less."""
    listing.change(ListKind.GROUP, name, member, comes=False, as_json=as_json)


@click.command()
@click.argument("name")
@output.json_option
def delete(*, name: str, as_json: bool) -> None:
    """End a group."""
    listing.close(ListKind.GROUP, name, as_json=as_json)
