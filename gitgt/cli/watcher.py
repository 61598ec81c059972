"""``git gt watch`` and ``tick``: whoever sees to things."""

from __future__ import annotations

import os

import click

from gitgt.cli import context, output
from gitgt.cli.held_back import say_if_held
from gitgt.cli.progress import Progress
from gitgt.daemon.instance import Instance
from gitgt.errors import GtError
from gitgt.services.town import Town


@click.command()
def watch() -> None:
    """Watch the town, until interrupted.

    Whatever is committed in it is seen to. One process watches a town; up starts one in the
    background.
    """
    watched(context.town())


def watched(town: Town) -> None:
    """Be the watcher of *town*."""
    from gitgt.daemon import watch as service
    from gitgt.services.uptime import coming_up

    seen = Town(town.root)  # a thread's own: libgit2's repositories are not to be shared
    with Progress("watching", look=lambda: _at_work(seen)):
        coming_up.rise(town, context.me())
        service.watch(
            town,
            ready=lambda: output.say(f"watching {town.root}; ^C ends"),
            ending=_say_ending,
        )


def _say_ending() -> None:
    """Say it from within a signal's handler, which may have come while something is said."""
    os.write(2, b"\nending after what it is at; ^C again ends at once\n")


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
        say_if_held(town)


def _who_is_at_it(town: Town) -> str:
    who = Instance(town.gt).who()
    return f"the watcher, process {who.pid}, sees to it" if who else "another pass is at it"
