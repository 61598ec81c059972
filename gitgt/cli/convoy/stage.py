"""Stage convoys and launch them: first all is looked at, then work starts."""

from __future__ import annotations

from collections.abc import Iterator

import click

from gitgt.cli import context, output
from gitgt.errors import RefusedError
from gitgt.model.convoy.convoy_stage import Finding
from gitgt.model.documents import Convoy
from gitgt.services.convoy import launching, staging
from gitgt.services.convoy.convoys import find
from gitgt.services.convoy.staging import Staged
from gitgt.services.town import Town

no_validate = click.option(
    "--no-validate", is_flag=True, help="Without a last bead that checks an epic as a whole."
)


@click.command()
@click.argument("words", metavar="EPIC|BEAD...|CONVOY", nargs=-1, required=True)
@click.option("--launch", "at_once", is_flag=True, help="Launch it, if nothing speaks against.")
@click.option("--title", default="", help="What it is called.")
@no_validate
@output.json_option
def stage(
    *, words: tuple[str, ...], at_once: bool, title: str, no_validate: bool, as_json: bool
) -> None:
    """Look in which waves work would go, and make a convoy of it that waits to be launched.

    With an error in it (beads that wait for each other, one that is nowhere, or has no rig)
    nothing at all is written.
    """
    town, who = context.town(), context.me()
    found = staging.stage(town, words, who, title=title, validate=not no_validate)
    made = found.convoy
    if made is not None and at_once and not found.staging.warnings:
        made = launching.launch(town, made.id, who)
    answer(found, made, as_json=as_json)
    check(found)
    if at_once and made is not None and found.staging.warnings:
        launching.launch(town, made.id, who)  # says what keeps it from being launched
    context.after_writing(town)


@click.command()
@click.argument("words", metavar="CONVOY|EPIC|BEAD...", nargs=-1, required=True)
@click.option("--force", "-f", is_flag=True, help="Although it was staged with warnings.")
@output.json_option
def launch(*, words: tuple[str, ...], force: bool, as_json: bool) -> None:
    """Let a convoy start its members as they become ready; an epic is staged first."""
    town, who = context.town(), context.me()
    name = words[0]
    if len(words) > 1 or not _is_convoy(town, name):
        found = staging.stage(town, words, who)
        if found.convoy is None or (found.staging.warnings and not force):
            answer(found, found.convoy, as_json=as_json)
        check(found)
        assert found.convoy is not None
        name = found.convoy.id
    made = launching.launch(town, name, who, force=force)
    if as_json:
        output.answer_json(made.fields())
    else:
        output.answer(launched(made))
    context.after_writing(town)


def _is_convoy(town: Town, name: str) -> bool:
    try:
        find(town, name)
    except RefusedError:
        return False
    return True


def launched(convoy: Convoy) -> str:
    """Return what is said of a convoy that was launched."""
    return f"{convoy.id} is launched: {len(convoy.members)} beads start as they become ready"


def answer(found: Staged, made: Convoy | None, *, as_json: bool) -> None:
    """Answer with the tree, the waves, and what was found."""
    if as_json:
        status = {"status": str(made.status)} if made else {}
        output.answer_json({**found.fields(), **status})
        return
    for line in _lines(found, made):
        output.answer(line)


def check(found: Staged) -> None:
    """Refuse what has errors.

    Raises:
        RefusedError: it has some.
    """
    errors = found.staging.errors
    if errors:
        more = f" ({len(errors)} errors)" if len(errors) > 1 else ""
        raise RefusedError(f"nothing was staged: {errors[0].text}{more}", hint=errors[0].hint)


def _lines(found: Staged, made: Convoy | None) -> Iterator[str]:
    staging_, titles = found.staging, {name: e.title for name, e in found.pieces.items()}
    for depth, name in staging_.tree:
        yield f"{'  ' * depth}{name}  {output.one_line(titles.get(name, ''))}"
    for number, wave in enumerate(staging_.waves, 1):
        yield f"wave {number}  {len(wave):>3}  {' '.join(wave)}"
    for word, findings in (("error", staging_.errors), ("warning", staging_.warnings)):
        yield from (_finding(word, each) for each in findings)
    if made is not None:
        yield f"{made.id} is {made.status}: {output.one_line(made.title)}"


def _finding(word: str, found: Finding) -> str:
    return f"{word}: {output.one_line(found.text)}"
