"""``git gt whoami`` and ``git gt role``: who calls, and as what."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.services.agents import whoami

role = Noun(
    "See your role here, and the others.",
    {
        "show": "gitgt.cli.whoami:show",
        "list": "gitgt.cli.whoami:every",
        "home": "gitgt.cli.whoami:home",
        "detect": "gitgt.cli.whoami:detect",
        "env": "gitgt.cli.whoami:environment",
    },
    usual="show",
)


def _caller() -> whoami.Caller:
    return whoami.caller(context.town(), os.environ, Path.cwd())


@click.command()
@output.json_option
def command(*, as_json: bool) -> None:
    """Tell as whom you act here."""
    found = _caller()
    if as_json:
        output.answer_json(found.fields())
        return
    signs = "" if found.name == found.address else f", signed {found.name}"
    output.answer(f"{found.address}{signs}")


@click.command()
@output.json_option
def show(*, as_json: bool) -> None:
    """Tell which role one has here, and what says so."""
    found = _caller()
    if as_json:
        output.answer_json(found.fields())
        return
    output.answer(f"{found.role}  {found.address}  {found.home}  ({found.source})")


@click.command("list")
@output.json_option
def every(*, as_json: bool) -> None:
    """List roles, and where each is at home."""
    rows = [(str(each), where) for each, where in _HOMES.items()]
    if as_json:
        output.answer_json([{"role": name, "home": where} for name, where in rows])
    else:
        output.table(rows, head=("role", "home"))


_HOMES = {
    "overseer": "the town's folder", "mayor": "mayor/", "deacon": "deacon/",
    "dog": "deacon/dogs/NAME/", "witness": "RIG/witness/", "refinery": "RIG/refinery/",
    "crew": "RIG/crew/NAME/", "polecat": "RIG/polecats/NAME/",
}  # fmt: skip


@click.command()
@click.argument("role", required=False)
@click.option("--rig", default="", metavar="RIG", help="The rig that it belongs to.")
@click.option("--name", default="", metavar="NAME", help="Its name, where there are several.")
def home(*, role: str | None, rig: str, name: str) -> None:
    """Tell where a role is at home: yours, or the one named."""
    if role is None:
        output.answer(str(_caller().home))
    else:
        output.answer(str(whoami.home_of(context.town(), role, rig=rig, name=name)))


@click.command()
def detect() -> None:
    """Tell whose folder this is, whatever the environment says."""
    from gitgt.services.prime import who

    found = who.at_home(context.town(), Path.cwd())
    output.answer(found or "overseer")


@click.command("env")
def environment() -> None:
    """Print the variables that say who one is here, for a shell."""
    town = context.town()
    found = whoami.caller(town, os.environ, Path.cwd())
    for name, value in whoami.environment(found, town).items():
        output.answer(f"export {name}={shlex.quote(value)}")
