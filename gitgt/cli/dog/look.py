"""See dogs: what each is at, and what does not fit."""

from __future__ import annotations

import click

from gitgt.cli import context, output


@click.command("list")
@output.json_option
def every(*, as_json: bool) -> None:
    """List the dogs, and what each is at."""
    from gitgt.services.dogs import kennel

    found = [each.fields() for each in kennel.every(context.town())]
    if as_json:
        output.answer_json(found)
        return
    output.table(
        (f"dogs/{each['name']}", each["state"], each["plugin"], each["rig"], each["since"])
        for each in found
    )


@click.command()
@click.argument("name", required=False)
@output.json_option
def status(*, name: str | None, as_json: bool) -> None:
    """Tell how a dog is doing, or how many there are."""
    from gitgt.services.dogs import kennel

    town = context.town()
    found = [kennel.find(town, name)] if name else kennel.every(town)
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    if not name:
        busy = sum(each.run is not None for each in found)
        output.answer(f"{len(found)} dogs, {busy} at work")
        return
    for key, value in found[0].fields().items():
        if value:
            output.answer(output.one_line(f"{key:<8} {value}"))


@click.command("health-check")
@click.argument("name", required=False)
@click.option("--auto-clear", is_flag=True, help="Clear those that are at nothing alive.")
@click.option("--max-inactivity", default="1h", show_default=True, metavar="SPAN",
              help="A session without work may go on for so long.")  # fmt: skip
@output.json_option
def health_check(
    *, name: str | None, auto_clear: bool, max_inactivity: str, as_json: bool
) -> None:
    """List what does not fit: dead sessions with work, too long, sessions without work."""
    from gitgt.model.when import span
    from gitgt.services.dogs import care

    town = context.town()
    longest = span(max_inactivity)
    if longest is None:
        raise click.BadParameter("such as 10m or 2h", param_hint="--max-inactivity")
    found = [each for each in care.odd(town, longest=longest) if name in (None, each.dog)]
    if auto_clear:
        who = context.leader(["dogs"])
        for each in found:
            care.clear(town, each.dog, who, force=True, why=each.what)
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    for each in found:
        output.answer(f"dogs/{each.dog} {each.what}{', and is cleared' if auto_clear else ''}")
    if not found:
        output.answer("all is well")
