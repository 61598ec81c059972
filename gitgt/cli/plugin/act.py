"""Run a plugin by hand, and bring plugins from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.errors import RefusedError

if TYPE_CHECKING:
    from gitgt.model.plugin import Plugin
    from gitgt.services.town import Town


@click.command()
@click.argument("name")
@click.option("--rig", metavar="RIG", help="The rig whose plugin is meant.")
@click.option("--force", "-f", is_flag=True, help="Though it is not its time.")
@click.option("--dry-run", "-n", is_flag=True, help="Only tell who would do it.")
@output.json_option
def run(*, name: str, rig: str | None, force: bool, dry_run: bool, as_json: bool) -> None:
    """Send a dog to run a plugin, if it is its time; one by hand runs at any time."""
    from gitgt.services.dogs import sending
    from gitgt.services.plugins import library

    town = context.town()
    context.leader(["dogs"])
    plugin = library.shelf(town).find(name, rig or "")
    if not force:
        _check_due(town, plugin)
    if dry_run:
        dog = sending.foresee(town)
        _answer(plugin, dog, "", f"dogs/{dog} would run {name}", as_json=as_json)
        return
    sent = sending.send(town, plugin)
    dog, word = sent.run.dog, "runs" if sent.fresh else "is at"
    said = f"dogs/{dog} {word} {name}: {sent.run.id}"
    _answer(plugin, dog, sent.run.id, said, as_json=as_json)
    context.after_writing(town)


def _check_due(town: Town, plugin: Plugin) -> None:
    """Check that it is the time of a plugin; one by hand has no other.

    Raises:
        RefusedError: it is not.
    """
    from gitgt.model.plugin import GateKind
    from gitgt.model.plugin_due import Due, Later
    from gitgt.services.plugins import due, runs, trying

    if plugin.gate.kind is GateKind.MANUAL:
        return
    past = runs.every(town, plugin=plugin.name)
    found = due.judged(town, plugin, past, due.Memory(since=town.clock()))
    why = found.why if isinstance(found, Later) else ""
    if isinstance(found, Due) and found.check and not trying.holds(town, plugin, found.check):
        why = f"`{found.check}` says no"
    if why:
        hint = f"git gt plugin run {plugin.name} --force"
        raise RefusedError(f"{plugin.name} is not due: {why}", hint=hint)


def _answer(plugin: Plugin, dog: str, run: str, said: str, *, as_json: bool) -> None:
    if as_json:
        told = {"plugin": plugin.name, "rig": plugin.rig, "dog": dog, "run": run}
        output.answer_json(told)
    else:
        output.answer(said)


@click.command()
@click.option("--source", required=True, help="A folder with a folder for each plugin.",
              type=click.Path(exists=True, file_okay=False, path_type=Path))  # fmt: skip
@click.option("--rig", metavar="RIG", help="Into the rig's plugins; else the town's.")
@click.option("--clean", is_flag=True, help="Let those go that are not there.")
@click.option("--dry-run", "-n", is_flag=True, help="Only tell what would change.")
@output.json_option
def sync(*, source: Path, rig: str | None, clean: bool, dry_run: bool, as_json: bool) -> None:
    """Bring plugins from a folder, and commit them; one that cannot be read stays away."""
    from gitgt.services.plugins import syncing

    town = context.town()
    where = town.rig(rig) if rig else None
    found = syncing.plan(town, where, source, clean=clean)
    if not dry_run:
        syncing.bring(town, where, found, context.me())
    if as_json:
        output.answer_json(found.fields())
        return
    for name in found.changed:
        output.answer(f"{name} {'would be brought' if dry_run else 'is here'}")
    for name in found.gone:
        output.answer(f"{name} {'would go' if dry_run else 'is gone'}")
    if not (found.changed or found.gone):
        output.answer("nothing changes")
    for why in found.broken:
        output.say(f"gt: {why}")
    context.after_writing(town)
