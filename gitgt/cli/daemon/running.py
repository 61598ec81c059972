"""Start and stop the watcher alone, and see how it is."""

from __future__ import annotations

from typing import Any

import click

from gitgt.cli import context, output, watcher
from gitgt.cli.uptime import wait_option
from gitgt.daemon.instance import PID, Instance
from gitgt.services.town import Town


@click.command()
@output.json_option
def start(*, as_json: bool) -> None:
    """Start the watcher in the background, and nothing else.

    It begins sessions for what is on hooks; up also begins again who sat there.
    """
    from gitgt.daemon import background
    from gitgt.services.uptime import coming_up

    town = context.town()
    coming_up.rise(town, context.me())
    with output.progress("starting the watcher"):
        who, fresh = background.up(town.root, Instance(town.gt))
    if as_json:
        output.answer_json({"pid": who.pid, "changed": fresh})
        return
    again = "" if fresh else "nothing changed: "
    output.answer(f"{again}process {who.pid} watches {town.root}")


@click.command()
@wait_option
@output.json_option
def stop(*, grace: float, as_json: bool) -> None:
    """Stop the watcher; sessions and gates go on.

    Whatever they set off is then seen to by themselves. down ends all.
    """
    from gitgt.daemon import ending
    from gitgt.errors import EnvironmentProblemError

    town = context.town()
    context.person("stopping the watcher is")
    who = Instance(town.gt).who()
    if not ending.end_watcher(who, grace):
        raise EnvironmentProblemError(f"process {who.pid if who else '?'} cannot be killed")
    if as_json:
        output.answer_json({"pid": who.pid if who else None, "changed": who is not None})
    elif who is None:
        output.answer("nothing changed: nobody watches")
    else:
        output.answer(f"the watcher, process {who.pid}, has ended; sessions and gates go on")


@click.command()
@output.json_option
def status(*, as_json: bool) -> None:
    """Show whether the watcher lives, and since when.

    And what keeps it from beginning anybody: a freeze, a town that is down, a crash loop.
    """
    town = context.town()
    fields = _fields(town)
    if as_json:
        output.answer_json(fields)
        return
    alive = f"process {fields['pid']} watches since {fields['since']}"
    output.answer(alive if fields["pid"] else "nobody watches: git gt up")
    if fields["down"]:
        output.answer(f"the town is down since {fields['down']}: git gt up")
    if fields["frozen"]:
        output.answer(f"{fields['frozen']}: git gt thaw")
    for each in fields["held_back"]:
        name, count = each["address"], each["restarts"]
        state = "begun no more" if each["stopped"] else "begun later and later"
        output.answer(
            f"{name} ended {count} times, and is {state}: git gt daemon clear-backoff {name}"
        )
    output.answer(f"log: {fields['log']}")
    if fields["supervisor"]:
        output.answer(f"supervisor: {fields['supervisor']}")


def _fields(town: Town) -> dict[str, Any]:
    from gitgt.daemon import logfiles, supervising
    from gitgt.model.instant import text_of
    from gitgt.services import freeze, uptime
    from gitgt.services.uptime import trails

    who = Instance(town.gt).who()
    down, halted = uptime.last(town), freeze.frozen(town)
    unit = supervising.plan(town.root, supervising.usual()).path
    return {
        "pid": who.pid if who else None,
        "since": text_of((town.gt / PID).stat().st_mtime) if who else "",
        "down": down.since if down and not down.over else "",
        "frozen": f"{halted.place} is frozen: {halted.why}" if halted else "",
        "held_back": [
            {"address": name, "restarts": len(each.at), "stopped": each.stopped}
            for name, each in sorted(trails.every(town).items())
        ],
        "log": str(logfiles.log_of(town.gt)),
        "supervisor": str(unit) if unit.exists() else "",
    }


@click.command()
@click.option("--supervised", is_flag=True,
              help="End at once if the town was told to be down.")  # fmt: skip
def run(*, supervised: bool) -> None:
    """Be the watcher, here in the foreground.

    What a supervisor of the system calls; a person types git gt watch.
    """
    from gitgt.services import uptime

    town = context.town()
    if supervised and uptime.is_down(town):
        output.say("the town was told to be down; git gt up starts the watcher")
        return
    watcher.watched(town)
