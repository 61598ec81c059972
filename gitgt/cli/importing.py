"""``git gt import``: bring work from other trackers into a ledger."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gitgt.cli import context, output
from gitgt.errors import NotFoundError, RefusedError
from gitgt.services.exchange import bring, gastown, sources
from gitgt.services.exchange.foreign import Problem
from gitgt.services.exchange.plan import Plan, changes
from gitgt.services.town import Town


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@context.rig_option
@click.option("--from", "kind", type=click.Choice(sources.KINDS), help="Whose files they are.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@click.option("--strict", is_flag=True, help="Import nothing if anything is wrong.")
@output.json_option
def command(
    *, files: tuple[str, ...], rig: str | None, kind: str | None, dry_run: bool, strict: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Bring in work from other trackers.

    FILE is bd's JSONL, the JSON of "gh issue list" or of GitHub's or GitLab's API, a Markdown
    checklist, or the folder of a town of Gas Town's; - is stdin. What was imported before is
    known again: a second import changes what changed at the source, and nothing else. Lines
    that cannot be read are told with their place, and the others are imported.
    """
    town = context.town()
    if len(files) == 1 and gastown.is_town(Path(files[0])):
        _bring_town(town, Path(files[0]), dry_run=dry_run, as_json=as_json)
        return
    where = context.ledger_for(town, rig)
    with output.progress("importing") as drawn:
        found = _read(files, kind or "", at=town.now())
        if strict and found.problems:
            raise bring.refusal(found.problems)
        if dry_run:
            plan = bring.foresee(town, where, found.records, drawn.step)
        else:
            plan = bring.bring(
                town, where, found.records, context.me(),
                said=_said(files), strict=strict, step=drawn.step,
            )  # fmt: skip
    problems = sorted([*found.problems, *plan.problems], key=lambda each: each.place)
    _answer(plan, problems, found.left, dry_run=dry_run, as_json=as_json)
    if not dry_run and plan.documents:
        context.after_writing(town)
    if problems:
        many = f"{len(problems)} record{'' if len(problems) == 1 else 's'}"
        raise RefusedError(f"{many} could not be imported", hint="mend them, and import again")


def _bring_town(town: Town, old: Path, *, dry_run: bool, as_json: bool) -> None:
    with output.progress("importing") as drawn:
        told = gastown.bring_town(town, old, context.me(), dry_run=dry_run, step=drawn.step)
    if as_json:
        output.answer_json(asdict(told))
    else:
        for line in told.done:
            output.answer(f"would be {line}" if dry_run else line)
        for line in told.left:
            output.answer(f"no place here: {line}")
    for line in told.problems:
        output.say(line)
    if told.problems:
        raise RefusedError("not all of the town could be imported", hint="mend it, and again")
    if not dry_run:
        context.after_writing(town)


def _read(files: tuple[str, ...], kind: str, *, at: str) -> sources.Read:
    whole = sources.Read()
    for name in files:
        found = sources.read(_content(name), name, kind=kind, at=at)
        whole.records += found.records
        whole.problems += found.problems
        whole.left += found.left
    return whole


def _content(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise NotFoundError(f"{name} cannot be read: {error.strerror}") from error


def _said(files: tuple[str, ...]) -> str:
    names = ["stdin" if name == "-" else Path(name).name for name in files]
    return names[0] if len(names) == 1 else f"{len(names)} files"


def _answer(
    plan: Plan, problems: list[Problem], left: list[Problem], *, dry_run: bool, as_json: bool
) -> None:
    for each in sorted([*problems, *left], key=lambda each: each.place):
        output.say(str(each))
    if as_json:
        output.answer_json(_plain(plan, problems, left))
        return
    for line in plan.notes:
        output.say(line)
    if dry_run:
        for line in _lines(plan):
            output.answer(line)
    word = "would be " if dry_run else ""
    if not plan.documents:
        said = "would change" if dry_run else "changed"
        output.answer(f"nothing {said}: {plan.same} the same")
        return
    counts = f"{len(plan.new)} new, {len(plan.changed)} changed, {plan.same} the same"
    output.answer(f"{counts}{f' ({word}written)' if dry_run else ''}")


def _lines(plan: Plan) -> Iterator[str]:
    for each in plan.new:
        yield f"+ {each.id}  {each.type}  {each.status}  {each.title}"
    for before, after in plan.changed:
        yield f"~ {before.id}  {', '.join(changes(before, after)) or 'what is kept of it'}"


def _plain(plan: Plan, problems: list[Problem], left: list[Problem]) -> dict[str, Any]:
    return {
        "new": [str(each.id) for each in plan.new],
        "changed": {str(one.id): list(changes(one, two)) for one, two in plan.changed},
        "same": plan.same,
        "notes": plan.notes,
        "problems": [{"where": each.where, "what": each.what} for each in problems],
        "left": [{"where": each.where, "what": each.what} for each in left],
    }
