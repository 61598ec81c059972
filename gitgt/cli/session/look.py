"""See sessions: all of them, one closely, and what one shows."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.session.whom import whom
from gitgt.model import instant
from gitgt.services.sessions.session_views import Sight


@click.command("list")
@click.option("--rig", metavar="RIG", help="Only this rig's.")
@click.option("--all", "-a", "ended", is_flag=True, help="Also those that have ended.")
@output.json_option
def show_all(*, rig: str | None, ended: bool, as_json: bool) -> None:
    """List the sessions that run."""
    from gitgt.services.sessions import session_views

    town = context.town()
    where = town.rig(rig) if rig else None
    found = [each for each in session_views.every(town, where) if ended or _runs(each)]
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    head = ("address", "state", "turn", "launcher", "runtime", "bead", "pid")
    output.table((_cells(each) for each in found), head=head)


@click.command()
@click.argument("address")
@output.json_option
def status(*, address: str, as_json: bool) -> None:
    """Show how an agent's session is: what it runs in, what it is at, how it ended."""
    from gitgt.services.sessions import session_views

    town = context.town()
    place, who = whom(town, address)
    fields = session_views.see(town, place, who).fields()
    if as_json:
        output.answer_json(fields)
        return
    fields["started"] = fields["started"] and instant.text_of(fields["started"])
    for name, value in fields.items():
        if value not in (None, "", 0):
            output.answer(f"{name}: {value}")


@click.command()
@click.argument("address")
@click.argument("count", type=click.IntRange(min=1), required=False)
@click.option("--lines", "-n", type=click.IntRange(min=1), default=100, show_default=True,
              help="How many lines, at most.")  # fmt: skip
@output.json_option
def capture(*, address: str, count: int | None, lines: int, as_json: bool) -> None:
    """See an agent's terminal.

    Of a session that has ended, or has no terminal, it is the end of what it printed.
    """
    from gitgt.services.sessions import session_views

    town = context.town()
    place, who = whom(town, address)
    most = count or lines
    view = session_views.capture(place, who, most)
    shown = view.text.splitlines()[-most:]
    if as_json:
        output.answer_json({"address": who, "title": view.title, "lines": shown})
    elif shown:
        output.answer("\n".join(shown))


def _runs(sight: Sight) -> bool:
    return sight.session.is_running


def _cells(sight: Sight) -> tuple[str, ...]:
    run = sight.session
    pid = str(run.pid) if run.pid else "-"
    state = f"{run.state}: {run.problem}" if run.problem else str(run.state)
    state = "frozen" if run.frozen else state
    turn, bead = sight.turn or "-", run.bead or "-"
    return (sight.address, state, turn, run.launcher, run.runtime, bead, pid)
