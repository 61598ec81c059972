"""File a warrant, execute it, or pardon whom it is about."""

from __future__ import annotations

import sys

import click

from gitgt.cli import context, output
from gitgt.errors import RefusedError


@click.command()
@click.argument("target", metavar="AGENT")
@click.option("--reason", "-r", default="", help="What it does not do.")
@click.option("--stdin", is_flag=True, help="Read the reason from stdin.")
@output.json_option
def file(*, target: str, reason: str, stdin: bool, as_json: bool) -> None:
    """Wish that an agent's session ends, if it does not answer.

    It is asked three times whether it lives: a word, a turn, a commit or a changed file is an
    answer. Only its session ends; its work is saved before.
    """
    from gitgt.services.warrants import filing

    town = context.town()
    told = sys.stdin.read().strip() if stdin else reason
    who = context.leader([filing.target_of(town, target)])
    if who.address == filing.target_of(town, target):
        raise RefusedError(f"{target} is you", hint="git gt handoff, or git gt done")
    filed = filing.file(town, target, who, reason=told)
    if as_json:
        output.answer_json(filed.warrant.fields())
    elif filed.fresh:
        output.answer(f"{filed.warrant.id} is a warrant on {filed.warrant.about}")
    else:
        output.answer(f"{filed.warrant.id} is on {filed.warrant.about} already")
    context.after_writing(town)


@click.command()
@click.argument("target", metavar="AGENT|ID")
@click.option("--force", "-f", is_flag=True, help="Whether it answers or not, whoever it is.")
@output.json_option
def execute(*, target: str, force: bool, as_json: bool) -> None:
    """End an agent's session now. Its work is saved first, and its sandbox stays."""
    from gitgt.services.warrants import dance

    town = context.town()
    ended = dance.execute(town, target, context.me(), force=force)
    if as_json:
        output.answer_json(ended.fields())
    else:
        output.answer(f"{ended.id}: the session of {ended.about} has ended")
    context.after_writing(town)


@click.command()
@click.argument("target", metavar="AGENT|ID")
@click.option("--reason", "-r", required=True, help="Why it is to live on.")
@output.json_option
def pardon(*, target: str, reason: str, as_json: bool) -> None:
    """Let an agent's session go on, whatever it answers."""
    from gitgt.services.warrants import filing

    town = context.town()
    found = filing.find(town, target)
    ended = filing.pardon(town, str(found.id), context.leader([found.about]), reason=reason)
    if as_json:
        output.answer_json(ended.fields())
    else:
        output.answer(f"{ended.id}: {ended.about} is pardoned")
    context.after_writing(town)
