"""``git gt cook``: what a formula comes to, before anything is made of it."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.formula import given as common


@click.command()
@click.argument("name", metavar="NAME|FILE")
@common.var_option
@click.option("--dry-run", "-n", is_flag=True, help="Show the steps alone, in their waves.")
@context.rig_option
@output.json_option
def command(
    *, name: str, given: tuple[str, ...], dry_run: bool, rig: str | None, as_json: bool
) -> None:
    """Show what a formula comes to.

    All that it takes over is brought together. Nothing is written: a molecule is poured from
    what the formula says at that moment.
    """
    from gitgt.model.formula.order import waves

    cooked = common.formulas(rig).cook(name, common.values(given))
    common.say_findings(cooked.name, cooked.findings)
    if as_json or not dry_run:
        output.answer_json(cooked.fields())
        return
    found = waves(cooked.steps)
    count = sum(len(wave) for wave in found)
    output.answer(
        f"{cooked.name}: {count} step{'' if count == 1 else 's'} in {len(found)} waves"
    )
    for number, wave in enumerate(found, 1):
        output.answer(f"{number}: {', '.join(wave)}")
    if cooked.missing:
        output.answer(f"missing: {', '.join(cooked.missing)}")
