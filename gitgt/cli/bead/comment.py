"""``git gt bead comment``: what is said about a bead."""

from __future__ import annotations

import sys

import click

from gitgt.cli import context, output, page
from gitgt.cli.noun import Noun
from gitgt.services import beads, reading

command = Noun(
    "Say something about a bead, or read what was said.",
    {
        "add": "gitgt.cli.bead.comment:add",
        "list": "gitgt.cli.bead.comment:show",
    },
    otherwise="add",
)


@click.command()
@click.argument("bead", metavar="ID")
@click.argument("text")
@output.json_option
def add(*, bead: str, text: str, as_json: bool) -> None:
    """Say something about a bead; - takes the text from stdin.

    The word add may be left out.
    """
    town = context.town()
    name = reading.identify(town, bead)
    said = sys.stdin.read() if text == "-" else text
    changed = beads.comment(town, name, context.me(), said.rstrip("\n"))
    if as_json:
        output.answer_json(changed.fields())
    else:
        output.answer(f"commented on {name}")
    context.after_noting(town, name)


@click.command("list")
@click.argument("bead", metavar="ID")
@output.json_option
def show(*, bead: str, as_json: bool) -> None:
    """List what was said about a bead, the oldest first."""
    said = reading.show(context.town(), bead).fields().get("comments", [])
    if as_json:
        output.answer_json(said)
    else:
        page.answer_comments(said)
