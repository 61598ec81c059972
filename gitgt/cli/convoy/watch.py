"""Hear when a convoy has landed, or hear nothing more."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.model.address import is_address
from gitgt.model.documents import Convoy

_addr = click.option(
    "--addr", default="", metavar="ADDRESS", help="Who; without it you, and people at large."
)


@click.command()
@click.argument("convoy_id", metavar="ID")
@click.option("--nudge", is_flag=True, help="By a nudge, not by mail.")
@_addr
@output.json_option
def watch(*, convoy_id: str, nudge: bool, addr: str, as_json: bool) -> None:
    """Be told when a convoy has landed, or needs somebody."""
    from gitgt.services.convoy import watching

    town, whom = context.town(), _whom(addr)
    made = watching.watch(town, convoy_id, whom, context.me(), nudge=nudge)
    how = "is nudged" if nudge else "gets mail"
    _answer(made, f"{whom} {how} when {made.id} has landed", as_json=as_json)


@click.command()
@click.argument("convoy_id", metavar="ID")
@_addr
@output.json_option
def unwatch(*, convoy_id: str, addr: str, as_json: bool) -> None:
    """Hear nothing more of a convoy."""
    from gitgt.services.convoy import watching

    town, whom = context.town(), _whom(addr)
    made = watching.unwatch(town, convoy_id, whom, context.me())
    _answer(made, f"{whom} hears nothing more of {made.id}", as_json=as_json)


def _whom(addr: str) -> str:
    own = context.me().address
    return addr or (own if is_address(own) else "overseer")


def _answer(made: Convoy, text: str, *, as_json: bool) -> None:
    if as_json:
        output.answer_json(made.fields())
    else:
        output.answer(text)
