"""``git gt mq why`` and ``next``: who is next, and what the others wait for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, mq, output
from gitgt.cli.mq.steering import meant, one
from gitgt.model.lifecycle import MergeStatus

if TYPE_CHECKING:
    from gitgt.model.documents import MergeRequest
    from gitgt.model.queue.queue_why import Why
    from gitgt.services.queue.queue_view import Seen
    from gitgt.services.queue.queue_why import Told
    from gitgt.services.town import Rig, Town

_SOME = 5


@click.command()
@one
@output.json_option
def why(*, words: tuple[str, ...], as_json: bool) -> None:
    """Say why a request waits."""
    from gitgt.services.queue import queue_why

    town = context.town()
    found = queue_why.ask(town, meant(town, words))
    if as_json:
        output.answer_json(found.fields())
    else:
        output.answer("\n".join(lines(found)))


@click.command("next")
@click.argument("rig", required=False)
@click.option(
    "--strategy", type=click.Choice(["score", "priority", "fifo"]), default="score",
    help="score, which is how the queue is worked, also called priority; or who came first.",
)  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="The id alone.")
@output.json_option
def following(*, rig: str | None, strategy: str, quiet: bool, as_json: bool) -> None:
    """Say who is next to land on each target, and why."""
    town = context.town()
    rigs = [each for each in context.ledgers_for(town, rig) if each is not None]
    found = list(_firsts(town, rigs, fifo=strategy == "fifo"))
    if as_json:
        mq.answer(found)
        return
    for each in found:
        request = each.request
        output.answer(request.id if quiet else f"{request.id} is next on {request.target}")
        for line in () if quiet else standing(town, request):
            output.answer(f"  {line}")


def _firsts(town: Town, rigs: Sequence[Rig], *, fifo: bool) -> Iterator[Seen]:
    from gitgt.services.queue import queue_view

    for rig in rigs:
        seen: set[str] = set()
        for each in queue_view.of(town, rig, fifo=fifo):
            if each.place and each.request.target not in seen:
                seen.add(each.request.target)
                yield each


def standing(town: Town, request: MergeRequest) -> Iterator[str]:
    """Yield what decides about the place of a request."""
    yield f"{request.source}: {request.title}"
    yield f"P{request.priority}, in the queue since {request.queued_at}"
    if request.jumped_at:
        yield f"let before all others at {request.jumped_at}"
    for each in town.convoys_of(request.source):
        yield f"in the convoy {each.id} of {each.created_at}"
    if request.returns:
        yield f"it came back {_times(request.returns)}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def lines(found: Told) -> Iterator[str]:
    """Yield why a request waits."""
    request = found.request
    match request.status:
        case MergeStatus.QUEUED:
            yield from _of_queued(found)
        case MergeStatus.LANDED:
            yield f"{request.id} has landed on {request.target} as {request.landed[:12]}"
        case MergeStatus.CONFLICT | MergeStatus.REJECTED:
            yield f"{request.id} is with its author, {request.agent}: {request.reason}"
            yield f"  as it is once more: git gt mq retry {request.id}"
        case _:
            yield f"{request.id} is {request.status}: {request.reason}"


def _of_queued(found: Told) -> Iterator[str]:
    request = found.request
    if found.bead and request.is_proposed:
        state = request.forge_state or "not open yet"
        number = f" #{request.number}" if request.number else ""
        yield f"{request.id} has passed, and is for a forge to merge"
        yield f"  pull request{number}: {state}"
        yield from (f"  {each}" for each in (request.pull_request,) if each)
    elif found.bead:
        yield f"{request.id} waits, since {request.source} is {found.bead}"
    elif found.why is None:
        yield f"{request.id} waits, since the branch {request.target} is gone"
    else:
        yield from _place(request, found.why)
        yield from (f"  {each}" for each in _reasons(found, found.why))


def _place(request: MergeRequest, why: Why) -> Iterator[str]:
    if why.place:
        yield f"{request.id} is number {why.place} of {why.count} for {request.target}"
    else:
        yield f"{request.id} does not go to {request.target} now"


def _reasons(found: Told, why: Why) -> Iterator[str]:
    if why.held:
        yield f"held: {why.held}"
    status = {each.id: f" ({each.status})" for each in found.needed}
    held = dict.fromkeys(why.behind_held, " (held)")
    for each in why.after:
        yield f"lands after {each}{held.get(each) or status.get(each, '')}"
    for each in why.stops:
        yield f"the queue stands still: {each}"
    if why.ahead:
        more = len(why.ahead) - _SOME
        yield f"ahead: {', '.join(why.ahead[:_SOME])}{f' and {more} more' if more > 0 else ''}"
    if why.clashes_with:
        yield f"cannot be merged onto {why.clashes_with}: {', '.join(why.paths)}"
    yield from (mq.testing(each) for each in found.testing)
    yield f"it passes with a chance of {why.chance:.0%}"
    if found.eta:
        yield f"if so, it will probably have landed in {mq.lands_in(found.eta)}"
