"""Turns a line of the catalog into the command that it names, and walks what is below it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import click

from gitgt.cli import rehearsing
from gitgt.cli.catalog import Entry, visible


def command_of(entry: Entry) -> click.Command:
    """Import the one module of a command, and return the command."""
    module, _, attribute = entry.module.partition(":")
    found = getattr(importlib.import_module(module), attribute or "command")
    assert isinstance(found, click.Command)
    return rehearsing.offer(found, entry.name)


def everything() -> Iterator[click.Context]:
    """Return each command and subcommand that people are told about, in its context."""
    for entry in visible():
        yield from below(click.Context(command_of(entry), info_name=f"git gt {entry.name}"))


def below(context: click.Context) -> Iterator[click.Context]:
    """Return a command's context, then those of its subcommands."""
    yield context
    for name, command in subcommands(context):
        yield from below(click.Context(command, info_name=name, parent=context))


def subcommands(context: click.Context) -> list[tuple[str, click.Command]]:
    """Return the visible subcommands of a group, and none of any other command."""
    group = context.command
    if not isinstance(group, click.Group):
        return []
    found = [(name, group.get_command(context, name)) for name in group.list_commands(context)]
    return [(name, command) for name, command in found if command and not command.hidden]


def options(context: click.Context) -> list[tuple[str, str]]:
    """Return a command's own options as they are written, each with its help."""
    records = [
        each.get_help_record(context)
        for each in context.command.params
        if isinstance(each, click.Option)
    ]
    return [record for record in records if record]
