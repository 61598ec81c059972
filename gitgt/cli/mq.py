"""``git gt mq``: the merge queue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.model.documents import MergeRequest

if TYPE_CHECKING:
    from gitgt.model.merge_chain import Held
    from gitgt.services.gate_runs import AtWork

command = Noun(
    "See what wants to land, and steer it.",
    {
        "list": "gitgt.cli.mq:show_all",
        "show": "gitgt.cli.bead.show:command",
        "conflict": "gitgt.cli.mq_conflict:command",
        "jump": "gitgt.cli.mq:jump",
        "freeze": "gitgt.cli.mq:freeze",
        "thaw": "gitgt.cli.mq:thaw",
        "integration": "gitgt.cli.integration:command",
    },
    usual="list",
)


@click.command("list")
@click.argument("rig", required=False)
@click.option("--all", "everything", is_flag=True, help="Those that ended too.")
@output.json_option
def show_all(*, rig: str | None, everything: bool, as_json: bool) -> None:
    """List merge requests, the next one first."""
    from gitgt.services import conflicts, merge_queue
    from gitgt.services.gate_runs import GateRuns

    town = context.town()
    rigs = [each for each in context.ledgers_for(town, rig) if each is not None]
    found = merge_queue.requests(town, rigs, ended=everything)
    held = conflicts.held(town, rigs)
    if as_json:
        output.answer_json([_fields(each, held.get(each.id)) for each in found])
        return
    waits = {name: conflicts.told(each) for name, each in held.items()}
    output.table(
        rows(found, waits), head=("id", "priority", "status", "bead", "branch", "title")
    )
    for each in (at for where in rigs for at in GateRuns(town, where).at_work()):
        output.answer(testing(each))


def _fields(request: MergeRequest, waits: Held | None) -> dict[str, object]:
    if waits is None:
        return request.fields()
    return {
        **request.fields(),
        "waits_for": {"request": waits.on or None, "paths": [*waits.paths]},
    }


@click.command()
@click.argument("request")
@output.json_option
def jump(*, request: str, as_json: bool) -> None:
    """Put a request before all others."""
    from gitgt.services import merge_queue

    town = context.town()
    moved = merge_queue.jump(town, request, context.me())
    if as_json:
        output.answer_json(moved.fields())
    else:
        output.answer(f"{moved.id} is the next to land")
    context.after_writing(town)


@click.command()
@click.argument("rig")
@click.option("--reason", "-r", required=True, help="Why nothing is to land.")
@output.json_option
def freeze(*, rig: str, reason: str, as_json: bool) -> None:
    """Let nothing land on a rig until it is thawed."""
    from gitgt.services import tuning

    town = context.town()
    fresh = tuning.freeze(town, town.rig(rig), reason, context.me())
    _tell(rig, f"nothing lands on {rig}: {reason}", fresh=fresh, as_json=as_json)
    context.after_writing(town)


@click.command()
@click.argument("rig")
@output.json_option
def thaw(*, rig: str, as_json: bool) -> None:
    """Let the queue of a rig go on."""
    from gitgt.services import tuning

    town = context.town()
    fresh = tuning.thaw(town, town.rig(rig), context.me())
    _tell(rig, f"{rig} lands what passes", fresh=fresh, as_json=as_json)
    context.after_writing(town)


def _tell(rig: str, said: str, *, fresh: bool, as_json: bool) -> None:
    if as_json:
        output.answer_json({"rig": rig, "changed": fresh})
    else:
        output.answer(said if fresh else f"nothing changed: {said}")


def testing(seen: AtWork) -> str:
    """Return a gate at work as a line."""
    on = ", ".join(seen.requests) or ("some further behind" if seen.screen else "a commit")
    return f"testing: {seen.gate} on {on}, for {seen.seconds:.0f} s"


def rows(
    found: Iterable[MergeRequest], waits: Mapping[str, str] = MappingProxyType({})
) -> Iterable[tuple[str, ...]]:
    """Return merge requests as lines of a table; *waits* tells why one is held."""
    for each in found:
        said = waits.get(each.id) or each.reason.partition("\n")[0]
        title = f"{each.title} ({said})" if said else each.title
        yield (each.id, f"P{each.priority}", each.status, each.source, each.branch, title)
