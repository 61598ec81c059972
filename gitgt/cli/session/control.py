"""Begin and end sessions by hand."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.session.whom import whom
from gitgt.errors import RefusedError
from gitgt.services.town import Town


@click.command()
@click.argument("address")
@click.option("--issue", metavar="BEAD", help="Put this bead on its hook first.")
@click.option("--agent", default="", metavar="RUNTIME", help="What it runs on, this time.")
@output.json_option
def start(*, address: str, issue: str | None, agent: str, as_json: bool) -> None:
    """Begin an agent's session, if none goes on."""
    from gitgt.services.sessions import session_control

    town = context.town()
    place, who = whom(town, address)
    me = context.leader([who])
    if issue:
        _sling(town, issue, who)
    began = session_control.start(town, place, who, me, agent=agent)
    _answer(who, began, "runs", as_json=as_json)


@click.command()
@click.argument("address")
@click.option("--force", "-f", is_flag=True, help="Accepted; work is always saved first.")
@output.json_option
def stop(*, address: str, force: bool, as_json: bool) -> None:  # noqa: ARG001 - as people type it
    """End an agent's session; what it did not commit is saved."""
    from gitgt.services.sessions import session_control

    town = context.town()
    place, who = whom(town, address)
    context.leader([who])
    ended = session_control.stop(town, place, who)
    if as_json:
        output.answer_json({"address": who, "stopped": ended})
    else:
        output.answer(f"{who} {'was stopped' if ended else 'had no session that ran'}")
    held = _held(town, who) if ended else ""
    if held:
        output.say(f"hint: {held} is on its hook, so a watcher starts it again: git gt unsling")


@click.command()
@click.argument("address")
@click.option("--force", "-f", is_flag=True, help="Accepted; work is always saved first.")
@click.option("--agent", default="", metavar="RUNTIME", help="What it runs on, this time.")
@output.json_option
def restart(*, address: str, force: bool, agent: str, as_json: bool) -> None:  # noqa: ARG001 - as people type it
    """End an agent's session, if one goes on, and begin another."""
    from gitgt.services.sessions import session_control

    town = context.town()
    place, who = whom(town, address)
    me = context.leader([who])
    session_control.stop(town, place, who)
    began = session_control.start(town, place, who, me, agent=agent)
    _answer(who, began, "runs", as_json=as_json)


def _answer(address: str, session: str, how: str, *, as_json: bool) -> None:
    if as_json:
        output.answer_json({"address": address, "session": session})
    else:
        output.answer(f"{address} {how} in session {session}")


def _sling(town: Town, bead: str, address: str) -> None:
    from gitgt.services import sling

    for each in sling.sling(town, [bead], sling.Order(to=address), context.me()):
        if isinstance(each, RefusedError):
            raise each


def _held(town: Town, address: str) -> str:
    from gitgt.services.agents import hook
    from gitgt.services.sessions.session_control import is_polecat

    held = hook.at(town, address) if is_polecat(address) else []
    return held[0].id if held else ""
