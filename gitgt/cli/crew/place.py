"""Worktrees of people: make one, see how each stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.cli.crew import who
from gitgt.errors import GtError

if TYPE_CHECKING:
    from gitgt.services.agents.crew_care import Member


@click.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@who.rig_option
@output.json_option
def add(*, names: tuple[str, ...], rig: str | None, as_json: bool) -> None:
    """Give a person a worktree of a rig.

    It is at crew/NAME of the rig, on a branch of that name. Several may be named.
    """
    from gitgt.services.agents import crew

    town = context.town()
    told = []
    failed: list[GtError] = []
    for each in dict.fromkeys(names):
        where, name = who.rig_of(town, each, rig)
        try:
            me = context.leader([f"{where.name}/crew/{name}"])
            path, fresh = crew.add(town, where, name, me)
        except GtError as error:
            failed.append(error)
            continue
        told.append({"name": name, "path": str(path), "changed": fresh})
    _answer(told, one=len(names) == 1, as_json=as_json)
    for refusal in failed[1:]:
        output.say(f"gt: {refusal.message}")
    if failed:
        raise failed[0]


def _answer(told: list[dict[str, object]], *, one: bool, as_json: bool) -> None:
    if as_json:
        output.answer_json(told[0] if one and told else told)
        return
    for each in told:
        name, path = each["name"], each["path"]
        if each["changed"]:
            output.answer(f"{name} has the worktree {path}, on the branch crew/{name}")
        else:
            output.answer(f"nothing changed: {name} has the worktree {path}")


@click.command("list")
@click.option("--rig", metavar="RIG", help="Only this rig's.")
@output.json_option
def show_all(*, rig: str | None, as_json: bool) -> None:
    """List the people who have a worktree."""
    from gitgt.cli.agents import answer

    answer(rig, role="crew", as_json=as_json)


@click.command()
@click.argument("name", required=False)
@who.rig_option
@output.json_option
def status(*, name: str | None, rig: str | None, as_json: bool) -> None:
    """Tell how a worktree stands: branch, commits, what is not committed, session, hook.

    Without a name, that of everybody in the crew.
    """
    from gitgt.services.agents import crew_care

    town = context.town()
    posts = who.all_meant(town, [name] if name else [], rig, every=name is None)
    found = [crew_care.member(town, each) for each in posts]
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    output.blocks(map(output.one_line, _told(each)) for each in found)


def _told(found: Member) -> Iterator[str]:
    yield f"{found.post.address}: {found.state}"
    if not found.is_there:
        yield f"  worktree  none: git gt crew add {found.post.name}"
        return
    yield f"  worktree  {found.post.worktree}"
    ways = f"{found.ahead} ahead, {found.behind} behind"
    clean = "clean" if found.is_clean else "with changes that are not committed"
    yield f"  branch    {found.branch or 'none: detached'}  {ways}, {clean}"
    if found.holds:
        yield f"  hook      {found.holds}"
    if found.session:
        yield f"  session   {found.session}"
