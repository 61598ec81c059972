"""``git gt formula overlay``: what a town or a rig changes about the steps of a formula."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.services.formula.library import Formulas

command = Noun(
    "See and write what is laid over the steps of formulas.",
    {
        "list": "gitgt.cli.formula.overlay:every",
        "show": "gitgt.cli.formula.overlay:show",
        "edit": "gitgt.cli.formula.overlay:change",
    },
    usual="list",
)


@click.command("list")
@context.rig_option
@output.json_option
def every(*, rig: str | None, as_json: bool) -> None:
    """List the overlays that hold here; a rig's stands in the place of the town's."""
    town = context.town()
    found = Formulas(town, context.ledger_for(town, rig)).overlays()
    rows = [(each.stem, str(each.relative_to(town.root))) for each in found]
    if as_json:
        output.answer_json([{"formula": name, "path": path} for name, path in rows])
    else:
        output.table(rows)


@click.command()
@click.argument("formula")
@context.rig_option
@output.json_option
def show(*, formula: str, rig: str | None, as_json: bool) -> None:
    """Show what is laid over a formula here."""
    from gitgt.errors import NotFoundError

    town = context.town()
    known = Formulas(town, context.ledger_for(town, rig))
    name = known.get(formula).name
    path = known.overlay_of(name)
    if path is None:
        raise NotFoundError(
            f"nothing is laid over {name}", hint=f"git gt formula overlay edit {name}"
        )
    overrides, _ = known.overrides(name)
    for told, _ in known.about_overlay(name):
        output.say(f"gt: {told}")
    if as_json:
        output.answer_json(
            {
                "formula": name, "path": str(path.relative_to(town.root)),
                "overrides": [
                    {"step": each.step, "mode": each.mode, "description": each.description}
                    for each in overrides
                ],
            }
        )  # fmt: skip
        return
    output.answer(str(path.relative_to(town.root)))
    for each in overrides:
        output.answer(output.one_line(f"  {each.mode} {each.step}: {each.description}"))


@click.command("edit")
@click.argument("formula")
@click.option("--rig", metavar="RIG", help="In this rig alone; else in all the town.")
@click.option("--town", "whole", is_flag=True, help="In all the town, which is usual.")
@click.option("--message", "-m", help="The whole TOML; without it your editor opens.")
@output.json_option
def change(
    *, formula: str, rig: str | None, whole: bool, message: str | None, as_json: bool
) -> None:  # fmt: skip
    """Write what is laid over a formula, and commit it. What says nothing takes it away."""
    from gitgt.cli import editor
    from gitgt.services.formula import overlays

    if rig and whole:
        raise click.UsageError("--rig or --town")
    town = context.town()
    who = context.person("overlays are")
    where = town.rig(rig) if rig else None
    name = Formulas(town, where).get(formula).name
    path = overlays.path_of(where, name)
    editor.settle(
        town, path, message, before=lambda: overlays.text(town, where, name),
        write=lambda text: overlays.write(town, where, name, text, who), as_json=as_json,
    )  # fmt: skip
