"""``git gt rig takeover``: go on where another machine is lost."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.model.takeover import Verdict
from gitgt.services.town import Rig, Town


@click.command()
@click.argument("name", required=False, metavar="[RIG]")
@click.option("--from", "lost", default="", metavar="MACHINE", help="The one that is lost.")
@click.option("--give-back", is_flag=True, help="Let nobody go on under the same name.")
@output.json_option
def command(*, name: str | None, lost: str, give_back: bool, as_json: bool) -> None:
    """Take over the work of a machine that is lost.

    Without --from it only says at which machines agents have work of the rig. MACHINE is one's
    host, its town's folder, or HOST:FOLDER. Everything is exchanged first. What had been sent
    goes on here from where it stood; of the rest it is said that it is lost, at each bead too,
    and the bead is given back. Only you can know that a machine will not come back.
    """
    town = context.town()
    rig = context.rig_for(town, name, option=False)
    if lost:
        _take_over(town, rig, lost, give_back=give_back, as_json=as_json)
    else:
        _show(town, rig, as_json=as_json)


def _show(town: Town, rig: Rig, *, as_json: bool) -> None:
    from gitgt.services import takeover

    found = takeover.elsewhere(town, rig)
    if as_json:
        rows = [{"machine": str(each), "beads": beads} for each, beads in found.items()]
        output.answer_json({"rig": rig.name, "machines": rows})
        return
    output.table((str(each), *beads) for each, beads in found.items())
    if not found:
        output.answer(f"nobody works on {rig.name} at another machine")


def _take_over(town: Town, rig: Rig, lost: str, *, give_back: bool, as_json: bool) -> None:
    from gitgt.services import takeover

    with output.progress(f"talking to {rig.remote}"):
        done = takeover.take_over(town, rig, lost, context.me(), give_back=give_back)
    context.after_writing(town)
    if as_json:
        output.answer_json(done.fields())
        return
    for each in done.verdicts:
        _tell(each)
    for request in done.missing:
        output.answer(f"{request.id} of {request.agent}: its commits are not here")
    if not done.verdicts:
        output.answer(f"nobody at {lost} had work of {rig.name}")


def _tell(each: Verdict) -> None:
    output.answer(output.one_line(f"{each.left.bead} of {each.left.address}: {each.fate}"))
    if each.here:
        output.answer(f"  here: {each.here}")
    if each.lost:
        output.answer(f"  lost: {each.lost}")
