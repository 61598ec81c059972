"""``git gt bisect-main``: which landing made the target red."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.errors import NotFoundError
from gitgt.model.gate import Gate
from gitgt.services.town import Rig, Town


@click.command()
@click.argument("rig", required=False)
@click.option("--gate", "name", help="The gate that is red; needed if there are several.")
@click.option("--good", default="", help="A commit on which it passes, if none is known.")
@click.option("--revert", is_flag=True, help="Make a bead and a branch that take it back.")
@output.json_option
def command(
    *, rig: str | None, name: str | None, good: str, revert: bool, as_json: bool
) -> None:
    """Find the landing that broke main.

    Halves what lies between the target and the last commit that is known to pass. Verdicts
    that are known are used, and those that are made are kept.
    """
    from gitgt.services.gates import bisect

    town = context.town()
    where = context.rig_for(town, rig, option=False)
    with output.progress("looking for the landing") as shown:
        found = bisect.find(town, where, _gate(town, where, name), good=good, told=shown.step)
    made = bisect.take_back(town, where, found, context.me()) if revert else None
    if as_json:
        back = made and {"bead": str(made[0].id), "branch": made[1]}
        output.answer_json({**found.fields(), "revert": back})
        return
    output.answer(f"{found.bad[:12]} {found.subject}")
    told = f"{found.gate} passes on {found.good[:12]}, and not since"
    output.answer(f"{told}; tested: {found.tested}")
    if found.between:
        output.answer(f"could not be tested: {', '.join(each[:12] for each in found.between)}")
    if made:
        output.answer(f"{made[0].id} is on the branch {made[1]}: {made[0].title}")
        output.say(f"hint: git gt mq submit --rig {where.name} --branch {made[1]}")
    else:
        output.say(f"hint: git gt bisect-main {where.name} --gate {found.gate} --revert")


def _gate(town: Town, rig: Rig, name: str | None) -> Gate:
    from gitgt.services.gates import gate

    found = gate.gates(town, rig)
    wanted = [each for each in found if name in (None, each.name)]
    if len(wanted) == 1:
        return wanted[0]
    known = ", ".join(each.name for each in found)
    if not found:
        raise NotFoundError(f"{rig.name} has no gate", hint=f"git gt gate add {rig.name}")
    raise NotFoundError(
        f"{rig.name} has several gates" if name is None else f"{rig.name} has no gate {name!r}",
        hint=f"--gate NAME, one of: {known}",
    )
