"""``--at``: what the ledgers said then, in place of what they say now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

from gitgt.cli import output
from gitgt.errors import NotFoundError

if TYPE_CHECKING:
    from gitgt.services.town import Town

_Function = TypeVar("_Function", bound=Callable[..., object])
Answer = TypeVar("Answer")


def option(function: _Function) -> _Function:
    """Give a command ``--at``, which it gets as ``at``; empty is now."""
    return click.option(
        "--at", metavar="TIME", default="",
        help="What the ledgers said then: a time (2h, yesterday, 2026-11-22) or a commit.",
    )(function)  # fmt: skip


def town_at(town: Town, at: str) -> Town:
    """Return *town* as it stood, or as it stands if nothing is asked."""
    if not at:
        return town
    from gitgt.services.then import town_at

    return town_at(town, at)


def looked(town: Town, seen: Town, name: str, look: Callable[[Town, str], Answer]) -> Answer:
    """Return what *look* finds under *name* in the town as it is *seen*.

    Raises:
        NotFoundError: it was not there; if it is now, since when.
    """
    try:
        return look(seen, name)
    except NotFoundError as error:
        if not seen.moment:
            raise
        from gitgt.services import then

        raise then.not_yet(town, name, seen.moment["at"], error) from error


def head(seen: Town) -> None:
    """Say of which moment the answer is, if it is not of now."""
    if seen.moment:
        at, commits = seen.moment["at"], seen.moment["commits"]
        where = ", ".join(f"{name} {commit[:12]}" for name, commit in commits.items())
        output.answer(output.paint(f"as of {at}: {where}", "dim"))


def answer_json(seen: Town, value: object) -> None:
    """Answer with JSON; what is not of now says of which moment it is."""
    output.answer_json({**seen.moment, "answer": value} if seen.moment else value)
