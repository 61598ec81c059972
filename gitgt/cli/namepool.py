"""``git gt namepool``: what polecats are called."""

from __future__ import annotations

from pathlib import Path

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun
from gitgt.errors import NotFoundError

command = Noun(
    "See and choose what polecats are called.",
    {
        "list": "gitgt.cli.namepool:show",
        "themes": "gitgt.cli.namepool:themes",
        "set": "gitgt.cli.namepool:set_theme",
        "add": "gitgt.cli.namepool:add",
        "reset": "gitgt.cli.namepool:reset",
        "create": "gitgt.cli.namepool:create",
        "delete": "gitgt.cli.namepool:delete",
    },
    usual="list",
)


@click.command("list")
@context.rig_option
@output.json_option
def show(*, rig: str | None, as_json: bool) -> None:
    """Show the names of a rig: its theme, its own, which are taken, which comes next."""
    from gitgt.services import namepool

    town = context.town()
    found = namepool.of(town, context.rig_for(town, rig))
    if as_json:
        output.answer_json(found.fields())
        return
    output.answer(f"theme: {found.theme}")
    output.answer(f"own names: {' '.join(found.own) or 'none'}")
    output.answer(f"taken: {' '.join(found.taken) or 'none'}")
    output.answer(f"next: {found.following}")


@click.command()
@click.argument("theme", required=False)
@output.json_option
def themes(*, theme: str | None, as_json: bool) -> None:
    """List the themes, or the names of one."""
    from gitgt.services import namepool

    found = namepool.themes(context.town())
    if theme is not None and theme not in found:
        raise NotFoundError(f"there is no theme {theme!r}", hint=f"themes: {', '.join(found)}")
    if as_json:
        wanted = {theme: found[theme]} if theme else found
        output.answer_json([{"theme": each, "names": list(wanted[each])} for each in wanted])
    elif theme:
        output.answer("\n".join(found[theme]))
    else:
        output.table(
            ((each, f"{len(names)} names", f"{', '.join(names[:4])} ...")
             for each, names in found.items()),
            head=("theme", "size", "such as"),
        )  # fmt: skip


@click.command("set")
@click.argument("theme")
@context.rig_option
@output.json_option
def set_theme(*, theme: str, rig: str | None, as_json: bool) -> None:
    """Name a rig's polecats from a theme; those who have a name keep it."""
    from gitgt.services import namepool

    town = context.town()
    where = context.rig_for(town, rig)
    fresh = namepool.set_theme(town, where, theme, context.me())
    _tell(
        where.name,
        f"polecats of {where.name} are named from {theme}",
        fresh=fresh,
        as_json=as_json,
    )


@click.command()
@click.argument("names", nargs=-1, required=True)
@context.rig_option
@output.json_option
def add(*, names: tuple[str, ...], rig: str | None, as_json: bool) -> None:
    """Give a rig names of its own, which come before its theme's."""
    from gitgt.services import namepool

    town = context.town()
    where = context.rig_for(town, rig)
    fresh = namepool.add(town, where, names, context.me())
    told = f"{where.name} has the names {' '.join(names)}"
    _tell(where.name, told, fresh=fresh, as_json=as_json)


@click.command()
@context.rig_option
@output.json_option
def reset(*, rig: str | None, as_json: bool) -> None:
    """Let a rig have no names of its own any more.

    Names that are taken are told by the identities, and nowhere else: there is nothing to
    release. git gt polecat identity remove lets a polecat retire.
    """
    from gitgt.services import namepool

    town = context.town()
    where = context.rig_for(town, rig)
    fresh = namepool.reset(town, where, context.me())
    _tell(where.name, f"{where.name} has no names of its own", fresh=fresh, as_json=as_json)


@click.command()
@click.argument("theme")
@click.argument("names", nargs=-1)
@click.option("--from-file", "page", metavar="FILE", help="A file with a name on each line.")
@output.json_option
def create(*, theme: str, names: tuple[str, ...], page: str | None, as_json: bool) -> None:
    """Make a theme of the town's own, or give it other names."""
    from gitgt.services import namepool

    given = [*names, *(_lines(page) if page else ())]
    fresh = namepool.create(context.town(), theme, given, context.me())
    _tell(theme, f"{theme} is a theme", fresh=fresh, as_json=as_json)


@click.command()
@click.argument("theme")
@output.json_option
def delete(*, theme: str, as_json: bool) -> None:
    """Let a theme of the town's own go, if no rig uses it."""
    from gitgt.services import namepool

    namepool.delete(context.town(), theme, context.me())
    _tell(theme, f"{theme} is gone", fresh=True, as_json=as_json)


def _lines(page: str) -> list[str]:
    try:
        rows = Path(page).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NotFoundError(f"{page} cannot be read") from error
    return [each.strip() for each in rows if each.strip() and not each.startswith("#")]


def _tell(name: str, told: str, *, fresh: bool, as_json: bool) -> None:
    if as_json:
        output.answer_json({"name": name, "changed": fresh})
    else:
        output.answer(f"{'' if fresh else 'nothing changed: '}{told}")
