"""``git gt mol list``, ``show``, ``current`` and ``progress``."""

from __future__ import annotations

from collections.abc import Iterator

import click

from gitgt.cli import context, output
from gitgt.cli.bar import bar
from gitgt.cli.mol import vapor as faces
from gitgt.errors import NotFoundError
from gitgt.model.molecule import State
from gitgt.model.wisp import is_wisp
from gitgt.services.formula import gates, molecules, vapor
from gitgt.services.formula.molecules import View
from gitgt.services.town import Town

MARKS = {
    State.DONE: "[x]", State.HELD: "[>]", State.READY: "[ ]", State.PARKED: "[|]",
    State.WAITING: " . ", State.DROPPED: "[-]",
}  # fmt: skip


@click.command("list")
@click.option("--all", "everything", is_flag=True, help="The closed ones too.")
@context.rig_option
@output.json_option
def every(*, everything: bool, rig: str | None, as_json: bool) -> None:
    """List molecules, poured ones and wisps, and how far each is."""
    town = context.town()
    rigs = context.ledgers_for(town, rig)
    poured = molecules.every(town, rigs, closed=everything)
    passing = faces.every(town, rigs)
    if as_json:
        output.answer_json(
            [each.fields() for each in poured] + [each.fields() for each in passing]
        )
        return
    output.table([*map(_row, poured), *map(faces.row, passing)])


def _row(seen: View) -> tuple[str, ...]:
    done, total = seen.survey.done, len(seen.survey.steps)
    root, count = seen.root, f"{done}/{total}"
    return (root.id, root.status, count, bar(done, total), root.assignee or "-", root.title)


@click.command()
@click.argument("name", metavar="ID")
@output.json_option
def show(*, name: str, as_json: bool) -> None:
    """Show a molecule and each of its steps."""
    town = context.town()
    if is_wisp(name):
        faces.answer(vapor.view(town, name), as_json=as_json)
        return
    seen = molecules.view(town, molecules.root_of(town, name))
    if as_json:
        output.answer_json(seen.fields())
        return
    for line in _lines(town, seen):
        output.answer(line)


def _lines(town: Town, seen: View) -> Iterator[str]:
    root, states = seen.root, seen.survey.states()
    yield f"{output.paint(root.id, 'bold')}  {root.title}"
    yield f"formula: {root.formula}"
    yield f"status: {root.status}, {seen.survey.done} of {len(seen.survey.steps)} steps done"
    if root.assignee:
        yield f"assignee: {root.assignee}"
    if seen.survey.held_up:
        yield f"waits for: {', '.join(seen.survey.held_up)}"
    if root.description:
        yield from ("", *(f"  {line}".rstrip() for line in root.description.split("\n")))
    yield ""
    parked = {
        str(g.bead.id): g for g in gates.every(town, [town.rig_of(root.id)], root=root.id)
    }
    for each in seen.survey.members:
        indent = "  " * (each.id.count(".") - root.id.count(".") - 1)
        state = states[each.id]
        why = ""
        if each.id in parked and state is State.PARKED:
            why = f"  ({parked[each.id].told()})"
        elif state is State.WAITING and each.waits:
            why = f"  (after {', '.join(each.waits)})"
        elif state is State.HELD:
            why = f"  ({each.assignee})"
        yield f"{indent}{MARKS[state]} {each.id}  {each.title}{why}"


@click.command()
@click.argument("name", metavar="[ID]", required=False)
@click.option("--for", "address", metavar="ADDRESS", help="Whose; without it yours.")
@context.rig_option
@output.json_option
def current(*, name: str | None, address: str | None, rig: str | None, as_json: bool) -> None:
    """Show what you can do now: the ready steps of your molecules, or of the one named."""
    town = context.town()
    if name and is_wisp(name):
        faces.answer_current(vapor.view(town, name), as_json=as_json)
        return
    whose = address or context.me().address
    if name:
        found = [molecules.view(town, molecules.root_of(town, name))]
    else:
        found = molecules.mine(town, context.ledgers_for(town, rig), whose)
    rigs = {town.rig_of(each.root.id) for each in found} if found else set()
    if any(gates.sweep(town, [where])[0] for where in rigs):
        found = [molecules.view(town, each.root.id) for each in found]
    if as_json:
        output.answer_json([_current(town, each, whose) for each in found])
        return
    if not found:
        raise NotFoundError(
            f"no molecule is {whose}'s", hint="git gt mol list; git gt mol pour"
        )
    for each in found:
        _answer_current(town, each, whose)


def _current(town: Town, seen: View, whose: str) -> dict[str, object]:
    ready = seen.ready(whose)
    beads = [town.ledger_of(each.id).snapshot().from_index(each.id) for each in ready[:5]]
    return {
        "id": seen.root.id, "formula": seen.root.formula, "title": seen.root.title,
        **seen.counts(), "ready": len(ready), "steps": [each.fields() for each in beads],
    }  # fmt: skip


def _answer_current(town: Town, seen: View, whose: str) -> None:
    total = len(seen.survey.steps)
    done = f"{seen.survey.done} of {total} steps done"
    output.answer(f"{seen.root.id}  {output.one_line(seen.root.title)}: {done}")
    ready = seen.ready(whose)
    for each in ready[:1]:
        bead = town.ledger_of(each.id).snapshot().from_index(each.id)
        output.answer(f"next: {each.id}  {output.one_line(each.title)}")
        for line in bead.description.split("\n") if bead.description else []:
            output.answer(f"  {line}".rstrip())
        output.answer(f"then: git gt mol step done {each.id}")
    for each in ready[1:5]:
        output.answer(f"also: {each.id}  {output.one_line(each.title)}")
    if not ready:
        _answer_why_not(town, seen)


def _answer_why_not(town: Town, seen: View) -> None:
    parked = [
        g
        for g in gates.every(town, [town.rig_of(seen.root.id)], root=seen.root.id)
        if g.is_parked
    ]
    for gate in parked:
        output.answer(f"parked: {gate.bead.id}  {gate.told()}")
    held = [each for each in seen.survey.steps if seen.survey.states()[each.id] is State.HELD]
    for each in held:
        output.answer(f"held: {each.id} by {each.assignee}")
    if seen.root.is_closed:
        output.answer(f"closed: {seen.root.outcome}")
    elif left := seen.survey.leftover:
        output.answer(f"complete: the deacon closes it, or git gt bead close {' '.join(left)}")
    elif not (parked or held) and seen.survey.held_up:
        output.answer(f"waits for: {', '.join(seen.survey.held_up)}")


@click.command()
@click.argument("name", metavar="ID")
@output.json_option
def progress(*, name: str, as_json: bool) -> None:
    """Count how far a molecule is; nothing of it is stored."""
    town = context.town()
    if is_wisp(name):
        seen = vapor.view(town, name)
        done, total = len(seen.done), len(seen.fields()["steps"])
        root, counts = str(seen.wisp.id), {"total": total, "done": done}
    else:
        view = molecules.view(town, molecules.root_of(town, name))
        root, counts = str(view.root.id), view.counts()
        done, total = view.survey.done, counts["total"]
    if as_json:
        output.answer_json({"id": root, **counts})
        return
    rest = [f"{count} {state}" for state, count in counts.items() if count and state != "total"]
    output.answer(f"{root}  {done}/{total}  {bar(done, total)}  {', '.join(rest)}")
