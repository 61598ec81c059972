"""``git gt config``: settings, each change of which is a commit in the town's repository."""

from __future__ import annotations

import shlex

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun

command = Noun(
    "Set what agents run on.",
    {"agent": "gitgt.cli.config:agent", "default-agent": "gitgt.cli.config:default_agent"},
)
agent = Noun(
    "Define the programs that agents run on.",
    {
        "list": "gitgt.cli.config:show_all",
        "set": "gitgt.cli.config:define",
        "remove": "gitgt.cli.config:remove",
    },
    usual="list",
)


@click.command("list")
@output.json_option
def show_all(*, as_json: bool) -> None:
    """List the runtimes; the default one is marked."""
    from gitgt.services import runtimes

    town = context.town()
    known, default = runtimes.known(town), runtimes.default(town)
    if as_json:
        output.answer_json({"default": default, "agents": known})
        return
    for name, fields in known.items():
        mark = "default" if name == default else "-"
        output.table([(name, mark, shlex.join(fields["command"]))])


@click.command("set")
@click.argument("name")
@click.argument("line", metavar="COMMAND")
@click.option(
    "--prompt",
    type=click.Choice(["argument", "stdin", "none"]),
    default="argument",
    show_default=True,
    help="How it gets its prompt.",
)
@output.json_option
def define(*, name: str, line: str, prompt: str, as_json: bool) -> None:
    """Set the command line of a runtime, given as one word.

    It is run in the agent's worktree, with GT_AGENT, GT_BEAD and their like set; no shell
    reads it.
    """
    from gitgt.services import runtimes

    town = context.town()
    fresh = runtimes.define(town, name, line, context.me(), prompt=prompt)
    if as_json:
        output.answer_json({"name": name, "changed": fresh, **runtimes.known(town)[name]})
    elif fresh:
        output.answer(f"agents can run on {name}: {line}")
    else:
        output.answer(f"nothing changed: {name} is set so")


@click.command()
@click.argument("name")
@output.json_option
def remove(*, name: str, as_json: bool) -> None:
    """Remove a runtime."""
    from gitgt.services import runtimes

    runtimes.forget(context.town(), name, context.me())
    if as_json:
        output.answer_json({"name": name, "changed": True})
    else:
        output.answer(f"no agent can run on {name} any more")


@click.command("default-agent")
@click.argument("name", required=False)
@output.json_option
def default_agent(*, name: str | None, as_json: bool) -> None:
    """Show or set what agents run on when nothing is said."""
    from gitgt.services import runtimes

    town = context.town()
    fresh = runtimes.set_default(town, name, context.me()) if name else False
    now = runtimes.default(town)
    if as_json:
        output.answer_json({"default": now, "changed": fresh})
    elif fresh:
        output.answer(f"agents run on {now}")
    elif name:
        output.answer(f"nothing changed: agents run on {now}")
    else:
        output.answer(now or "none is set")
