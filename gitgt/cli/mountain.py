"""``git gt mountain``: an epic that drives itself to the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import click

from gitgt.cli import context, output
from gitgt.cli.convoy.stage import answer, check, launched, no_validate
from gitgt.cli.noun import Noun
from gitgt.model.actor import Actor
from gitgt.model.documents import Convoy
from gitgt.services.convoy.mountain import Climb
from gitgt.services.town import Town

command = Noun(
    "Let an epic drive itself to the end.",
    {
        "start": "gitgt.cli.mountain:start",
        "status": "gitgt.cli.mountain:status",
        "pause": "gitgt.cli.mountain:pause",
        "resume": "gitgt.cli.mountain:resume",
        "cancel": "gitgt.cli.mountain:cancel",
    },
    usual="status",
    otherwise="start",
)


@click.command()
@click.argument("epic", metavar="EPIC")
@click.option("--force", "-f", is_flag=True, help="Although there are warnings.")
@no_validate
@output.json_option
def start(*, epic: str, force: bool, no_validate: bool, as_json: bool) -> None:
    """Stage an epic and launch it; what is given up three times is left behind."""
    from gitgt.services.convoy import launching, mountain

    town, who = context.town(), context.me()
    staged, made = mountain.climb(town, epic, who, force=force, validate=not no_validate)
    answer(staged, made or staged.convoy, as_json=as_json)
    check(staged)
    if made is None:
        assert staged.convoy is not None
        launching.launch(town, staged.convoy.id, who)  # says what keeps it from being launched
    elif not as_json:
        output.answer(launched(made))
    context.after_writing(town)


@click.command()
@click.argument("name", metavar="[EPIC|CONVOY]", required=False)
@output.json_option
def status(*, name: str | None, as_json: bool) -> None:
    """Show how far mountains are, what they left behind and why, and what waits for that."""
    from gitgt.services.convoy import mountain

    town = context.town()
    one = name is not None
    found = (
        [mountain.look(town, mountain.find(town, name))]
        if name is not None
        else mountain.every(town)
    )
    if as_json:
        told = [each.fields() for each in found]
        output.answer_json(told[0] if one else told)
    else:
        output.blocks(map(_lines, found))


def _lines(found: Climb) -> Iterator[str]:
    convoy = found.view.convoy
    state = "paused" if convoy.is_paused else str(convoy.status)
    yield f"{convoy.id}  {state}  {output.one_line(convoy.title)}"
    if convoy.stalled_at:
        yield f"  stalls: {output.one_line(convoy.reason)}"
    yield from (f"  {output.one_line(line)}" for line in found.report.lines())


_name = click.argument("name", metavar="EPIC|CONVOY")


@click.command()
@_name
@output.json_option
def pause(*, name: str, as_json: bool) -> None:
    """Let a convoy start nothing for now; who is at work goes on."""
    from gitgt.services.convoy import launching

    _change(name, launching.pause, "is paused: it starts nothing", as_json=as_json)


@click.command()
@_name
@output.json_option
def resume(*, name: str, as_json: bool) -> None:
    """Let a paused convoy start work again."""
    from gitgt.services.convoy import launching

    _change(name, launching.resume, "goes on", as_json=as_json)


@click.command()
@_name
@output.json_option
def cancel(*, name: str, as_json: bool) -> None:
    """Let a convoy start nothing any more; it still tells how far its members are."""
    from gitgt.services.convoy import launching

    _change(name, launching.cancel, "starts nothing any more", as_json=as_json)


def _change(
    name: str, step: Callable[[Town, Convoy, Actor], Convoy], said: str, *, as_json: bool
) -> None:
    from gitgt.services.convoy import mountain

    town = context.town()
    made = step(town, mountain.find(town, name), context.me())
    if as_json:
        output.answer_json(made.fields())
    else:
        output.answer(f"{made.id} {said}")
    context.after_writing(town)
