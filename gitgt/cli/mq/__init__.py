"""``git gt mq``: the merge queue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import click

from gitgt.cli import context, exclusive, output, then
from gitgt.cli.noun import Noun
from gitgt.model.documents import MergeRequest
from gitgt.model.lifecycle import MergeStatus

if TYPE_CHECKING:
    from gitgt.model.queue.merge_chain import Held
    from gitgt.model.queue.merge_eta import Eta
    from gitgt.services.gates.run_folder import AtWork
    from gitgt.services.queue.queue_view import Seen
    from gitgt.services.town import Rig, Town

_SOME: Final = 5
_STATUSES = [str(each) for each in MergeStatus]

command = Noun(
    "See what wants to land, and steer it.",
    {
        "list": "gitgt.cli.mq:show_all",
        "show": "gitgt.cli.mq.show:show",
        "status": "gitgt.cli.mq.show:show",
        "conflict": "gitgt.cli.mq.conflict:command",
        "why": "gitgt.cli.mq.why:why",
        "next": "gitgt.cli.mq.why:following",
        "submit": "gitgt.cli.mq.submit:submit",
        "depend": "gitgt.cli.mq.submit:depend",
        "undepend": "gitgt.cli.mq.submit:undepend",
        "retry": "gitgt.cli.mq.steering:retry",
        "reject": "gitgt.cli.mq.steering:reject",
        "jump": "gitgt.cli.mq.steering:jump",
        "hold": "gitgt.cli.mq.steering:hold",
        "unhold": "gitgt.cli.mq.steering:unhold",
        "freeze": "gitgt.cli.mq.steering:freeze",
        "thaw": "gitgt.cli.mq.steering:thaw",
        "integration": "gitgt.cli.integration:command",
    },
    usual="list",
)


@click.command("list")
@click.argument("rig", required=False)
@click.option("--all", "everything", is_flag=True, help="Those that ended too.")
@click.option("--ready", is_flag=True, help="Only those that may go, in their order.")
@click.option(
    "--status", "-s", "statuses", multiple=True, type=click.Choice(_STATUSES),
    help="Only those with this status; may be repeated.",
)  # fmt: skip
@click.option("--worker", default="", help="Only what this agent or person did.")
@click.option("--epic", default="", help="Only what is for a part of this bead.")
@click.option("--verify", is_flag=True, help="Say whose branch is gone, or moved on.")
@then.option
@output.json_option
def show_all(
    *, rig: str | None, everything: bool, ready: bool, statuses: tuple[str, ...], worker: str,
    epic: str, verify: bool, at: str, as_json: bool,
) -> None:  # fmt: skip
    """List merge requests, the next one first."""
    from gitgt.services.gates.gate_runs import GateRuns
    from gitgt.services.queue import conflicts, queue_view
    from gitgt.services.queue.queue_view import Wanted

    exclusive.exclude(at=at, verify=verify)
    town = then.town_at(context.town(), at)
    rigs = [each for each in context.ledgers_for(town, rig) if each is not None]
    wanted = Wanted(ready=ready, statuses=statuses, worker=worker, epic=epic)
    ended = everything or bool({*statuses} & {"landed", "no-op", "withdrawn"})
    if at:
        past = (each for where in rigs for each in queue_view.then(town, where, ended=ended))
        _answer_then(town, queue_view.chosen(town, past, wanted), as_json=as_json)
        return
    seen = (each for where in rigs for each in queue_view.of(town, where, ended=ended))
    found = queue_view.chosen(town, seen, wanted)
    held = conflicts.held(town, rigs)
    astray = queue_view.astray(town, found) if verify else None
    etas = {name: each for where in rigs for name, each in _etas(town, where, held)}
    if as_json:
        answer(found, held, astray, etas)
        return
    waits = {name: conflicts.told(each) for name, each in held.items()}
    table = rows((each.request for each in found), waits)
    output.table(_with_etas(table, etas), head=_head(found, etas))
    for each in (at for where in rigs for at in GateRuns(town, where).at_work()):
        output.answer(testing(each))
    for name, said in (astray or {}).items():
        output.answer(f"{name}: {said}")


def _answer_then(town: Town, found: Iterable[Seen], *, as_json: bool) -> None:
    """Answer with requests as they stood; what was being tested nobody knows any more."""
    if as_json:
        then.answer_json(town, [each.fields() for each in found])
        return
    then.head(town)
    output.table(rows(each.request for each in found), head=_head((), {}))


def _etas(town: Town, rig: Rig, held: Mapping[str, Held]) -> Iterable[tuple[str, Eta]]:
    from gitgt.services.queue import queue_eta

    return queue_eta.of(town, rig, held=held).items()


def _head(found: Iterable[Seen], etas: Mapping[str, Eta]) -> tuple[str, ...]:
    *others, title = ("id", "priority", "status", "bead", "branch", "title")
    is_known = any(each.request.id in etas for each in found)
    return (*others, "lands in", title) if is_known else (*others, title)


def _with_etas(
    table: Iterable[tuple[str, ...]], etas: Mapping[str, Eta]
) -> Iterable[tuple[str, ...]]:
    """Return the lines with a column that says when each will have landed, if it is known."""
    lines = [*table]
    if not any(each[0] in etas for each in lines):
        return lines
    return [(*each[:-1], _lands_in(etas.get(each[0])), each[-1]) for each in lines]


def _lands_in(eta: Eta | None) -> str:
    return f"in {lands_in(eta)}" if eta else ""


def answer(
    found: Iterable[Seen],
    held: Mapping[str, Held] = MappingProxyType({}),
    astray: Mapping[str, str] | None = None,
    etas: Mapping[str, Eta] = MappingProxyType({}),
) -> None:
    """Answer with requests in JSON.

    Also for whom each is held, when it will have landed, and what is astray of its branch, if
    that was asked.
    """
    answers = [_fields(each, held.get(each.request.id), astray) for each in found]
    for each in answers:
        if eta := etas.get(each["id"]):
            each["eta"] = eta.fields()
    output.answer_json(answers)


def _fields(seen: Seen, waits: Held | None, astray: Mapping[str, str] | None) -> dict[str, Any]:
    fields: dict[str, Any] = seen.fields()
    if waits is not None:
        fields["waits_for"] = waits.fields()
    if astray is not None:
        fields["astray"] = astray.get(seen.request.id, "")
    return fields


def testing(seen: AtWork) -> str:
    """Return a gate at work as a line."""
    more = len(seen.requests) - _SOME
    named = f"{', '.join(seen.requests[:_SOME])}{f' and {more} more' if more > 0 else ''}"
    on = named or ("some further behind" if seen.screen else "a commit")
    return f"testing: {seen.gate} on {on} for {seen.branch}, {so_far(seen)}"


def so_far(seen: AtWork) -> str:
    """Return for how long a gate has been at work, and how long it usually is."""
    from gitgt.model.when import lasts

    if not seen.usual:
        return f"{seen.seconds:.0f} s"
    how = "of about" if seen.seconds <= seen.usual else "where usual are"
    return f"{seen.seconds:.0f} s {how} {lasts(seen.usual)}"


def lands_in(eta: Eta) -> str:
    """Return in how long something will probably have landed: half of the time, and mostly."""
    from gitgt.model.when import lasts

    half, most = lasts(eta.half), lasts(eta.most)
    return half if half == most else f"{half} to {most}"


def rows(
    found: Iterable[MergeRequest], waits: Mapping[str, str] = MappingProxyType({})
) -> Iterable[tuple[str, ...]]:
    """Return merge requests as lines of a table; *waits* tells for whom one is held."""
    for each in found:
        held = f"held: {each.held}" if each.held else waits.get(each.id, "")
        said = "; ".join(filter(None, (held, each.reason.partition("\n")[0])))
        title = f"{each.title} ({said})" if said else each.title
        yield (each.id, f"P{each.priority}", each.status, each.source, each.branch, title)
