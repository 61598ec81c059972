"""Let the system's supervisor look after the watcher, or no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output

if TYPE_CHECKING:
    from gitgt.daemon.supervising import Supervision, System

_SYSTEM = click.option(
    "--system", "wanted", type=click.Choice(["systemd", "launchd"]),
    help="Which supervisor; usually that of this system.",
)  # fmt: skip


@click.command("enable-supervisor")
@_SYSTEM
@click.option("--dry-run", "--print", "only_shown", is_flag=True, help="Write nothing.")
@output.json_option
def enable(*, wanted: str | None, only_shown: bool, as_json: bool) -> None:
    """Write a unit that starts the watcher when it dies.

    It is a user unit of systemd, or an agent of launchd. Nothing is started: what you type for
    that is told. A town that was told to go down is left down.
    """
    from gitgt.daemon import supervising

    town, system = context.town(), _system(wanted)
    context.person("supervision is")
    if only_shown:
        unit = supervising.plan(town.root, system)
        if not as_json:
            output.say(f"# {unit.path}")
            output.raw(unit.text.decode())
            return
    else:
        unit = supervising.enable(town.root, system)
    if as_json:
        output.answer_json(_fields(unit, changed=not (unit.there or only_shown)))
        return
    output.answer(f"nothing changed: {unit.path}" if unit.there else f"written: {unit.path}")
    output.answer("now type:")
    for line in unit.type:
        output.answer(f"  {line}")


@click.command("disable-supervisor")
@_SYSTEM
@output.json_option
def disable(*, wanted: str | None, as_json: bool) -> None:
    """Take the unit away again; the watcher goes on."""
    from gitgt.daemon import supervising

    town, system = context.town(), _system(wanted)
    context.person("supervision is")
    unit, was_there = supervising.disable(town.root, system)
    if as_json:
        output.answer_json(_fields(unit, changed=was_there))
    elif was_there:
        output.answer(f"taken away: {unit.path}")
    else:
        output.answer("nothing changed: there was none")


def _fields(unit: Supervision, *, changed: bool) -> dict[str, object]:
    return {
        "system": str(unit.system),
        "path": str(unit.path),
        "changed": changed,
        "unit": unit.text.decode(),
        "type": list(unit.type),
    }


def _system(wanted: str | None) -> System:
    from gitgt.daemon import supervising

    return supervising.System(wanted) if wanted else supervising.usual()
