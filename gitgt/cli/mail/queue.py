"""``git gt mail queue``, ``claim`` and ``release``: work that exactly one takes."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.mail import box, listing
from gitgt.cli.noun import Noun
from gitgt.cli.one_of import OneOf
from gitgt.model.mail.routing import ListKind

command = Noun(
    "Keep work that waits for whoever claims it.",
    {
        "list": "gitgt.cli.mail.queue:every",
        "show": "gitgt.cli.mail.queue:show",
        "create": "gitgt.cli.mail.queue:create",
        "delete": "gitgt.cli.mail.queue:delete",
    },
    usual="list",
)


@click.command("list")
@output.json_option
def every(*, as_json: bool) -> None:
    """List the queues, and how much waits in each."""
    from gitgt.services.mail import lists

    town = context.town()
    found = lists.every(town, ListKind.QUEUE)
    counted = [(each, lists.counts(town, each.title)) for each in found]
    if as_json:
        output.answer_json([{**each.fields(), **many} for each, many in counted])
    else:
        output.table(_cells(each.title, many) for each, many in counted)


@click.command()
@click.argument("name")
@output.json_option
def show(*, name: str, as_json: bool) -> None:
    """Show who may claim from a queue, and what waits there."""
    from gitgt.services.mail import boxes, lists

    town = context.town()
    found = lists.get(town, ListKind.QUEUE, name)
    many = lists.counts(town, name)
    if as_json:
        output.answer_json({**found.fields(), **many})
        return
    listing.page(found, _cells(name, many)[1:])
    box.answer(boxes.inbox(town.ledger.snapshot(), f"queue:{name}")[::-1], as_json=False)


@click.command()
@click.argument("name")
@click.option(
    "--claimers", multiple=True, metavar="ADDRESS", help="Who may claim; otherwise everybody."
)
@click.option(
    "--order",
    type=OneOf("gitgt.model.documents:QueueOrder"),
    default="fifo",
    help="What is claimed first.",
)
@output.json_option
def create(
    *, name: str, claimers: tuple[str, ...], order: str, as_json: bool
) -> None:  # fmt: skip
    """Make a queue."""
    listing.create(ListKind.QUEUE, name, as_json=as_json, receivers=claimers, order=order)


@click.command()
@click.argument("name")
@output.json_option
def delete(*, name: str, as_json: bool) -> None:
    """End a queue in which nothing waits any more."""
    listing.close(ListKind.QUEUE, name, as_json=as_json)


@click.command()
@click.argument("queue", required=False, default="")
@output.json_option
def claim(*, queue: str, as_json: bool) -> None:
    """Claim the next message of a queue, or of any that is open to you."""
    from gitgt.services.mail import queues

    town = context.town()
    found = queues.claim(town, queue.removeprefix("queue:"), box.mine(town), context.me())
    if as_json:
        output.answer_json([found.fields()] if found else [])
    elif found is None:
        output.answer("nothing waits")
    else:
        box.page(found)
        output.say(f"hint: git gt mail archive {found.id} when it is done")


@click.command()
@click.argument("message", metavar="ID")
@output.json_option
def release(*, message: str, as_json: bool) -> None:
    """Give back what you claimed: it waits for others again."""
    from gitgt.services.mail import boxes, steps

    town = context.town()
    me = box.mine(town)
    name = str(boxes.find(town, message).id)
    done = steps.unread(town, [name], context.me(), me)
    box.answer_steps(done, "new", as_json=as_json)


def _cells(name: str, many: dict[str, int]) -> tuple[str, ...]:
    return (name, *(f"{count} {word}" for word, count in many.items()))
