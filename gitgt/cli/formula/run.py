"""``git gt formula run``."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.formula import given as common
from gitgt.errors import RefusedError
from gitgt.model.documents import Bead
from gitgt.model.formula.form import FormulaType
from gitgt.services.town import Town


@click.command()
@click.argument("name")
@common.var_option
@click.option("--leg", "legs", metavar="LEG", multiple=True, help="Only this leg of a convoy.")
@click.option("--preset", help="Only the legs of this preset.")
@click.option("--sling/--no-sling", default=False, help="Put what is ready on hooks at once.")
@click.option("--agent", default="", metavar="RUNTIME", help="What they are to run on.")
@click.option("--dry-run", "-n", is_flag=True, help="Say what would be made.")
@context.rig_option
@output.json_option
def command(
    *,
    name: str,
    given: tuple[str, ...],
    legs: tuple[str, ...],
    preset: str | None,
    sling: bool,
    agent: str,
    dry_run: bool,
    rig: str | None,
    as_json: bool,
) -> None:
    """Run a formula: a convoy's legs become beads of a convoy, a workflow a molecule."""
    from gitgt.services.formula import run

    town = context.town()
    known = common.formulas(rig, town)
    cooked = known.cook(name, common.values(given))
    if preset:
        legs = (*legs, *_preset(known.get(name).presets, preset))
    common.say_findings(cooked.name, cooked.findings)
    if dry_run:
        run.chosen_of(cooked, legs)
        _answer_plan(cooked.fields(), legs, as_json=as_json)
        return
    made = run.run(town, known.rig, cooked, context.me(), legs=legs)
    if made.molecule is not None:
        _answer_molecule(made.molecule, as_json=as_json)
    elif made.convoy is not None:
        if as_json:
            found = {"convoy": made.convoy.fields(), "beads": [e.fields() for e in made.legs]}
            output.answer_json(found)
        else:
            output.answer(
                f"{made.convoy.id} is a convoy of {len(made.legs)} beads: {made.convoy.title}"
            )
            output.table([(each.id, each.title) for each in made.legs])
        if sling:
            _sling(town, made.ready, agent)
            _launch(town, made.convoy.id)
    context.after_writing(town)


def _preset(presets: object, name: str) -> tuple[str, ...]:
    from gitgt.errors import NotFoundError

    assert isinstance(presets, dict)
    if name not in presets:
        raise NotFoundError(
            f"there is no preset {name!r}", hint=f"presets: {', '.join(presets)}"
        )
    found: tuple[str, ...] = presets[name]
    return found


def _answer_plan(fields: dict[str, object], legs: tuple[str, ...], *, as_json: bool) -> None:
    kind = "legs" if fields["type"] == FormulaType.CONVOY else "steps"
    parts = fields.get(kind, [])
    assert isinstance(parts, list)
    chosen = [each for each in parts if not legs or each["id"] in legs]
    if as_json:
        output.answer_json({**fields, kind: chosen})
        return
    output.answer(f"{fields['formula']} would make {len(chosen)} {kind}")
    output.table([(each["id"], each.get("title", "")) for each in chosen])
    missing = fields.get("missing")
    if isinstance(missing, list):
        output.answer(f"missing: {', '.join(missing)}")


def _answer_molecule(root: Bead, *, as_json: bool) -> None:
    if as_json:
        output.answer_json(root.fields())
    else:
        output.answer(
            f"{root.id} is a molecule of {root.formula}: {output.one_line(root.title)}"
        )


def _launch(town: Town, convoy: str) -> None:
    """Let the legs that wait for others start when it is their turn."""
    from gitgt.services.convoy import launching

    launching.launch(town, convoy, context.me())


def _sling(town: Town, beads: list[Bead], agent: str) -> None:
    from gitgt.services import sling

    order = sling.Order(agent=agent, convoy=False)
    for each in sling.sling(town, [bead.id for bead in beads], order, context.me()):
        if isinstance(each, RefusedError):
            raise each
        output.answer(each.told)
