"""``git gt sling``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from gitgt.cli import context, output
from gitgt.cli.held_back import say_if_held
from gitgt.errors import RefusedError
from gitgt.model.documents import Bead
from gitgt.model.lifecycle import BeadStatus
from gitgt.services import sling
from gitgt.services.sling import Order, Slung
from gitgt.services.town import Town


@click.command()
@click.argument("words", metavar="BEAD... [RIG|RIG/NAME]", nargs=-1, required=True)
@click.option("--agent", default="", metavar="RUNTIME", help="What its agent runs on.")
@click.option("--args", "-a", "said", default="", help="What its agent is told besides.")
@click.option("--no-convoy", is_flag=True, help="Make no convoy for it.")
@click.option(
    "--base-branch", default="", metavar="BRANCH", help="Begin at this branch, and land on it."
)
@click.option("--force", is_flag=True, help="Although it waits for others.")
@click.option(
    "--ralph", is_flag=True, help="In a loop: sessions end, and fresh ones go on, until done."
)
@click.option(
    "--rounds", type=click.IntRange(1, 10_000), help="So many sessions of a loop at most."
)
@click.option(
    "--max-concurrent", type=click.IntRange(min=1), metavar="N",
    help="So many of them at once; the others wait for places.",
)  # fmt: skip
@output.json_option
def command(
    *, words: tuple[str, ...], as_json: bool, **how: Any,  # noqa: ANN401
) -> None:  # fmt: skip
    """Put beads on somebody's hook.

    RIG/NAME (or RIG/crew/NAME) names whose; otherwise an idle polecat takes it, or a new one.
    Whoever works there is started by the watcher; if none lives, by this command. Where a town
    has only so many places (scheduler.max_polecats), it waits for one.
    """
    if how["rounds"] and not how["ralph"]:
        raise click.UsageError("--rounds is of a loop: --ralph")
    if how["max_concurrent"] and how["no_convoy"]:
        raise click.UsageError(
            "--max-concurrent counts those of a convoy; --no-convoy makes none"
        )
    town = context.town()
    names, to = _split(words)
    order = Order(
        to=to, agent=how["agent"], target=how["base_branch"], convoy=not how["no_convoy"],
        force=how["force"], said=how["said"], ralph=how["ralph"], rounds=how["rounds"] or 0,
        at_once=how["max_concurrent"] or 0,
    )  # fmt: skip
    done = sling.sling(town, names, order, context.me())
    if as_json:
        output.answer_json(
            [each.bead.fields() for each in done if not isinstance(each, RefusedError)]
        )
    else:
        for each in done:
            if not isinstance(each, RefusedError):
                output.answer(each.told)
    slung = [each for each in done if isinstance(each, Slung)]
    for bead in [each.bead.id for each in slung if each.fresh][:1]:
        context.say_if_provisional(town, bead)
    context.after_writing(town)
    for bead in [each.bead.id for each in done if not isinstance(each, RefusedError)][:1]:
        say_if_held(town, town.rig_of(bead))
    _check_started(town, [each.bead for each in slung])
    _raise(done)


def _split(words: Sequence[str]) -> tuple[list[str], str]:
    """Tell beads from the target: a bead's id has a hyphen and no slash."""
    *names, last = words
    if "/" in last or "-" not in last:
        if not names:
            raise click.UsageError(f"which bead for {last}?")
        return names, last
    return [*names, last], ""


def _raise(done: Sequence[Any]) -> None:
    """Raise what was refused, if anything was.

    Raises:
        RefusedError: that is so.
    """
    refused = [each for each in done if isinstance(each, RefusedError)]
    if refused:
        raise _summed_up(refused, len(done))


def _check_started(town: Town, slung: Sequence[Bead]) -> None:
    """Check that nobody had to be given up at once; say so where a person is to begin.

    Raises:
        RefusedError: somebody was, and why.
    """
    from gitgt.cli.session.whom import say_if_by_hand
    from gitgt.services.sessions.sessions import NOT_STARTED

    for each in slung:
        now = town.ledger_of(each.id).snapshot().bead(each.id)
        if now.status == BeadStatus.OPEN and now.reason.startswith(NOT_STARTED):
            raise RefusedError(
                f"{now.id} is off the hook of {each.assignee} again: {now.reason}",
                hint=f"git gt config agent tells what there is; then git gt sling {now.id}",
            )
        say_if_by_hand(town.rig_of(each.id) or town, each.assignee)


def _summed_up(refused: Sequence[RefusedError], asked: int) -> RefusedError:
    if len(refused) == 1:
        return refused[0]
    told = "; ".join(each.message for each in refused)
    return RefusedError(
        f"{len(refused)} of {asked} were not slung: {told}", hint=refused[0].hint
    )
