"""``git gt hooks``: git's own hooks, those of ours among them, and agents' taps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from gitgt.cli import context, output, taps
from gitgt.cli.noun import Noun
from gitgt.git import githooks
from gitgt.git.repository import Repository
from gitgt.services.town import Town

command = Noun(
    "Install, check and remove our git hooks.",
    {
        "list": "gitgt.cli.hooks:show_all",
        "repair": "gitgt.cli.hooks:repair",
        "install": "gitgt.cli.hooks:install",
        "uninstall": "gitgt.cli.hooks:uninstall",
    },
    usual="list",
)


@click.command("list")
@context.rig_option
@output.json_option
def show_all(*, rig: str | None, as_json: bool) -> None:
    """List our hooks, agents' taps among them, and how it stands with each."""
    town = context.town()
    found = [
        {"repository": where, "name": hook.name, "state": str(hook.state)}
        for where, repository in _repositories(town, rig)
        for hook in githooks.installed(repository)
    ]
    found += [
        {"repository": tap.where, "name": f"{tap.role} {tap.runtime}", "state": str(tap.state)}
        for tap in taps.installed(town, rig)
    ]
    if as_json:
        output.answer_json(found)
    else:
        output.table(tuple(each.values()) for each in found)


@click.command()
@context.rig_option
@output.json_option
def repair(*, rig: str | None, as_json: bool) -> None:
    """Make good what other tools did to our hooks, and to agents' taps."""
    done = _put(rig, as_json=as_json)
    for tap in taps.synced(context.town(), rig):
        done.append({"repository": tap.where, "changed": True})
        if not as_json:
            output.answer(f"{tap.where} has the taps of {tap.role} on {tap.runtime}")
    if as_json:
        output.answer_json(done)


@click.command()
@context.rig_option
@output.json_option
def install(*, rig: str | None, as_json: bool) -> None:
    """Install our hooks; those that are there are run as before."""
    done = _put(rig, as_json=as_json)
    if as_json:
        output.answer_json(done)


@click.command()
@context.rig_option
@output.json_option
def uninstall(*, rig: str | None, as_json: bool) -> None:
    """Put every hook back as it was before us."""
    done = []
    context.person("taking our hooks away is")
    for where, repository in _repositories(context.town(), rig):
        githooks.uninstall(repository)
        done.append({"repository": where, "changed": True})
        if not as_json:
            output.answer(f"{where} has the hooks that it had before")
    if as_json:
        output.answer_json(done)


def _put(rig: str | None, *, as_json: bool) -> list[dict[str, Any]]:
    town = context.town()
    done: list[dict[str, Any]] = []
    for where, repository in _repositories(town, rig):
        fresh = githooks.install(repository, town=town.root, again=True)
        done.append({"repository": where, "changed": fresh})
        if not as_json:
            told = "has our hooks" if fresh else "has our hooks: nothing changed"
            output.answer(f"{where} {told}")
    return done


def _repositories(town: Town, rig: str | None) -> Iterator[tuple[str, Repository]]:
    for each in context.ledgers_for(town, rig):
        yield ("hq" if each is None else each.name), town.ledger_at(each).repository
