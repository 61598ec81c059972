"""``git gt gate``: what must be so before anything lands."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.model.documents import Waiver
from gitgt.model.flaky import Flakes
from gitgt.model.gate import FIRST_PHASE, Gate

command = Noun(
    "Say what must pass before anything lands.",
    {
        "add": "gitgt.cli.gate:add",
        "list": "gitgt.cli.gate:show_all",
        "remove": "gitgt.cli.gate:remove",
        "waive": "gitgt.cli.gate:waive",
        "revoke": "gitgt.cli.gate:revoke",
        "run": "gitgt.cli.gate.verdicts:run",
        "log": "gitgt.cli.gate.verdicts:log",
        "why": "gitgt.cli.gate.verdicts:why",
        "sync": "gitgt.cli.gate.probes:ask",
        "quarantine": "gitgt.cli.gate:quarantine",
        "release": "gitgt.cli.gate:release",
    },
    usual="list",
)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("rig")
@click.argument("name")
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds that it may take."
)
@click.option("--phase", type=click.IntRange(0, 99), help="Wait for the gates of lower ones.")
@click.option("--alone", is_flag=True, help="Never beside another run of the rig.")
@click.option("--runs", type=click.Choice(["here", "forge"]), help="Where; forge: its runners.")
@click.option("--check", help="What the forge calls it, if not by its name.")
@click.option("--input", "inputs", multiple=True, help="A glob of what it sees; repeatable.")
@click.option("--keep", multiple=True, help="What stays in its worktree, such as .venv.")
@click.option("--minimum", type=click.IntRange(1), help="So many tests must have run.")
@click.option("--memory", type=click.IntRange(16), help="MiB for each of its processes.")
@click.option(
    "--output", type=click.FloatRange(0, 64, min_open=True), help="MiB kept of its output."
)
@click.option("--env", multiple=True, help="NAME lets one of your variables in, or NAME=value.")
@click.option("--submodules", is_flag=True, help="Check out submodules, too.")
@click.option("--junit", help="The report of its tests that it writes, in JUnit's XML.")
@click.option("--fingerprint", help="A command whose output tells environments apart.")
@click.argument(
    "words", metavar="-- COMMAND...", nargs=-1, required=True, type=click.UNPROCESSED
)
@output.json_option
def add(
    *, rig: str, name: str, words: tuple[str, ...], as_json: bool, env: tuple[str, ...],
    alone: bool, fingerprint: str | None, submodules: bool, **said: object,
) -> None:  # fmt: skip
    """Add a gate, or give the one of that name another definition.

    It is run in a checkout of the very tree that would land, and passes with exit code 0.
    """
    from gitgt.services.gates import gate

    town = context.town()
    where = town.rig(rig)
    more = {
        **said, "parallel": False if alone else None, "environment": env,
        "submodules": submodules or None, "fingerprint": shlex.split(fingerprint or ""),
    }  # fmt: skip
    fresh = gate.add(town, where, name, words, context.me(), **more)
    if as_json:
        output.answer_json({"rig": rig, "name": name, "command": list(words), "changed": fresh})
    elif fresh:
        output.answer(f"{rig} has the gate {name}: {shlex.join(words)}")
    else:
        output.answer(f"nothing changed: {rig} has the gate {name}")
    context.after_writing(town)


@click.command("list")
@click.argument("rig", required=False)
@output.json_option
def show_all(*, rig: str | None, as_json: bool) -> None:
    """List gates and waivers.

    Also how often a gate was wrong, and which are in quarantine.
    """
    from gitgt.services.gates import gate, gate_history

    town = context.town()
    answers = []
    for each in (found for found in context.ledgers_for(town, rig) if found is not None):
        gates, waivers = gate.gates(town, each), gate.waivers(town, each)
        counts = gate_history.counts(town, each, gates)
        if as_json:
            answers.append(fields(each.name, gates, waivers, counts))
            continue
        left = gate.leaks(town, each)
        output.table(
            (
                each.name,
                it.name,
                shlex.join(it.command),
                _standing(it, counts[it.name], left.get(it.name, ())),
            )
            for it in gates
        )
        output.table([(each.name, it.id, _waived(it, gates)) for it in waivers])
    if as_json:
        output.answer_json(answers)


@click.command()
@click.argument("rig")
@click.argument("name")
@output.json_option
def remove(*, rig: str, name: str, as_json: bool) -> None:
    """Remove a gate."""
    from gitgt.services.gates import gate

    town = context.town()
    gate.remove(town, town.rig(rig), name, context.me())
    if as_json:
        output.answer_json({"rig": rig, "name": name, "changed": True})
    else:
        output.answer(f"{rig} has no gate {name} any more")
    context.after_writing(town)


@click.command()
@click.argument("rig")
@click.argument("name")
@click.option("--reason", "-r", required=True, help="Why it is not to be trusted.")
@output.json_option
def quarantine(*, rig: str, name: str, reason: str, as_json: bool) -> None:
    """Let a gate neither block nor blame until it is released.

    It is still run on what has landed, and shown.
    """
    from gitgt.services.gates import gate

    town = context.town()
    fresh = gate.quarantine(town, town.rig(rig), name, reason, context.me())
    _tell(rig, name, f"{name} of {rig} neither blocks nor blames: {reason}", fresh, as_json)
    context.after_writing(town)


@click.command()
@click.argument("rig")
@click.argument("name")
@output.json_option
def release(*, rig: str, name: str, as_json: bool) -> None:
    """Let a gate block and blame again."""
    from gitgt.services.gates import gate

    town = context.town()
    fresh = gate.release(town, town.rig(rig), name, context.me())
    _tell(rig, name, f"{name} of {rig} blocks and blames", fresh, as_json)
    context.after_writing(town)


def _tell(rig: str, name: str, said: str, fresh: bool, as_json: bool) -> None:  # noqa: FBT001
    if as_json:
        output.answer_json({"rig": rig, "name": name, "changed": fresh})
    else:
        output.answer(said if fresh else f"nothing changed: {said}")


@click.command()
@click.argument("rig")
@click.option("--reason", "-r", required=True, help="Why no gate is needed.")
@click.option("--tree", default="", help="This tree alone, or that of a commit or request.")
@click.option("--branch", default="", help="For this branch, if not the rig's own.")
@output.json_option
def waive(*, rig: str, reason: str, tree: str, branch: str, as_json: bool) -> None:
    """Record that no gate need pass, and why."""
    from gitgt.services.gates import gate, gate_said

    town = context.town()
    where = town.rig(rig)
    only = gate_said.tree(town, where, tree) if tree else ""
    made = gate.waive(town, where, reason, context.me(), tree=only, branch=branch)
    if made.description != reason:
        output.say(f"gt: {made.id} covers it already, so nothing was written")
    if as_json:
        output.answer_json(made.fields())
    else:
        output.answer(f"{made.id}: {_waived(made)}")
    context.after_writing(town)


@click.command()
@click.argument("rig")
@click.argument("waiver", metavar="WAIVER")
@output.json_option
def revoke(*, rig: str, waiver: str, as_json: bool) -> None:
    """End a waiver."""
    from gitgt.services.gates import gate

    town = context.town()
    ended = gate.revoke(town, town.rig(rig), waiver, context.me())
    if as_json:
        output.answer_json(ended.fields())
    else:
        output.answer(f"{ended.id} is revoked")
    context.after_writing(town)


def fields(
    rig: str, gates: Sequence[Gate], waivers: Sequence[Waiver], counts: Mapping[str, Flakes]
) -> dict[str, Any]:
    """Return what is asked of a rig's trees, as plain values."""
    return {
        "rig": rig,
        "gates": [
            {"name": each.name, "command": [*each.command], "timeout": each.timeout}
            | each.unusual
            | {"quarantine": each.quarantine, **counts[each.name].fields()}
            for each in gates
        ],
        "waivers": [each.fields() for each in waivers],
    }


def _standing(gate: Gate, flakes: Flakes, left: Sequence[str]) -> str:
    """Return what is out of the ordinary about a gate, and what it left running lately."""
    said = [
        f"in quarantine: {output.one_line(gate.quarantine)}" if gate.quarantine else "",
        f"phase {gate.phase}" if gate.phase != FIRST_PHASE else "",
        "" if gate.parallel else "alone",
        "on the forge's runners" if gate.is_remote else "",
        f"sees {' '.join(gate.inputs)}" if gate.inputs else "",
        "with submodules" if gate.submodules else "",
        f"{gate.memory} MiB" if gate.memory else "",
        f"with {' '.join(gate.environment)}" if gate.environment else "",
        f"leaves {', '.join(left)} running" if left else "",
        f"fingerprint: {shlex.join(gate.fingerprint)}" if gate.fingerprint else "",
        _doubts(flakes),
    ]
    return f"({'; '.join(found)})" if (found := [each for each in said if each]) else ""


def _doubts(flakes: Flakes) -> str:
    if not flakes.flakes:
        return ""
    often = f"{flakes.flakes} of {flakes.runs} runs, {flakes.share:.1%}"
    return f"{'flaky: ' if flakes.is_flaky else ''}red for no reason in {often}"


def _waived(waiver: Waiver, gates: Sequence[Gate] = ()) -> str:
    what = f"the tree {waiver.tree[:12]}" if waiver.tree else "whatever lands"
    rest = " (not while there are gates)" if gates and not waiver.tree else ""
    said = output.one_line(waiver.description)
    return f"{waiver.target} takes {what} without a gate: {said}{rest}"
