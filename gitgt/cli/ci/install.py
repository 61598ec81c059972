"""``git gt ci install`` and ``uninstall``: the pipeline's file, where a push looks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output

if TYPE_CHECKING:
    from gitgt.services.ci.installing import Done
    from gitgt.services.town import Rig

_PRODUCTS = ("github", "gitlab", "forgejo", "gitea")


@click.command()
@click.option("--product", type=click.Choice(_PRODUCTS), help="What runs the pipelines.")
@context.rig_option
@output.json_option
def install(*, product: str | None, rig: str | None, as_json: bool) -> None:
    """Bring the pipeline to the project's branch and to the ledger.

    To the ledger it is committed, with the gates as they are now: once these change, call it
    again. To the project's branch it is handed in, as a merge request that passes the gates.
    """
    from gitgt.model.ci.event import Product
    from gitgt.services.ci import installing

    town = context.town()
    where = context.rig_for(town, rig)
    wanted = Product(product) if product else installing.product_of(town, where)
    _tell(installing.install(town, where, wanted, context.me()), where, as_json=as_json)
    context.after_writing(town)


@click.command()
@context.rig_option
@output.json_option
def uninstall(*, rig: str | None, as_json: bool) -> None:
    """Take the pipeline away again."""
    from gitgt.services.ci import installing

    town = context.town()
    where = context.rig_for(town, rig)
    _tell(installing.uninstall(town, where, context.me()), where, as_json=as_json)
    context.after_writing(town)


def _tell(done: Done, rig: Rig, *, as_json: bool) -> None:
    if as_json:
        output.answer_json(done.fields())
        return
    if not done.ledger and not done.project:
        output.answer(f"nothing changed: {rig.name}")
    if done.ledger:
        output.answer(f"changed on {rig.ledger_branch}: {', '.join(done.ledger)}")
    if done.project:
        output.answer(
            f"{done.request} asks for this on {done.target}: {', '.join(done.project)} "
            f"(branch {done.branch})"
        )
    if not rig.shared:
        output.say(f"hint: no push runs a pipeline before this: git gt rig share {rig.name}")
