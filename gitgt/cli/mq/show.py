"""``git gt mq show``: all that is known of a merge request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, mq, output, page
from gitgt.model.when import lasts

if TYPE_CHECKING:
    from gitgt.model.ids import BeadId
    from gitgt.model.queue.queue_cost import Cost
    from gitgt.services.queue.queue_shown import Shown
    from gitgt.services.town import Town


@click.command()
@click.argument("words", metavar="[RIG] REQUEST...", nargs=-1, required=True)
@output.json_option
def show(*, words: tuple[str, ...], as_json: bool) -> None:
    """Show merge requests: their place, what they wait for, what they have cost.

    REQUEST is its id, which may be cut short where it stays clear, its bead's, or its branch.
    """
    from gitgt.services.queue import queue_shown

    town = context.town()
    found = [queue_shown.show(town, each) for each in _named(town, words)]
    if as_json:
        fields = [each.fields() for each in found]
        output.answer_json(fields[0] if len(fields) == 1 else fields)
        return
    for number, each in enumerate(found):
        if number:
            output.answer()
        page.answer({**each.seen.request.fields(), **dict(_facts(each))})


def _named(town: Town, words: tuple[str, ...]) -> list[BeadId]:
    from gitgt.services.queue import steering

    rig = town.rigs().get(words[0]) if len(words) > 1 else None
    return [steering.identify(town, each, rig) for each in (words[1:] if rig else words)]


def _facts(shown: Shown) -> Iterator[tuple[str, str]]:
    """Yield what is seen of a request, as names and values."""
    from gitgt.services.queue import conflicts

    seen = shown.seen
    if seen.place:
        yield "place", str(seen.place)
    if seen.waits:
        yield "lands after", ", ".join(seen.waits)
    if shown.waits:
        yield "held up", conflicts.told(shown.waits)
    if seen.testing:
        yield "at work", "; ".join(f"{at.gate}, {mq.so_far(at)}" for at in seen.testing)
    if shown.eta:
        yield "lands in", mq.lands_in(shown.eta)
    yield "gates", _gates(shown.cost)
    yield "time", _time(shown.cost)
    if back := list(_back(shown.cost)):
        yield "came back", ", ".join(back)


def _gates(cost: Cost) -> str:
    if not cost.runs:
        return "none has said anything of it"
    runs = "1 run" if cost.runs == 1 else f"{cost.runs} runs"
    red = f", {cost.red} of them red" if cost.red else ""
    return f"{runs}{red}; its share of their time is {lasts(cost.seconds)}"


def _time(cost: Cost) -> str:
    away = f", {lasts(cost.away)} with its author" if cost.away else ""
    return f"{lasts(cost.queued)} in the queue{away}"


def _back(cost: Cost) -> Iterator[str]:
    if cost.conflicts:
        yield (
            f"{cost.conflicts} times for a conflict"
            if cost.conflicts > 1
            else ("once for a conflict")
        )
    if cost.rejections:
        yield f"{cost.rejections} times rejected" if cost.rejections > 1 else "once rejected"
