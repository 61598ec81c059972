"""Talk into a session: sit down at it, or type a text."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gitgt.cli import context, output
from gitgt.cli.session.whom import whom
from gitgt.errors import BusyError

_PATIENCE = 5.0


@click.command()
@click.argument("address")
def attach(*, address: str) -> None:
    """Sit at an agent's terminal.

    Ctrl-b d leaves it, and the agent goes on. A session without a terminal is followed.
    """
    from gitgt.services.sessions import sessions

    town = context.town()
    place, who = whom(town, address)
    sys.exit(sessions.sessions_of(place).attach(who))


@click.command()
@click.argument("address")
@click.option("--message", "-m", help="What to type.")
@click.option("--file", "-f", "source", type=click.Path(exists=True, dir_okay=False),
              help="The file that says what to type.")  # fmt: skip
@output.json_option
def inject(*, address: str, message: str | None, source: str | None, as_json: bool) -> None:
    """Type a text at an agent's terminal, at once.

    A nudge waits for the end of its turn instead.
    """
    from gitgt.services.sessions import session_control

    if (message is None) == (source is None):
        raise click.UsageError("say what to type: -m TEXT or -f FILE")
    text = message if source is None else Path(source).read_text()
    town = context.town()
    place, who = whom(town, address)
    context.person("typing to others is")
    said = session_control.say(town, place, who, text or "", patience=_PATIENCE)
    if as_json:
        output.answer_json({"address": who, "session": said.session, "taken": said.taken})
        return
    if not said.taken:
        raise BusyError(
            f"it was typed, and {who} has not begun to read it",
            hint=f"git gt peek {who} shows what it does",
        )
    output.answer(f"{who} reads it")


@click.command(hidden=True)
@click.argument("address")
def ready(*, address: str) -> None:
    """Tell a program without taps what waits for it, now that it is ready."""
    from gitgt.services import readiness

    town = context.town()
    place, who = whom(town, address)
    told = readiness.welcome(town, place, who)
    output.answer(f"{who} {'was told what waits' if told else 'has nothing waiting'}")
