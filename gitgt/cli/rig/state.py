"""Let rigs rest, on this machine or everywhere, and let them be worked on again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from gitgt.cli import context, output
from gitgt.services.town import Rig, Town

names_argument = click.argument("names", metavar="[RIG...]", nargs=-1)
_reason_option = click.option("--reason", "-r", default="", help="Why.")


@click.command()
@names_argument
@_reason_option
@output.json_option
def park(*, names: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Let nobody be started in a rig, on this machine, until it is unparked.

    The sessions of its polecats end; what they have not committed is saved, and their beads
    stay on their hooks. What was handed in still lands.
    """
    from gitgt.services.rig_state import ending, moves

    def act(town: Town, rig: Rig) -> bool:
        fresh = moves.park(town, rig, context.me(), why=reason)
        return bool(ending.end_polecats(town, rig)) or fresh

    _each(names, act, "is parked", as_json=as_json)


@click.command()
@names_argument
@output.json_option
def unpark(*, names: tuple[str, ...], as_json: bool) -> None:
    """Let agents be started in a rig again, on this machine."""
    from gitgt.services.rig_state import moves

    _each(
        names, lambda town, rig: moves.unpark(town, rig, context.me()), "is not parked",
        as_json=as_json,
    )  # fmt: skip


@click.command()
@names_argument
@_reason_option
@output.json_option
def dock(*, names: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Let nobody work on a rig, in all clones of it, until it is undocked.

    Its ledger says so. As in a parked one, nobody is started; besides, nothing is slung there.
    """
    from gitgt.services.rig_state import ending, moves

    def act(town: Town, rig: Rig) -> bool:
        fresh = moves.dock(town, rig, context.me(), why=reason)
        return bool(ending.end_polecats(town, rig)) or fresh

    _each(names, act, "is docked", as_json=as_json)


@click.command()
@names_argument
@output.json_option
def undock(*, names: tuple[str, ...], as_json: bool) -> None:
    """Let a rig be worked on again, in all clones of it."""
    from gitgt.services.rig_state import moves

    _each(
        names, lambda town, rig: moves.undock(town, rig, context.me()), "is not docked",
        as_json=as_json,
    )  # fmt: skip


@click.command()
@names_argument
@output.json_option
def start(*, names: tuple[str, ...], as_json: bool) -> None:
    """Let a rig that was stopped or parked be worked on again, on this machine.

    Whoever has work on the hook is begun by the watcher; if none lives, by this command. A
    rig's witness and refinery are code in the watcher: there is nothing else to start.
    """
    from gitgt.services import rig_state
    from gitgt.services.rig_state import moves

    def act(town: Town, rig: Rig) -> bool:
        rig_state.check_not_docked(town, rig)
        return moves.unpark(town, rig, context.me())

    _each(names, act, "is started", as_json=as_json)


@click.command()
@names_argument
@_reason_option
@output.json_option
def stop(*, names: tuple[str, ...], reason: str, as_json: bool) -> None:
    """End all sessions of a rig, its crew's too, and park it.

    What they have not committed is saved, and their beads stay on their hooks.
    """
    from gitgt.services.rig_state import ending, moves

    def act(town: Town, rig: Rig) -> bool:
        fresh = moves.park(town, rig, context.me(), why=reason)
        return bool(ending.end(town, rig, ending.running(rig))) or fresh

    _each(names, act, "is stopped", as_json=as_json)


@click.command()
@names_argument
@output.json_option
def restart(*, names: tuple[str, ...], as_json: bool) -> None:
    """End all sessions of a rig, and begin them anew.

    What they have not committed is saved, and stays where it is.
    """
    from gitgt.services import rig_state
    from gitgt.services.rig_state import ending, moves

    def act(town: Town, rig: Rig) -> bool:
        rig_state.check_not_docked(town, rig)
        moves.unpark(town, rig, context.me())
        ending.renew(town, rig, context.me())
        return True

    _each(names, act, "is started anew", as_json=as_json)


def rigs_meant(town: Town, names: Sequence[str]) -> list[Rig]:
    """Return the rigs called *names*; without any, the one that we stand in."""
    if not names:
        return [context.rig_for(town, None, option=False)]
    return [town.rig(name) for name in names]


def _each(
    names: Sequence[str], act: Callable[[Town, Rig], bool], told: str, *, as_json: bool
) -> None:
    from gitgt.services import rig_state

    town = context.town()
    rigs = rigs_meant(town, names)
    context.leader(rig.name for rig in rigs)
    done = [(rig, act(town, rig)) for rig in rigs]
    if as_json:
        output.answer_json(
            [
                {"name": rig.name, **rig_state.standing(town, rig).fields(), "changed": fresh}
                for rig, fresh in done
            ]
        )
    else:
        for rig, fresh in done:
            output.answer(f"{'' if fresh else 'nothing changed: '}{rig.name} {told}")
    context.after_writing(town)
