"""Let somebody be begun again who ended too often."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.services.town import Town


@click.command("clear-backoff")
@click.argument("who")
@output.json_option
def command(*, who: str, as_json: bool) -> None:
    """Begin somebody again at once who ended too often.

    WHO is an address, such as mayor or shop/crew/tess.
    """
    from gitgt.cli.session.whom import whom
    from gitgt.git.spool import Spool
    from gitgt.services.uptime import trails

    town = context.town()
    context.person("clearing a back-off is")
    place, address = whom(town, who)
    changed = trails.clear(town, address)
    if as_json:
        output.answer_json({"address": address, "changed": changed})
    elif changed:
        output.answer(f"{address} may be begun again at once")
    else:
        output.answer(f"nothing changed: nothing holds {address} back")
    rig = None if isinstance(place, Town) else place
    Spool.of(town.ledger_at(rig).repository.common).leave(str(town.root))
    context.after_writing(town)
