"""``git gt agents runtimes``: what agents can run on, and what of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gitgt.cli import context, output
from gitgt.errors import GtError

if TYPE_CHECKING:
    from gitgt.runtime.presets import Runtime
    from gitgt.services.sessions.programs import Seen


@click.command("runtimes")
@click.option("--rig", metavar="RIG", help="As they are for this rig's agents.")
@output.json_option
def command(*, rig: str | None, as_json: bool) -> None:
    """Show what agents can run on: what is here, was run for real, has taps, takes up."""
    from gitgt.services.sessions import programs, runtimes

    town = context.town()
    where = town.rig(rig) if rig else None
    made: list[Runtime] = []
    problems: dict[str, str] = {}
    for name in sorted(runtimes.everything(town, where)):
        try:
            made.append(runtimes.named(town, where, name))
        except GtError as error:
            problems[name] = error.message
    with output.progress("asking for versions"):
        seen = programs.look(made)
    default = runtimes.default(town, where)
    if as_json:
        output.answer_json({
            "default": default,
            "runtimes": [_fields(each) for each in seen],
            "problems": problems,
        })  # fmt: skip
        return
    head = ("runtime", "", "program", "version", "verified", "taps", "takes up")
    output.table((_cells(each, default) for each in seen), head=head)
    for name, problem in problems.items():
        output.say(f"gt: {name} cannot be used: {problem}")


def _fields(seen: Seen) -> dict[str, Any]:
    runtime = seen.runtime
    return {
        "name": runtime.name,
        "preset": runtime.preset,
        "title": runtime.title,
        "program": None if seen.program is None else str(seen.program),
        "version": seen.version or None,
        "verified": runtime.verified or None,
        "taps": runtime.taps.dialect or None,
        "terminal": runtime.interactive is not None,
        "resume": runtime.can_resume,
        "fork": runtime.can_fork,
    }


def _cells(seen: Seen, default: str) -> tuple[str, ...]:
    runtime = seen.runtime
    takes_up = [word for word, can in _abilities(runtime) if can]
    return (
        runtime.name,
        "default" if runtime.name == default else "-",
        "missing" if seen.program is None else str(seen.program),
        seen.version or "-",
        "plain" if runtime.is_plain else f"verified: {runtime.verified or 'no'}",
        runtime.taps.dialect or "no taps",
        ", ".join(takes_up) or "-",
    )


def _abilities(runtime: Runtime) -> tuple[tuple[str, bool], ...]:
    return (("resume", runtime.can_resume), ("fork", runtime.can_fork))
