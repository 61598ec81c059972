"""``git gt mol step``: the end of a step."""

from __future__ import annotations

import sys

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.errors import RefusedError
from gitgt.model.documents import Outcome
from gitgt.model.wisp import is_wisp
from gitgt.services import reading
from gitgt.services.formula import molecules, steps, vapor
from gitgt.services.town import Town

command = Noun("End steps of molecules.", {"done": "gitgt.cli.mol.step:done"})


@click.command()
@click.argument("name", metavar="ID")
@click.argument("step", metavar="[STEP]", required=False)
@click.option("--reason", "-r", default="", help="Why, or what came of it.")
@click.option(
    "--outcome",
    type=click.Choice([each.value for each in Outcome]),
    default=Outcome.SUCCESS.value,
    show_default=True,
    help="How it ended.",
)
@click.option("--output", "put_out", metavar="JSON", help="What it put out; - reads stdin.")
@output.json_option
def done(
    *,
    name: str,
    step: str | None,
    reason: str,
    outcome: str,
    put_out: str | None,
    as_json: bool,
) -> None:
    """Say that a step is done: of a poured molecule by its id, of a wisp by ID and STEP.

    Saying it twice is harmless; whoever is not the first is told who was.
    """
    town = context.town()
    if is_wisp(name):
        _of_a_wisp(town, name, step, as_json=as_json)
        return
    text = sys.stdin.read() if put_out == "-" else put_out
    said = None if text is None else steps.parsed_output(text)
    bead = reading.identify(town, name)
    ending = steps.Ending(Outcome(outcome), reason, said)
    ended = steps.done(town, bead, context.me(), ending)
    _answer(town, ended, as_json=as_json)
    context.after_noting(town, bead)


def _answer(town: Town, ended: steps.Done, *, as_json: bool) -> None:
    seen = molecules.view(town, molecules.root_of(town, ended.step.id))
    ready = seen.ready(context.me().address)
    if as_json:
        output.answer_json(
            {
                "id": ended.step.id, "changed": ended.fresh, "ended": list(ended.ended),
                "poured": list(ended.poured), **seen.counts(),
                "next": [each.id for each in ready],
            }
        )  # fmt: skip
        return
    count = f"{seen.survey.done} of {len(seen.survey.steps)}"
    word = "is done" if ended.fresh else f"was done already, at {ended.step.closed_at}"
    output.answer(f"{ended.step.id} {word} ({count})")
    for each in ended.poured:
        output.answer(f"poured {each}")
    if seen.root.id in ended.ended:
        output.answer(f"{seen.root.id} is complete: {output.one_line(seen.root.title)}")
    elif ready:
        output.answer(f"next: {ready[0].id}  {output.one_line(ready[0].title)}")


def _of_a_wisp(town: Town, name: str, step: str | None, *, as_json: bool) -> None:
    if step is None:
        raise RefusedError("which step of the wisp?", hint=f"git gt mol show {name}")
    seen, fresh = vapor.step_done(town, name, step, context.me())
    if as_json:
        output.answer_json({**seen.fields(), "changed": fresh})
        return
    total = len(seen.fields()["steps"])
    word = "is done" if fresh else "was done already"
    output.answer(f"{step} of {seen.wisp.id} {word} ({len(seen.done)} of {total})")
    for each in seen.ready[:1]:
        output.answer(f"next: {each.id}  {output.one_line(each.title)}")
