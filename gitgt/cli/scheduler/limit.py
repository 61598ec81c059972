"""``git gt scheduler limit``."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.model import when
from gitgt.model.instant import text_of
from gitgt.services.scheduler import rate_limits, view
from gitgt.services.town import Town


@click.command()
@click.argument("runtime", required=False)
@click.option("--until", metavar="TIME", help="When it is over: 2h, 2026-11-22T15:00Z.")
@click.option("--reason", "-r", default="", help="How you know.")
@click.option("--clear", "over", is_flag=True, help="It answers again.")
@output.json_option
def limit(
    *, runtime: str | None, until: str | None, reason: str, over: bool, as_json: bool
) -> None:  # fmt: skip
    """Say that a runtime is at its limit, or that it is over; without one, show which are.

    Nobody is started on it until then. Without a time, nobody is until you say that it is over.
    """
    town = context.town()
    if runtime is None:
        if until or reason or over:
            raise click.UsageError("of which runtime?")
    else:
        who = context.person("limits are")
        end = when.ahead(until, town.clock()) if until else 0.0
        if over:
            rate_limits.lift(town, runtime)
        else:
            rate_limits.say(town, runtime, who, until=end, why=reason)
    _show(town, runtime or "", as_json=as_json)
    if runtime is not None:
        context.after_writing(town)


def _show(town: Town, runtime: str, *, as_json: bool) -> None:
    known = rate_limits.known(town)
    if as_json:
        output.answer_json([view.limited_fields(each) for each in known.values()])
    elif not runtime:
        output.table((each.runtime, _end(each.until), each.known) for each in known.values())
    elif runtime in known:
        output.answer(f"{runtime} is at its limit, {_end(known[runtime].until)}")
    else:
        output.answer(f"{runtime} answers, as far as anybody knows")


def _end(until: float) -> str:
    return f"until {text_of(until)}" if until else "nobody said until when"
