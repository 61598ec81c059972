"""``git gt bead defer``, ``undefer``, ``pin`` and ``unpin``: not now, or no work at all."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.bead import answers


@click.command()
@answers.several
@click.option("--until", "-u", metavar="TIME", help="When to look again: 2d, 2027-01-01.")
@click.option("--reason", "-r", default="", help="Why.")
@output.json_option
def defer(*, names: tuple[str, ...], until: str | None, reason: str, as_json: bool) -> None:
    """Put beads off, until a time or until undefer."""
    from gitgt.model import when
    from gitgt.model.instant import text_of
    from gitgt.services import ending

    town = context.town()
    then = text_of(when.ahead(until, town.clock())) if until else ""
    done = ending.defer(
        town, answers.named(town, names), context.me(), until=then, reason=reason
    )
    line = f"{{}} is deferred until {then}" if then else "{} is deferred"
    answers.changed(done, line, as_json=as_json)
    context.after_writing(town)


@click.command()
@answers.several
@output.json_option
def undefer(*, names: tuple[str, ...], as_json: bool) -> None:
    """Take back what was put off."""
    from gitgt.services import ending

    town = context.town()
    done = ending.undefer(town, answers.named(town, names), context.me())
    answers.changed(done, "{} is open again", as_json=as_json)
    context.after_writing(town)


@click.command()
@answers.several
@output.json_option
def pin(*, names: tuple[str, ...], as_json: bool) -> None:
    """Keep beads in sight that are nobody's work: they are never ready."""
    _step(names, "pin", "{} is pinned", as_json=as_json)


@click.command()
@answers.several
@output.json_option
def unpin(*, names: tuple[str, ...], as_json: bool) -> None:
    """Make pinned beads work again."""
    _step(names, "unpin", "{} is open", as_json=as_json)


def _step(names: tuple[str, ...], verb: str, line: str, *, as_json: bool) -> None:
    from gitgt.model.lifecycle import BeadVerb
    from gitgt.services import ending

    town = context.town()
    done = ending.step_all(town, answers.named(town, names), context.me(), BeadVerb(verb))
    answers.changed(done, line, as_json=as_json)
    context.after_writing(town)
