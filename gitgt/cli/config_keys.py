"""``git gt config get``, ``set``, ``unset`` and ``list``: single settings by their keys."""

from __future__ import annotations

from collections.abc import Iterable

import click

from gitgt.cli import config_agent, context, output
from gitgt.services.config import Setting


@click.command("get")
@click.argument("key")
@config_agent.rig_option
@output.json_option
def get(*, key: str, rig: str | None, as_json: bool) -> None:
    """Show what a key of the settings is set to."""
    from gitgt.services import config

    town = context.town()
    found = config.get(town, key, town.rig(rig) if rig else None)
    if as_json:
        output.answer_json(found.fields())
    elif found.value is None:
        output.say(f"gt: {key} is not set")
    else:
        output.answer(_shown(found.value))


@click.command("set", context_settings={"ignore_unknown_options": True})
@click.argument("key")
@click.argument("value")
@config_agent.rig_option
@output.json_option
def put(*, key: str, value: str, rig: str | None, as_json: bool) -> None:
    """Set a key of the settings, such as scheduler.max_polecats."""
    from gitgt.services import config

    town = context.town()
    where = town.rig(rig) if rig else None
    fresh = config.put(town, key, value, context.me(), where)
    found = config.get(town, key, where)
    _changed(found, f"{key} is {_shown(found.value)}", fresh=fresh, as_json=as_json)
    context.after_writing(town)


@click.command("unset")
@click.argument("key")
@config_agent.rig_option
@output.json_option
def unset(*, key: str, rig: str | None, as_json: bool) -> None:
    """Let a key of the settings be as if nobody had set it."""
    from gitgt.services import config

    town = context.town()
    where = town.rig(rig) if rig else None
    fresh = config.unset(town, key, context.me(), where)
    _changed(config.get(town, key, where), f"{key} is not set", fresh=fresh, as_json=as_json)
    context.after_writing(town)


@click.command("list")
@config_agent.rig_option
@output.json_option
def every(*, rig: str | None, as_json: bool) -> None:
    """List the keys of the settings, what they are set to, and what for."""
    from gitgt.services import config

    town = context.town()
    found = config.every(town, town.rig(rig) if rig else None)
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        output.table(_rows(found), head=("key", "value", "what for"))


def _rows(found: Iterable[Setting]) -> Iterable[tuple[str, str, str]]:
    for each in found:
        yield each.key, "-" if each.value is None else _shown(each.value), each.told


def _changed(found: Setting, told: str, *, fresh: bool, as_json: bool) -> None:
    if as_json:
        output.answer_json({**found.fields(), "changed": fresh})
    else:
        output.answer(told if fresh else f"nothing changed: {told}")


def _shown(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:g}"
        case list():
            return ",".join(str(each) for each in value)
        case _:
            return str(value)
