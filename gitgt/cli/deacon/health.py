"""Ask agents whether they are there, and see what is known of that."""

from __future__ import annotations

import sys

import click

from gitgt.cli import context, output


@click.command()
@click.argument("agent")
@click.option("--timeout", type=float, default=30.0, show_default=True, help="Wait so long.")
@click.option("--failures", type=int, default=3, show_default=True, help="So many in a row.")
@click.option("--cooldown", type=float, default=300.0, show_default=True,
              help="Seconds between two pings.")  # fmt: skip
@output.json_option
def check(
    *, agent: str, timeout: float, failures: int, cooldown: float, as_json: bool
) -> None:  # fmt: skip
    """Ask an agent to say a word, and wait for a sign of life.

    Exit code 0: it lives, or was asked just now; 1: no answer; 2: no answer for the last of so
    many times, and a warrant is filed on it, which asks again before anything is ended.
    """
    from gitgt.model.deacon import Terms
    from gitgt.services.deacon import checking

    terms = Terms(answer=timeout, failures=failures, cooldown=cooldown)
    town = context.town()
    context.leader(["deacon"])
    found = checking.by_hand(town, agent, terms)
    if as_json:
        output.answer_json(found.fields())
    else:
        output.answer(f"{found.address}: {found.told}")
    sys.exit(found.exit_code)


@click.command("health-state")
@output.json_option
def state(*, as_json: bool) -> None:
    """Show whom the deacon watches, and who did not answer."""
    from gitgt.model.instant import text_of
    from gitgt.services.deacon import memory

    town = context.town()
    found = [each for rig in town.rigs_here().values() for each in memory.read(rig)]
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    cells = (
        (each.address, text_of(each.since), f"{each.fails} in vain",
         "asked just now" if each.asked else "-")
        for each in found
    )  # fmt: skip
    output.table(cells, head=("agent", "moved last", "pings", ""))


@click.command("zombie-scan")
@output.json_option
def zombies(*, as_json: bool) -> None:
    """Find processes of agents that have no session any more; nothing is ended.

    What is to be ended is the subject of a warrant, or of git gt down.
    """
    from gitgt.services.deacon import strays

    found = strays.every(context.town())
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    for each in found:
        output.answer(output.one_line(f"{each.pid}  {each.address}  {each.name}"))
    if not found:
        output.answer("no process of an agent is without a session")
