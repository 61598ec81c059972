"""``git gt watch``, ``up``, ``down`` and ``tick``: whoever sees to things."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.cli.progress import Progress
from gitgt.daemon.instance import Instance
from gitgt.errors import GtError
from gitgt.services.town import Town

if TYPE_CHECKING:
    from gitgt.daemon.background import Stopped


@click.command()
def watch() -> None:
    """Watch the town, until interrupted.

    Whatever is committed in it is seen to. One process watches a town; up starts one in the
    background.
    """
    from gitgt.daemon import watch as service

    town = context.town()
    seen = Town(town.root)  # a thread's own: libgit2's repositories are not to be shared
    with Progress("watching", look=lambda: _at_work(seen)):
        service.watch(town, ready=lambda: output.say(f"watching {town.root}; ^C ends"))


def _at_work(town: Town) -> str:
    """Say what is being tested, for somebody who watches the watcher.

    If settings are spoiled for a while, the watcher itself says so.
    """
    from gitgt.cli import mq
    from gitgt.services.gates.gate_runs import GateRuns

    try:
        rigs = town.rigs_here().values()
        found = [at for rig in rigs for at in GateRuns(town, rig).at_work()]
    except (GtError, OSError):
        return ""
    return "; ".join(mq.testing(each) for each in found)


@click.command()
@output.json_option
def up(*, as_json: bool) -> None:
    """Start the watcher in the background."""
    from gitgt.daemon import background

    town = context.town()
    with output.progress("starting the watcher"):
        who, fresh = background.up(town.root, Instance(town.gt))
    if as_json:
        output.answer_json({"pid": who.pid, "changed": fresh})
    elif fresh:
        output.answer(f"process {who.pid} watches {town.root}")
    else:
        output.answer(f"nothing changed: process {who.pid} watches {town.root}")


@click.command()
@output.json_option
def down(*, as_json: bool) -> None:
    """End the watcher, and all that it started.

    What agents have not committed is saved, and their beads stay on their hooks: up goes on
    where this ended.
    """
    from gitgt.daemon import background
    from gitgt.services.agents import wip

    town = context.town()
    context.person("ending all that runs is")
    with output.progress("ending what runs"):
        stopped = background.down(town.root, Instance(town.gt), _folders(town))
    _tell(stopped, as_json=as_json)
    with output.progress("saving what is not committed"):
        wip.save_everywhere(town)


def _tell(stopped: Stopped, *, as_json: bool) -> None:
    pids = [who.pid for who in (stopped.watcher, *stopped.others) if who is not None]
    if as_json:
        runs = [str(run) for run in stopped.runs]
        output.answer_json({"processes": pids, "runs": runs, "changed": bool(stopped)})
    elif not stopped:
        output.answer("nothing changed: nothing was running")
    else:
        output.answer(f"nothing runs any more: ended {_told(stopped)}")


@click.command()
@output.json_option
def tick(*, as_json: bool) -> None:
    """See to all that is due, once.

    For those who run no watcher; where one lives, it does so itself.
    """
    from gitgt.daemon.assemble import one_pass

    town = context.town()
    with output.progress("seeing to what is due"):
        done = one_pass(town)
    if as_json:
        output.answer_json({"done": done})
    else:
        output.answer("seen to what was due" if done else _who_is_at_it(town))


def _who_is_at_it(town: Town) -> str:
    who = Instance(town.gt).who()
    return f"the watcher, process {who.pid}, sees to it" if who else "another pass is at it"


def _folders(town: Town) -> list[Path]:
    return [town.gt, *(rig.repository_path / "gt" for rig in town.rigs().values())]


def _told(stopped: Stopped) -> str:
    parts = []
    if stopped.watcher:
        parts.append(f"the watcher, process {stopped.watcher.pid}")
    if stopped.runs:
        parts.append(
            _counted(len(stopped.runs), "session or gate run", "sessions or gate runs")
        )
    if stopped.others:
        parts.append(_counted(len(stopped.others), "process left", "processes left"))
    return ", ".join(parts)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
