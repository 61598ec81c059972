"""``git gt up``, ``down`` and ``shutdown``: begin all, and end all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.cli.held_back import say_if_held
from gitgt.daemon.instance import Instance
from gitgt.errors import EnvironmentProblemError, GtError
from gitgt.git import faults

if TYPE_CHECKING:
    from pathlib import Path

    from gitgt.daemon.ending import Found, Stopped
    from gitgt.model.actor import Actor
    from gitgt.runtime.identity import Identity
    from gitgt.services.town import Rig, Town
    from gitgt.services.uptime.coming_up import Restored

wait_option = click.option(
    "--wait", "-w", "grace", type=click.FloatRange(min=0), default=5.0, show_default=True,
    help="Seconds between asking and killing.",
)  # fmt: skip


@click.command()
@click.option(
    "--restore", is_flag=True, help="Also those whose sessions vanished without a down."
)
@output.json_option
def up(*, restore: bool, as_json: bool) -> None:
    """Start the watcher, and who sat there.

    The watcher runs in the background. The mayor and the crew that sat there when down was
    said are begun again, where their programs can with the same conversation; polecats are
    begun by what is on their hooks.
    """
    from gitgt.daemon import background
    from gitgt.services.uptime import coming_up

    town = context.town()
    who = context.me()
    coming_up.rise(town, who)
    with output.progress("starting the watcher"):
        watcher, fresh = background.up(town.root, Instance(town.gt))
    with output.progress("beginning who sat there"):
        done = coming_up.restore(town, who, lost=restore)
    if as_json:
        output.answer_json(_up_fields(watcher, done, fresh=fresh))
    else:
        _tell_up(town, watcher, done, fresh=fresh)
    if done.failed:
        raise EnvironmentProblemError(
            f"{len(done.failed)} could not be begun", hint="git gt up tries them again"
        )


def _up_fields(watcher: Identity, done: Restored, *, fresh: bool) -> dict[str, object]:
    return {
        "pid": watcher.pid,
        "changed": fresh or bool(done.begun),
        "begun": list(done.begun),
        "failed": [{"address": address, "why": why} for address, why in done.failed],
        "kept_back": list(done.kept_back),
    }


def _tell_up(town: Town, watcher: Identity, done: Restored, *, fresh: bool) -> None:
    from gitgt.services import freeze

    said = f"process {watcher.pid} watches {town.root}"
    is_news = fresh or done.begun
    output.answer(said if is_news else f"nothing changed: {said}")
    for address in done.begun:
        output.answer(f"{address} sits there again")
    for address, why in done.failed:
        output.say(f"gt: {address} could not be begun: {why}")
    say_if_held(town, None if freeze.frozen(town) else _rig_of(town, done.kept_back))


def _rig_of(town: Town, kept_back: Sequence[str]) -> Rig | None:
    """Return the rig whose freeze keeps somebody back."""
    return next((town.rig(each.partition("/")[0]) for each in kept_back), None)


@click.command()
@click.option("--all", "-a", "every", is_flag=True,
              help="Also who works in our sandboxes and is not known to be ours.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Tell what would be ended; end nothing.")
@wait_option
@output.json_option
def down(*, every: bool, dry_run: bool, grace: float, as_json: bool) -> None:
    """End the watcher, and all that it started.

    What agents have not committed is saved, and their beads stay on their hooks: up goes on
    where this ended. Until then nobody is begun by themselves. Who is still alive afterwards is
    told, with exit code 1.
    """
    town = context.town()
    who = context.person("ending all that runs is")
    if dry_run:
        _tell_found(town, as_json=as_json)
    else:
        _end(town, who, grace=grace, every=every, remember=True, as_json=as_json)


@click.command()
@click.option("--graceful", "-g", is_flag=True,
              help="First let agents end their turns, for as long as --wait says.")  # fmt: skip
@click.option("--force", "-f", is_flag=True, help="Kill at once.")
@click.option("--wait", "-w", "patience", type=click.FloatRange(min=0), default=30.0,
              show_default=True, help="Seconds for --graceful.")  # fmt: skip
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@output.json_option
def shutdown(*, graceful: bool, force: bool, patience: float, yes: bool, as_json: bool) -> None:
    """End the day: begin nobody again.

    All that runs ends, and up begins no session but for what is on hooks. What agents have not
    committed is saved, and their sandboxes and hooks stay.
    """
    from gitgt.services.uptime import going_down, last_call

    town = context.town()
    who = context.person("ending all that runs is")
    if graceful and force:
        raise click.UsageError("--graceful and --force contradict each other")
    if not yes and not faults.are_pretended():
        click.confirm("end all that runs, and begin nobody again?", abort=True, err=True)
    if graceful:
        going_down.note(town, who, remember=False)
        with output.progress("letting agents end their turns"):
            last_call.wait(town, who, patience=patience)
    _end(town, who, grace=0.0 if force else 5.0, every=False, remember=False, as_json=as_json)


def _end(
    town: Town, who: Actor, *, grace: float, every: bool, remember: bool, as_json: bool
) -> None:
    from gitgt.daemon import ending
    from gitgt.services.agents import wip
    from gitgt.services.uptime import going_down

    note = going_down.note(town, who, remember=remember)
    with output.progress("ending what runs"):
        stopped = ending.down(town.root, Instance(town.gt), _folders(town), grace=grace)
        beyond = _strays(town)
        if every:
            ended = ending.end(beyond, grace)
            beyond = [each for each in beyond if each not in ended]
    _tell(stopped, sorted(note.sat), as_json=as_json)
    for each in beyond:
        output.say(f"gt: process {each.pid} works in a sandbox, and is not known to be ours")
    if beyond:
        output.say("hint: git gt down --all ends it")
    with output.progress("saving what is not committed"):
        wip.save_everywhere(town)
    if stopped.left:
        raise GtError(
            f"still alive: {', '.join(_named(each.pid, each.name) for each in stopped.left)}",
            hint="; ".join(dict.fromkeys(each.why for each in stopped.left)),
        )


def _named(pid: int, name: str) -> str:
    return f"process {pid or '?'}{f' ({name})' if name else ''}"


def _strays(town: Town) -> list[Identity]:
    from gitgt.daemon import ending

    rigs = town.rigs().values()
    return ending.strays([rig.path / each for rig in rigs for each in ("polecats", "refinery")])


def _tell_found(town: Town, *, as_json: bool) -> None:
    from gitgt.daemon import ending
    from gitgt.services.uptime import going_down

    found = ending.found(town.root, Instance(town.gt), _folders(town))
    sat = sorted(dict(going_down.attended(town)))
    if as_json:
        output.answer_json({**_fields(found, sat), "left": []})
    elif found:
        output.answer(f"would end {_told(found)}")
        for address in sat:
            output.answer(f"  {address} would be begun again by up")
    else:
        output.answer("nothing is running")


def _tell(stopped: Stopped, sat: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        left = [{"pid": e.pid, "name": e.name, "why": e.why} for e in stopped.left]
        output.answer_json({**_fields(stopped, sat), "left": left})
    elif not stopped:
        output.answer("nothing changed: nothing was running")
    else:
        over = "ended" if stopped.left else "nothing runs any more: ended"
        output.answer(f"{over} {_told(stopped) or 'nobody'}")


def _fields(found: Found, sat: Sequence[str]) -> dict[str, object]:
    pids = [who.pid for who in (found.watcher, *found.others) if who is not None]
    return {
        "processes": pids,
        "runs": [str(run) for run in found.runs],
        "sat": list(sat),
        "changed": bool(found),
    }


def _folders(town: Town) -> list[Path]:
    return [town.gt, *(rig.repository_path / "gt" for rig in town.rigs().values())]


def _told(found: Found) -> str:
    parts = []
    if found.watcher:
        parts.append(f"the watcher, process {found.watcher.pid}")
    if found.runs:
        parts.append(_counted(len(found.runs), "session or gate run", "sessions or gate runs"))
    if found.others:
        parts.append(_counted(len(found.others), "process left", "processes left"))
    return ", ".join(parts)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
