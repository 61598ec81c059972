"""``git gt bead lint``."""

from __future__ import annotations

import click

from gitgt.cli import context, output


@click.command()
@click.argument("names", metavar="[ID...]", nargs=-1)
@context.rig_option
@output.json_option
def command(*, names: tuple[str, ...], rig: str | None, as_json: bool) -> None:
    """Tell which beads lack what one of their type should say; a warning, no more.

    A section counts if its field is filled (--acceptance), or if the description has a heading
    of that name. Without ids, all beads that are not closed are looked at.
    """
    from gitgt.services import linting

    town = context.town()
    found = linting.lacking(town, names, context.ledgers_for(town, rig))
    if as_json:
        output.answer_json(
            [
                {
                    "id": bead.id,
                    "type": str(bead.type),
                    "title": bead.title,
                    "missing": list(left),
                }
                for bead, left in found
            ]
        )
    else:
        output.table(
            [(bead.id, bead.type, f"no {', '.join(left)}", bead.title) for bead, left in found]
        )
