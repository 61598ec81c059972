"""``git gt bead graph``: who waits for whom, as a picture."""

from __future__ import annotations

import click

from gitgt.cli import context, exclusive, output
from gitgt.services import graph, picture, reading


@click.command()
@click.argument("bead", metavar="[ID]", required=False)
@context.rig_option
@click.option("--mermaid", is_flag=True, help="As a Mermaid flowchart.")
@click.option("--svg", is_flag=True, help="As an SVG drawing.")
@click.option("--waves", is_flag=True, help="All open work, wave by wave.")
@output.json_option
def command(
    *, bead: str | None, rig: str | None, mermaid: bool, svg: bool, waves: bool, as_json: bool
) -> None:
    """Draw what hangs together with ID, or all open work of the ledger we stand in."""
    exclusive.exclude(mermaid=mermaid, svg=svg, waves=waves)
    exclusive.exclude(mermaid=mermaid, svg=svg, json=as_json)
    town = context.town()
    if waves:
        answer_waves(graph.waves(town, context.ledgers_for(town, rig)), as_json=as_json)
        return
    name = None if bead is None else reading.identify(town, bead)
    if name is None:
        found = picture.of_ledger(town, context.ledger_for(town, rig))
    else:
        found = picture.around(town, name)
    if as_json:
        output.answer_json(found.fields())
        return
    from gitgt.cli.bead import drawing

    drawn = drawing.mermaid if mermaid else drawing.svg if svg else _text
    for row in drawn(found):
        output.answer(row)


def _text(found: picture.Picture) -> list[str]:
    """Return trees from whatever waits for nothing down to what waits for it."""
    from gitgt.cli.bead import drawing

    waits = {line.bead for line in found.lines}
    roots = [spot.id for spot in found.spots if spot.id not in waits]
    lines: list[str] = []
    told: set[str] = set()
    for root in [*roots, *(spot.id for spot in found.spots)]:
        if root not in told:
            branches = picture.tree(found, root, down=True)
            told |= {each.spot.id for each in branches}
            lines += drawing.text(branches)
    return lines


def answer_waves(found: graph.Waves, *, as_json: bool) -> None:
    """Answer with waves, the first one first."""
    if as_json:
        output.answer_json({"waves": found.waves, "never": found.never})
        return
    for number, names in enumerate(found.waves, start=1):
        output.answer(f"wave {number}: {len(names)}")
        for name in names:
            output.answer(f"  {name}  {output.one_line(found.titles[name])}")
    if found.never:
        output.answer(f"never, as things are: {len(found.never)}")
        for name in found.never:
            output.answer(f"  {name}  {output.one_line(found.titles[name])}")
