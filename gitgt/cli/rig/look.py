"""See the rigs, and how one stands."""

from __future__ import annotations

from typing import Any

import click

from gitgt.cli import context, output
from gitgt.model.instant import text_of
from gitgt.services.town import Rig


@click.command("list")
@output.json_option
def show_all(*, as_json: bool) -> None:
    """List the rigs."""
    from gitgt.services import rig_state

    town = context.town()
    found = {
        rig: rig_state.standing(town, rig) if rig.is_here else None
        for rig in town.rigs().values()
    }
    if as_json:
        answer = [{**fields(rig), **(it.fields() if it else {})} for rig, it in found.items()]
        output.answer_json(answer)
    else:
        cells = (
            (rig.name, rig.prefix, rig.branch, rig.origin, it.kind if it else "not here")
            for rig, it in found.items()
        )
        output.table(cells, head=("name", "prefix", "branch", "origin", "state"))


@click.command()
@click.argument("name", required=False)
@output.json_option
def status(*, name: str | None, as_json: bool) -> None:
    """Show how a rig stands, and how to get what landed."""
    from gitgt.services import rig_state, standing
    from gitgt.services.courier import Courier
    from gitgt.services.queue import holders

    town = context.town()
    rig = context.rig_for(town, name, option=False)
    found = {
        **fields(rig),
        **rig_state.standing(town, rig).fields(),
        **standing.of(town, rig).fields(),
    }
    turns, none = holders.of(town, rig), holders.takes_none(town, rig)
    carried = Courier(town).told().get(rig.name)
    if as_json:
        more = {"refineries": [each.fields() for each in turns], "sync": _carried(carried)}
        output.answer_json({**found, **{name: each for name, each in more.items() if each}})
        return
    for label, value in found.items():
        if label != "bring" or value:
            output.answer(output.one_line(f"{label}: {value}"))
    for each in turns:
        output.answer(output.one_line(f"refinery: {each.told}"))
    if none:
        output.answer(f"refinery: {rig.remote} takes no leases, so whoever is first lands")
    if carried is not None:
        output.answer(output.one_line(f"sync: {_told(carried)}"))


def _carried(said: dict[str, Any] | None) -> dict[str, Any]:
    """Return how the watcher's last exchange of a ledger went, as plain values."""
    if said is None:
        return {}
    return {
        "at": text_of(said["ended"]), "fails": said["fails"], "trouble": said["trouble"],
    }  # fmt: skip


def _told(said: dict[str, Any]) -> str:
    at = text_of(said["ended"])
    if not said["fails"]:
        return f"exchanged at {at}"
    times = "once" if said["fails"] == 1 else f"{said['fails']} times in a row"
    return f"failed {times}, the last at {at}: {said['trouble']}"


def fields(rig: Rig) -> dict[str, Any]:
    """Return what a rig is, as plain values."""
    return {
        "name": rig.name,
        "prefix": rig.prefix,
        "branch": rig.branch,
        "origin": rig.origin,
        "ledger": rig.ledger_branch,
        "path": str(rig.path),
    }
