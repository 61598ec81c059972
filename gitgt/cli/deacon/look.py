"""See how the deacon stands."""

from __future__ import annotations

import click

from gitgt.cli import context, output


@click.command()
@output.json_option
def status(*, as_json: bool) -> None:
    """Show how the deacon stands: its watcher, its heartbeat, whether it is paused.

    The deacon is code in the watcher. It sleeps until its next deadline, or until something
    happens: a heartbeat that is long ago is no fault of a town in which nothing is to be done.
    """
    from gitgt.daemon.instance import Instance
    from gitgt.services.agents import attended
    from gitgt.services.deacon import helper
    from gitgt.services.deacon import status as service

    town = context.town()
    who = Instance(town.gt).who()
    seen = service.of(town)
    sits = attended.standing(town, helper.deacon(town)).is_running
    if as_json:
        output.answer_json(
            {**seen.fields(), "watcher": who.pid if who else None, "agent": sits}
        )
        return
    alive = f"in the watcher, process {who.pid}" if who else "nobody watches: git gt up"
    output.answer(f"deacon: {alive}")
    for line in seen.lines():
        output.answer(output.one_line(f"  {line}"))
    if sits:
        output.answer("  a session of its helper goes on: git gt deacon attach")


@click.command()
@click.argument("action", default="")
@output.json_option
def heartbeat(*, action: str, as_json: bool) -> None:
    """Write a heartbeat by hand, for a deacon's session that makes patrols of its own.

    The watcher writes its own whenever it has done something.
    """
    from gitgt.services.deacon import status as service

    made = service.beat(context.town(), action)
    if as_json:
        output.answer_json(made.fields())
    else:
        output.answer(f"heartbeat {made.cycle}{f': {action}' if action else ''}")
