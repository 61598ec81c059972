"""``git gt config agent``: the programs that agents can run on, in the settings."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.errors import GtError

if TYPE_CHECKING:
    from gitgt.services.town import Rig, Town

command = Noun(
    "Define the programs that agents run on.",
    {
        "list": "gitgt.cli.config_agent:show_all",
        "get": "gitgt.cli.config_agent:show",
        "set": "gitgt.cli.config_agent:define",
        "remove": "gitgt.cli.config_agent:remove",
    },
    usual="list",
)
rig_option: Final = click.option("--rig", metavar="RIG", help="For this rig's agents alone.")


@click.command("list")
@rig_option
@output.json_option
def show_all(*, rig: str | None, as_json: bool) -> None:
    """List the runtimes; the default one is marked."""
    from gitgt.services.sessions import runtimes

    town = context.town()
    where = town.rig(rig) if rig else None
    default, places = runtimes.default(town, where), runtimes.everything(town, where)
    if as_json:
        rows = [_fields(town, where, name, place) for name, place in sorted(places.items())]
        output.answer_json({"default": default, "agents": rows})
        return
    output.table(
        (
            name,
            "default" if name == default else "-",
            place.removeprefix("the "),
            _line(town, where, name),
        )
        for name, place in sorted(places.items())
    )


def _fields(town: Town, where: Rig | None, name: str, place: str) -> dict[str, Any]:
    """Return what is told of one runtime: one that cannot be used hides no other."""
    from gitgt.services.sessions import runtimes

    try:
        made = runtimes.named(town, where, name)
    except GtError as error:
        return {"name": name, "place": place, "problem": error.message}
    return {
        "name": name, "place": place, "preset": made.preset, "command": list(made.command),
        "model": made.model,
    }  # fmt: skip


def _line(town: Town, where: Rig | None, name: str) -> str:
    fields = _fields(town, where, name, "")
    if "problem" in fields:
        return f"cannot be used: {fields['problem']}"
    told = [shlex.join(fields["command"])]
    if fields["preset"] not in ("", name):
        told.append(f"as {fields['preset']}")
    if fields["model"]:
        told.append(f"with {fields['model']}")
    return ", ".join(told)


@click.command("get")
@click.argument("name")
@rig_option
@output.json_option
def show(*, name: str, rig: str | None, as_json: bool) -> None:
    """Show all that is known of a runtime, in the form of the settings."""
    from gitgt.runtime import presets
    from gitgt.services import settings
    from gitgt.services.sessions import runtimes

    town = context.town()
    said = runtimes.described(town, town.rig(rig) if rig else None, name)
    fields = presets.whole(said)
    if as_json:
        output.answer_json({"name": name, **fields})
    else:
        output.answer(settings.emit(fields).decode().removesuffix("\n"))


@click.command("set")
@click.argument("name")
@click.argument("line", metavar="[COMMAND]", required=False)
@click.option("--preset", "--provider", metavar="PRESET", help="What it extends.")
@click.option("--model", metavar="MODEL", help="The model, in the program's own words.")
@click.option(
    "--prompt",
    type=click.Choice(["argument", "stdin", "none"]),
    help="How a command without a preset gets its prompt; argument, if not given.",
)
@rig_option
@output.json_option
def define(
    *, name: str, line: str | None, preset: str | None, model: str | None, prompt: str | None,
    rig: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Set the command line of a runtime, given as one word.

    It is run in the agent's worktree, with GT_AGENT, GT_BEAD and their like set; no shell
    reads it. With a preset, what that says stands behind it.
    """
    from gitgt.services.sessions import runtimes

    town = context.town()
    if not (line or preset or model):
        raise click.UsageError("give a command, or --preset or --model")
    if (preset or not line) and prompt:
        raise click.UsageError("a preset says itself how it gets its prompt")
    fields: dict[str, Any] = {"preset": preset} if preset else {}
    if line is not None:
        fields["command"] = runtimes.split(line)
    if line is not None and not preset:
        fields["prompt"] = prompt or "argument"
    if model:
        fields["model"] = model
    where = town.rig(rig) if rig else None
    fresh = runtimes.put(town, name, fields, context.me(), rig=where, said=line or "")
    if as_json:
        output.answer_json({"name": name, "changed": fresh, **fields})
    elif fresh:
        output.answer(f"agents can run on {name}: {_line(town, where, name)}")
    else:
        output.answer(f"nothing changed: {name} is set so")


@click.command()
@click.argument("name")
@rig_option
@output.json_option
def remove(*, name: str, rig: str | None, as_json: bool) -> None:
    """Remove a runtime from the settings; a preset of that name is there again."""
    from gitgt.services.sessions import runtimes

    town = context.town()
    where = town.rig(rig) if rig else None
    runtimes.forget(town, name, context.me(), rig=where)
    is_left = name in runtimes.everything(town, where)
    if as_json:
        output.answer_json({"name": name, "changed": True})
    elif is_left:
        output.answer(f"agents that run on {name} run on the preset again")
    else:
        output.answer(f"no agent can run on {name} any more")
